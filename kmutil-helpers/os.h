/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The seam between operating systems: what Darwin and Linux call differently.
 * os_darwin.c and os_linux.c are the only files that may ask which one it is.
 */
#ifndef KMUTIL_HELPERS_OS_H
#define KMUTIL_HELPERS_OS_H

#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

struct unpack_codec; /* kmutil-helpers/unpack.h */
struct buf;          /* kmutil-helpers/buf.h */

/* Writes a file or folder through to the medium, past the drive's own cache
 * (F_FULLFSYNC on Darwin). 0 or -errno. */
int os_sync(int fd) __attribute__((warn_unused_result));

/* Renames from_dir/from to to_dir/to and never replaces anything: -EEXIST when
 * the new name is taken. 0 or -errno. */
int os_rename_new(int from_dir, const char *from, int to_dir, const char *to)
    __attribute__((warn_unused_result));

/* Time of the last change of the contents, in nanoseconds since 1970. */
int64_t os_mtime_ns(const struct stat *st);

/* Seconds of a clock that nobody can set and that goes on while the machine sleeps; only to be
 * compared with itself within one boot. -errno when it cannot be told. */
int64_t os_steady_seconds(void);

/* Copies owner, mode, flags, ACL, extended attributes and times of one open
 * file or folder to another. 0 or -errno. */
int os_copy_metadata(int from_fd, int to_fd) __attribute__((warn_unused_result));
/* The same of a symbolic link itself, as far as the system keeps them of one. */
int os_copy_link_metadata(int from_dir, const char *from, int to_dir, const char *to)
    __attribute__((warn_unused_result));

/* Flags of an open file or folder that a person, a package or macOS sets (chflags(2)), with
 * Darwin's numbers. */
uint32_t os_flags(int fd, const struct stat *st);
/* Those that keep even root from moving or removing it: immutable, append-only, restricted,
 * not to be unlinked; the system's and the user's. */
#define OS_FLAGS_LOCKED 0x001e0006u

/* Append the access control list of an open file or folder as text; the names of its
 * extended attributes, each with a NUL; the value of one. Nothing where there is none. 0 or
 * -errno. */
int os_read_acl(int fd, struct buf *text) __attribute__((warn_unused_result));
int os_list_attributes(int fd, struct buf *names) __attribute__((warn_unused_result));
int os_read_attribute_bytes(int fd, const char *name, struct buf *value)
    __attribute__((warn_unused_result));

/* Bytes that can still be written to the volume of an open folder. 0 or -errno. */
int os_free_bytes(int fd, uint64_t *bytes) __attribute__((warn_unused_result));

/* Keeps an open folder out of backups: the attribute that Time Machine looks for
 * (docs/facts.md#backup). A file system without attributes is no error. 0 or -errno. */
int os_exclude_from_backup(int fd) __attribute__((warn_unused_result));

/* The value of an extended attribute of an open file or folder, as text with a NUL; cut to
 * size. Its length, -ENOENT without it (or where the file system has none), -errno. */
int os_read_attribute(int fd, const char *name, char *value, size_t size)
    __attribute__((warn_unused_result));

/* Whether an access control list lets anyone change what lies at the path, beside what
 * its mode says. A link is not followed. 1, 0, or -errno when it cannot be told. */
int os_acl_lets_write(const char *path) __attribute__((warn_unused_result));

#define OS_PROCESS_NAME_BYTES 64
/* Name, as far as the kernel keeps it, and parent of a process. 0 or -errno. */
int os_process(pid_t pid, pid_t *parent, char name[OS_PROCESS_NAME_BYTES])
    __attribute__((warn_unused_result));

/* One mounted file system; texts are borrowed until the callback returns. */
struct os_mount {
	const char *device, *point, *type; /* "/dev/disk4s1", "/Volumes/Work", "apfs" */
};

/* Calls fn for each mounted file system. 0 or -errno when the table cannot be read. */
int os_mounts_each(void (*fn)(const struct os_mount *mount, void *payload), void *payload)
    __attribute__((warn_unused_result));

/* The system's own library for LZFSE; NULL where there is none. */
const struct unpack_codec *os_lzfse(void);

#define OS_BACKUP_ATTRIBUTE "com.apple.metadata:com_apple_backup_excludeItem"
#define OS_BACKUP_VALUE "com.apple.backupd"

#endif
