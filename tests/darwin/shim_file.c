/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files and folders as Darwin's 64-bit ABI has them: flags, struct stat, struct dirent,
 * struct flock, fcntl's commands. Numbers: XNU, sys/fcntl.h, sys/stat.h, sys/dirent.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tests/darwin/layout.h"
#include "tests/darwin/machrun.h"

enum { DARWIN_NAME_BYTES = 1024 };

struct darwin_stat {
	int32_t dev;
	uint16_t mode, nlink;
	uint64_t ino;
	uint32_t uid, gid;
	int32_t rdev;
	struct timespec atime, mtime, ctime, birthtime;
	int64_t size, blocks;
	int32_t blksize;
	uint32_t flags, gen;
	int32_t spare;
	int64_t more[2];
};
_Static_assert(sizeof(struct darwin_stat) == STAT_BYTES, "struct stat");
_Static_assert(offsetof(struct darwin_stat, mtime) == STAT_MTIME_AT, "st_mtimespec");
_Static_assert(offsetof(struct darwin_stat, size) == STAT_SIZE_AT, "st_size");
_Static_assert(offsetof(struct darwin_stat, flags) == STAT_FLAGS_AT, "st_flags");

struct darwin_dirent {
	uint64_t ino, seek;
	uint16_t record_len, name_len;
	uint8_t type;
	char name[DARWIN_NAME_BYTES];
};
_Static_assert(offsetof(struct darwin_dirent, type) == DIRENT_TYPE_AT, "d_type");
_Static_assert(offsetof(struct darwin_dirent, name) == DIRENT_NAME_AT, "d_name");

struct darwin_statvfs {
	unsigned long bsize, frsize;
	uint32_t blocks, bfree, bavail, files, ffree, favail;
	unsigned long fsid, flag, namemax;
};
_Static_assert(sizeof(struct darwin_statvfs) == STATVFS_BYTES, "struct statvfs");
_Static_assert(offsetof(struct darwin_statvfs, bavail) == STATVFS_FREE_AT, "f_bavail");

static const struct {
	int darwin, linux_;
} open_flags[] =
    {
	{DARWIN_O_NONBLOCK, O_NONBLOCK},
	{DARWIN_O_APPEND, O_APPEND},
	{DARWIN_O_SYNC, O_SYNC},
	{DARWIN_O_NOFOLLOW, O_NOFOLLOW},
	{DARWIN_O_CREAT, O_CREAT},
	{DARWIN_O_TRUNC, O_TRUNC},
	{DARWIN_O_EXCL, O_EXCL},
	{DARWIN_O_NOCTTY, O_NOCTTY},
	{DARWIN_O_DIRECTORY, O_DIRECTORY},
	{DARWIN_O_SYMLINK, O_PATH | O_NOFOLLOW},
	{DARWIN_O_CLOEXEC, O_CLOEXEC},
},
  at_flags[] = {
      {DARWIN_AT_EACCESS, AT_EACCESS},
      {DARWIN_AT_SYMLINK_NOFOLLOW, AT_SYMLINK_NOFOLLOW},
      {DARWIN_AT_SYMLINK_FOLLOW, AT_SYMLINK_FOLLOW},
      {DARWIN_AT_REMOVEDIR, AT_REMOVEDIR},
};

int
linux_open_flags(int darwin_flags)
{
	int flags = darwin_flags & O_ACCMODE;
	size_t i;

	for (i = 0; i < sizeof(open_flags) / sizeof(*open_flags); i++)
		if ((darwin_flags & open_flags[i].darwin) != 0)
			flags |= open_flags[i].linux_;
	return flags;
}

int
darwin_open_flags(int linux_flags)
{
	int flags = linux_flags & O_ACCMODE;

	if ((linux_flags & O_NONBLOCK) != 0)
		flags |= DARWIN_O_NONBLOCK;
	return (linux_flags & O_APPEND) != 0 ? flags | DARWIN_O_APPEND : flags;
}

int
linux_folder(int darwin_fd)
{
	return darwin_fd == DARWIN_AT_FDCWD ? AT_FDCWD : darwin_fd;
}

