/* SPDX-License-Identifier: BSD-2-Clause */
/* Private copies of live files. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/os.h"
#include "kmutil-helpers/snapshot.h"
#include "kmutil-helpers/banned.h"

#define CAP_BYTES ((uint64_t)256 << 20)
#define TRIES 3

static const char *const database_suffixes[] = {"", "-wal", "-shm", "-journal"};
#define SUFFIX_COUNT (sizeof(database_suffixes) / sizeof(*database_suffixes))

static int
copy_file(const struct root *root, const char *from, const char *to)
{
	int from_fd, to_fd, error = path_open_file(root, from, &from_fd, NULL);

	if (error != 0)
		return error;
	to_fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	error = to_fd < 0 ? -errno : file_copy(from_fd, to_fd, CAP_BYTES);
	(void)close(from_fd);
	if (to_fd >= 0 && close(to_fd) != 0 && error == 0)
		error = -errno;
	return error;
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    os_mtime_ns(a) == os_mtime_ns(b);
}

/* One attempt: the files, and whether the database stood still meanwhile. */
static int
copy_once(const struct root *root, const char *path, const char *folder, struct arena *arena)
{
	struct stat before, after;
	size_t i;
	int error = path_stat(root, path, &before);

	for (i = 0; error == 0 && i < SUFFIX_COUNT; i++) {
		error = copy_file(root, arena_printf(arena, "%s%s", path, database_suffixes[i]),
		    arena_printf(arena, "%s/copy%s", folder, database_suffixes[i]));
		if (i > 0 && error == -ENOENT)
			error = 0;
	}
	if (error == 0)
		error = path_stat(root, path, &after);
	return error != 0 ? error : is_same(&before, &after) ? 0 : -FAULT_CHANGED;
}

int
snapshot_database(const struct root *root, const char *path, struct arena *arena,
    struct snapshot *snapshot, const char **copy)
{
	int error, tries;

	*snapshot = (struct snapshot){.folder = "/tmp/kextirpate.XXXXXX"};
	*copy = NULL;
	if (!path_exists(root, path)) {
		struct stat st;

		snapshot->folder[0] = '\0';
		return path_stat(root, path, &st);
	}
	if (mkdtemp(snapshot->folder) == NULL) {
		snapshot->folder[0] = '\0';
		return -errno;
	}
	for (tries = 0, error = -FAULT_CHANGED; tries < TRIES && error == -FAULT_CHANGED; tries++)
		error = copy_once(root, path, snapshot->folder, arena);
	if (error == 0)
		*copy = arena_printf(arena, "%s/copy", snapshot->folder);
	return error;
}

void
snapshot_done(struct snapshot *snapshot)
{
	char path[sizeof(snapshot->folder) + 16];
	size_t i;

	if (snapshot->folder[0] == '\0')
		return;
	for (i = 0; i < SUFFIX_COUNT; i++) {
		(void)snprintf(path, sizeof(path), "%s/copy%s", snapshot->folder,
		    database_suffixes[i]);
		(void)unlink(path);
	}
	(void)rmdir(snapshot->folder);
	snapshot->folder[0] = '\0';
}
