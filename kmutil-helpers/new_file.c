/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that appear whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/new_file.h"
#include "kmutil-helpers/os.h"
#include "kmutil-helpers/path.h"
#include "kmutil-helpers/banned.h"

static int
check_name(int folder_fd, const char *leaf, bool replaces)
{
	struct stat st;

	if (leaf[0] == '\0' || strcmp(leaf, ".") == 0 || strcmp(leaf, "..") == 0)
		return -EISDIR;
	if (fstatat(folder_fd, leaf, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : -errno;
	if (S_ISLNK(st.st_mode))
		return -FAULT_LINK;
	return !S_ISREG(st.st_mode) ? -FAULT_NOT_FILE : replaces ? 0 : -EEXIST;
}

int
new_file_begin(struct new_file *file, struct arena *arena, const char *path, bool replaces)
{
	const char *leaf = path_leaf(path), *folder = ".";
	int error;

	if (leaf > path)
		folder =
		    leaf == path + 1 ? "/" : arena_strndup(arena, path, (size_t)(leaf - path - 1));
	*file = (struct new_file){
	    .replaces = replaces,
	    .fd = -1,
	    .leaf = leaf,
	    .beside = arena_printf(arena, ".%.200s.%ld.part", leaf, (long)getpid()),
	};
	file->folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file->folder_fd < 0)
		return -errno;
	error = check_name(file->folder_fd, leaf, replaces);
	if (error == 0) {
		file->fd = openat(file->folder_fd, file->beside,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		error = file->fd < 0 ? -errno : 0;
	}
	if (error != 0)
		(void)close(file->folder_fd);
	return error;
}

/* A link that was put at the name meanwhile is replaced itself, not what it names. */
static int
give_name(const struct new_file *file)
{
	if (!file->replaces)
		return os_rename_new(file->folder_fd, file->beside, file->folder_fd, file->leaf);
	return renameat(file->folder_fd, file->beside, file->folder_fd, file->leaf) == 0 ? 0
											 : -errno;
}

int
new_file_end(struct new_file *file, int error)
{
	if (error == 0)
		error = os_sync(file->fd);
	if (close(file->fd) != 0 && error == 0)
		error = -errno;
	if (error == 0)
		error = give_name(file);
	if (error != 0)
		(void)unlinkat(file->folder_fd, file->beside, 0);
	else
		error = os_sync(file->folder_fd);
	(void)close(file->folder_fd);
	return error;
}