static int
linux_at_flags(int darwin_flags)
{
	int flags = 0;
	size_t i;

	for (i = 0; i < sizeof(at_flags) / sizeof(*at_flags); i++)
		if ((darwin_flags & at_flags[i].darwin) != 0)
			flags |= at_flags[i].linux_;
	return flags;
}

static int
tell_stat(int result, const struct stat *st, struct darwin_stat *out)
{
	if (result != 0)
		return result;
	*out = (struct darwin_stat){
	    .dev = (int32_t)st->st_dev,
	    .mode = (uint16_t)st->st_mode,
	    .nlink = (uint16_t)st->st_nlink,
	    .ino = st->st_ino,
	    .uid = st->st_uid,
	    .gid = st->st_gid,
	    .rdev = (int32_t)st->st_rdev,
	    .atime = st->st_atim,
	    .mtime = st->st_mtim,
	    .ctime = st->st_ctim,
	    .birthtime = st->st_ctim,
	    .size = st->st_size,
	    .blocks = st->st_blocks,
	    .blksize = (int32_t)st->st_blksize,
	};
	return 0;
}

static int
file_stat(const char *path, struct darwin_stat *out)
{
	struct stat st;

	return tell_stat(stat(path, &st), &st, out);
}

static int
file_lstat(const char *path, struct darwin_stat *out)
{
	struct stat st;

	return tell_stat(lstat(path, &st), &st, out);
}

static int
file_fstat(int fd, struct darwin_stat *out)
{
	struct stat st;

	return tell_stat(fstat(fd, &st), &st, out);
}

static int
file_fstatat(int folder, const char *path, struct darwin_stat *out, int flags)
{
	struct stat st;

	return tell_stat(fstatat(linux_folder(folder), path, &st, linux_at_flags(flags)), &st, out);
}

static int
tell_statvfs(int result, const struct statvfs *st, struct darwin_statvfs *out)
{
	if (result == 0)
		*out = (struct darwin_statvfs){.bsize = st->f_bsize,
		    .frsize = st->f_frsize,
		    .blocks = (uint32_t)st->f_blocks,
		    .bfree = (uint32_t)st->f_bfree,
		    .bavail = (uint32_t)st->f_bavail,
		    .flag = st->f_flag & 3, /* ST_RDONLY, ST_NOSUID */
		    .namemax = st->f_namemax};
	return result;
}

static int
file_fstatvfs(int fd, struct darwin_statvfs *out)
{
	struct statvfs st;

	return tell_statvfs(fstatvfs(fd, &st), &st, out);
}

static int
file_open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list more;

	va_start(more, flags);
	if ((flags & DARWIN_O_CREAT) != 0)
		mode = (mode_t)va_arg(more, int);
	va_end(more);
	return open(path, linux_open_flags(flags), mode);
}

static int
file_openat(int folder, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list more;

	va_start(more, flags);
	if ((flags & DARWIN_O_CREAT) != 0)
		mode = (mode_t)va_arg(more, int);
	va_end(more);
	return openat(linux_folder(folder), path, linux_open_flags(flags), mode);
}

struct darwin_flock {
	int64_t start, len;
	int32_t pid;
	int16_t type, whence;
};
_Static_assert(offsetof(struct darwin_flock, type) == FLOCK_TYPE_AT, "l_type");

/* Darwin numbers the kinds 1 read, 2 none, 3 write. */
static int
file_lock(int fd, int command, struct darwin_flock *lock)
{
	static const short linux_types[] = {0, F_RDLCK, F_UNLCK, F_WRLCK};
	struct flock own = {.l_type = linux_types[lock->type & 3],
	    .l_whence = lock->whence,
	    .l_start = lock->start,
	    .l_len = lock->len};
	int result = fcntl(fd,
	    command == DARWIN_F_GETLK   ? F_GETLK
	    : command == DARWIN_F_SETLK ? F_SETLK
					: F_SETLKW,
	    &own);

	if (result == 0 && command == DARWIN_F_GETLK) {
		lock->type = own.l_type == F_RDLCK ? 1 : own.l_type == F_UNLCK ? 2 : 3;
		lock->pid = own.l_pid;
	}
	return result;
}

