/* SPDX-License-Identifier: BSD-2-Clause */
/* The seam on macOS. */
#include <copyfile.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmutil-helpers/os.h"
#include "kmutil-helpers/banned.h"

int
os_sync(int fd)
{
	if (fcntl(fd, F_FULLFSYNC) == 0)
		return 0;
	/* Some network and FAT volumes have no F_FULLFSYNC. */
	return fsync(fd) == 0 ? 0 : -errno;
}

int
os_rename_new(int from_dir, const char *from, int to_dir, const char *to)
{
	return renameatx_np(from_dir, from, to_dir, to, RENAME_EXCL) == 0 ? 0 : -errno;
}

int64_t
os_mtime_ns(const struct stat *st)
{
	return (int64_t)st->st_mtimespec.tv_sec * 1000000000 + st->st_mtimespec.tv_nsec;
}

int
os_copy_metadata(int from_fd, int to_fd)
{
	return fcopyfile(from_fd, to_fd, NULL, COPYFILE_METADATA) == 0 ? 0 : -errno;
}
