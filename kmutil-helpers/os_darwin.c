/* SPDX-License-Identifier: BSD-2-Clause */
/* The seam on macOS. */
#include <copyfile.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>
#include <sys/mount.h>
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

/* zig's SDK has no sys/xattr.h; libSystem exports it. */
int fsetxattr(
    int fd, const char *name, const void *value, size_t size, uint32_t position, int options);

int
os_exclude_from_backup(int fd)
{
	if (fsetxattr(fd, OS_BACKUP_ATTRIBUTE, OS_BACKUP_VALUE, strlen(OS_BACKUP_VALUE), 0, 0) == 0)
		return 0;
	return errno == ENOTSUP ? 0 : -errno;
}

int
os_mounts_each(void (*fn)(const struct os_mount *mount, void *payload), void *payload)
{
	struct statfs *mounts;
	/* What the kernel knows, without asking the file systems: one may hang. */
	int count = getmntinfo(&mounts, MNT_NOWAIT), i;

	if (count <= 0)
		return -errno;
	for (i = 0; i < count; i++)
		fn(&(struct os_mount){.device = mounts[i].f_mntfromname,
		       .point = mounts[i].f_mntonname,
		       .type = mounts[i].f_fstypename},
		    payload);
	return 0;
}