static int
file_fcntl(int fd, int command, ...)
{
	long value;
	va_list more;
	int flags;

	va_start(more, command);
	value = va_arg(more, long);
	va_end(more);
	switch (command) {
	case F_DUPFD:
	case F_GETFD:
	case F_SETFD:
		return fcntl(fd, command, value);
	case F_GETFL:
		flags = fcntl(fd, F_GETFL);
		return flags < 0 ? flags : darwin_open_flags(flags);
	case F_SETFL:
		return fcntl(fd, F_SETFL, linux_open_flags((int)value));
	case DARWIN_F_GETLK:
	case DARWIN_F_SETLK:
	case DARWIN_F_SETLKW:
		return file_lock(fd, command, (struct darwin_flock *)value);
	case DARWIN_F_FULLFSYNC:
		return fsync(fd);
	case DARWIN_F_DUPFD_CLOEXEC:
		return fcntl(fd, F_DUPFD_CLOEXEC, value);
	default:
		errno = EINVAL;
		return -1;
	}
}

static struct darwin_dirent *
file_readdir(DIR *folder)
{
	static struct darwin_dirent entry;
	struct dirent *own = readdir(folder);

	if (own == NULL)
		return NULL;
	entry = (struct darwin_dirent){
	    .ino = own->d_ino, .type = own->d_type, .record_len = sizeof(entry)};
	entry.name_len = (uint16_t)strlen(own->d_name);
	memcpy(entry.name, own->d_name, entry.name_len + 1u);
	return &entry;
}

static int
file_unlinkat(int folder, const char *path, int flags)
{
	return unlinkat(linux_folder(folder), path, linux_at_flags(flags));
}

static int
file_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return renameat(linux_folder(from_dir), from, linux_folder(to_dir), to);
}

static int
file_mkdirat(int folder, const char *path, unsigned int mode)
{
	return mkdirat(linux_folder(folder), path, mode);
}

static ssize_t
file_readlinkat(int folder, const char *path, char *text, size_t size)
{
	return readlinkat(linux_folder(folder), path, text, size);
}

static int
file_symlinkat(const char *text, int folder, const char *path)
{
	return symlinkat(text, linux_folder(folder), path);
}

static int
file_fchownat(int folder, const char *path, uid_t uid, gid_t gid, int flags)
{
	return fchownat(linux_folder(folder), path, uid, gid, linux_at_flags(flags));
}

/* Linux cannot change a link's mode, which nothing asks it about. */
static int
file_fchmodat(int folder, const char *path, mode_t mode, int flags)
{
	int own = linux_at_flags(flags);

	return (own & AT_SYMLINK_NOFOLLOW) != 0 ? 0 : fchmodat(linux_folder(folder), path, mode, 0);
}

/* UTIME_NOW and UTIME_OMIT are -1 and -2 in Darwin. */
static int
file_utimensat(int folder, const char *path, const struct timespec times[2], int flags)
{
	struct timespec own[2] = {times[0], times[1]};
	int i;

	for (i = 0; i < 2; i++)
		own[i].tv_nsec = own[i].tv_nsec == -1   ? UTIME_NOW
				 : own[i].tv_nsec == -2 ? UTIME_OMIT
							: own[i].tv_nsec;
	return utimensat(linux_folder(folder), path, own, linux_at_flags(flags));
}

const struct bound_name file_names[] = {
    BOUND("stat", file_stat),
    BOUND("lstat", file_lstat),
    BOUND("fstat", file_fstat),
    BOUND("fstatat", file_fstatat),
    BOUND("fstatvfs", file_fstatvfs),
    BOUND("open", file_open),
    BOUND("openat", file_openat),
    BOUND("fcntl", file_fcntl),
    BOUND("readdir", file_readdir),
    BOUND("unlinkat", file_unlinkat),
    BOUND("renameat", file_renameat),
    BOUND("mkdirat", file_mkdirat),
    BOUND("readlinkat", file_readlinkat),
    BOUND("symlinkat", file_symlinkat),
    BOUND("fchownat", file_fchownat),
    BOUND("fchmodat", file_fchmodat),
    BOUND("utimensat", file_utimensat),
    {NULL, NULL},
};
