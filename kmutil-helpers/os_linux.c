/* SPDX-License-Identifier: BSD-2-Clause */
/* The seam on Linux, where the tests and the simulated Mac run. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/os.h"
#include "kmutil-helpers/banned.h"

#define NAMES_BYTES 4096
#define VALUE_BYTES 65536

int
os_sync(int fd)
{
	return fsync(fd) == 0 ? 0 : -errno;
}

int
os_rename_new(int from_dir, const char *from, int to_dir, const char *to)
{
	return renameat2(from_dir, from, to_dir, to, RENAME_NOREPLACE) == 0 ? 0 : -errno;
}

int64_t
os_mtime_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

int64_t
os_steady_seconds(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_BOOTTIME, &now) == 0 ? (int64_t)now.tv_sec : -errno;
}

static int
copy_xattrs(int from_fd, int to_fd)
{
	static char names[NAMES_BYTES], value[VALUE_BYTES];
	ssize_t len = flistxattr(from_fd, names, sizeof(names)), size;
	const char *name;

	if (len < 0)
		return errno == ENOTSUP ? 0 : -errno;
	for (name = names; name < names + len; name += strlen(name) + 1) {
		size = fgetxattr(from_fd, name, value, sizeof(value));
		if (size < 0 || fsetxattr(to_fd, name, value, (size_t)size, 0) != 0)
			return -errno;
	}
	return 0;
}

/* Attributes of Apple's names live in the user's space here. */
int
os_exclude_from_backup(int fd)
{
	if (fsetxattr(
		fd, "user." OS_BACKUP_ATTRIBUTE, OS_BACKUP_VALUE, strlen(OS_BACKUP_VALUE), 0) == 0)
		return 0;
	return errno == ENOTSUP || errno == EPERM ? 0 : -errno;
}

/* POSIX lists give nobody named more than the mode's group bits, which are their mask
 * (acl(5)): the mode says it all. */
int
os_acl_lets_write(const char *path)
{
	(void)path;
	return 0;
}

int
os_read_attribute(int fd, const char *name, char *value, size_t size)
{
	char here[NAME_MAX + 1]; /* of Linux's 255 bytes, too */
	ssize_t len;

	if (snprintf(here, sizeof(here), "user.%s", name) >= (int)sizeof(here))
		return -ENAMETOOLONG;
	len = fgetxattr(fd, here, value, size - 1);
	if (len < 0)
		return errno == ENODATA || errno == ENOTSUP ? -ENOENT : -errno;
	value[len] = '\0';
	return (int)len;
}

int
os_copy_metadata(int from_fd, int to_fd)
{
	struct stat st;
	int error;

	if (fstat(from_fd, &st) != 0)
		return -errno;
	if ((error = copy_xattrs(from_fd, to_fd)) != 0)
		return error;
	if (fchown(to_fd, st.st_uid, st.st_gid) != 0 || fchmod(to_fd, st.st_mode & 07777) != 0)
		return -errno;
	return futimens(to_fd, (struct timespec[]){st.st_atim, st.st_mtim}) == 0 ? 0 : -errno;
}

int
os_copy_link_metadata(int from_dir, const char *from, int to_dir, const char *to)
{
	struct stat st;

	if (fstatat(from_dir, from, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    fchownat(to_dir, to, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) != 0)
		return -errno;
	return utimensat(to_dir, to, (struct timespec[]){st.st_atim, st.st_mtim},
		   AT_SYMLINK_NOFOLLOW) == 0
		   ? 0
		   : -errno;
}

/* Darwin's flags stand in an attribute here. */
uint32_t
os_flags(int fd, const struct stat *st)
{
	char text[16];

	(void)st;
	return os_read_attribute(fd, "flags", text, sizeof(text)) > 0
		   ? (uint32_t)strtoul(text, NULL, 10)
		   : 0;
}

/* POSIX lists are attributes. */
int
os_read_acl(int fd, struct buf *text)
{
	(void)fd, (void)text;
	return 0;
}

int
os_list_attributes(int fd, struct buf *names)
{
	char bytes[NAMES_BYTES];
	ssize_t len = flistxattr(fd, bytes, sizeof(bytes));

	if (len < 0)
		return errno == ENOTSUP ? 0 : -errno;
	buf_add(names, bytes, (size_t)len);
	return 0;
}

int
os_read_attribute_bytes(int fd, const char *name, struct buf *value)
{
	static char bytes[VALUE_BYTES];
	ssize_t len = fgetxattr(fd, name, bytes, sizeof(bytes));

	if (len < 0)
		return -errno;
	buf_add(value, bytes, (size_t)len);
	return 0;
}

int
os_free_bytes(int fd, uint64_t *bytes)
{
	struct statfs volume;

	if (fstatfs(fd, &volume) != 0)
		return -errno;
	*bytes = (uint64_t)volume.f_bavail * (uint64_t)volume.f_bsize;
	return 0;
}

int
os_mounts_each(void (*fn)(const struct os_mount *mount, void *payload), void *payload)
{
	FILE *table = setmntent("/etc/mtab", "r");
	struct mntent *entry;

	if (table == NULL)
		return -errno;
	while ((entry = getmntent(table)) != NULL)
		fn(&(struct os_mount){.device = entry->mnt_fsname,
		       .point = entry->mnt_dir,
		       .type = entry->mnt_type},
		    payload);
	(void)endmntent(table);
	return 0;
}

const struct unpack_codec *
os_lzfse(void)
{
	return NULL;
}

int
os_process(pid_t pid, pid_t *parent, char name[OS_PROCESS_NAME_BYTES])
{
	char path[64], text[512], *open_bracket, *close_bracket;
	ssize_t len;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (len <= 0)
		return -ESRCH;
	text[len] = '\0';
	open_bracket = strchr(text, '(');
	close_bracket = strrchr(text, ')');
	/* "PID (NAME) STATE PARENT ..." */
	if (open_bracket == NULL || close_bracket == NULL || strlen(close_bracket) < 5)
		return -ESRCH;
	*close_bracket = '\0';
	(void)snprintf(name, OS_PROCESS_NAME_BYTES, "%s", open_bracket + 1);
	*parent = (pid_t)strtol(close_bracket + 4, NULL, 10);
	return 0;
}
