/* SPDX-License-Identifier: BSD-2-Clause */
/* Replacing a small file as one step. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmutil-helpers/os.h"
#include "kmutil-helpers/replace_file.h"
#include "kmutil-helpers/banned.h"

int
replace_file(const struct root *root, const char *path, struct buf *content, mode_t mode)
{
	char name[NAME_MAX + 1];
	struct place place;
	mode_t mask;
	int fd = -1, error = path_find_place(root, path, &place);

	if (error != 0)
		goto out;
	if (snprintf(name, sizeof(name), "%s.new", place.leaf) >= (int)sizeof(name)) {
		error = -ENAMETOOLONG;
		goto out;
	}
	/* What was left of a run that was cut off, of whatever kind. */
	(void)unlinkat(place.parent_fd, name, 0);
	mask = umask(0);
	fd = openat(
	    place.parent_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	(void)umask(mask);
	error = fd < 0 ? -errno : buf_flush(content, fd);
	if (error == 0)
		error = os_sync(fd);
	if (fd >= 0 && close(fd) != 0 && error == 0)
		error = -errno;
	if (error == 0 && renameat(place.parent_fd, name, place.parent_fd, place.leaf) != 0)
		error = -errno;
	if (error == 0)
		error = os_sync(place.parent_fd);
	else
		(void)unlinkat(place.parent_fd, name, 0);
out:
	place_done(&place);
	return error;
}
