/* SPDX-License-Identifier: BSD-2-Clause */
/* The seam on macOS. */
#include <copyfile.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/acl.h>
#include <sys/param.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <time.h>
#include <unistd.h>

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/os.h"
#include "kmutil-helpers/unpack.h"
#include "kmutil-helpers/banned.h"

/* zig's SDK has no sys/xattr.h; libSystem exports these. */
int fsetxattr(
    int fd, const char *name, const void *value, size_t size, uint32_t position, int options);
ssize_t fgetxattr(
    int fd, const char *name, void *value, size_t size, uint32_t position, int options);
ssize_t flistxattr(int fd, char *names, size_t size, int options);

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

int64_t
os_steady_seconds(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_MONOTONIC_RAW, &now) == 0 ? (int64_t)now.tv_sec : -errno;
}

/* An entry that allows; one that is only inherited counts, for what is made later will
 * have it. sys/acl.h: entries end with -1, no list at all is ENOENT. */
int
os_acl_lets_write(const char *path)
{
	static const acl_permset_mask_t changes = ACL_WRITE_DATA | ACL_APPEND_DATA | ACL_DELETE |
						  ACL_DELETE_CHILD | ACL_WRITE_SECURITY |
						  ACL_CHANGE_OWNER;
	acl_t list = acl_get_link_np(path, ACL_TYPE_EXTENDED);
	int which = ACL_FIRST_ENTRY, lets = 0;
	acl_permset_mask_t mask;
	acl_entry_t entry;
	acl_tag_t tag;

	if (list == NULL)
		return errno == ENOENT || errno == ENOTSUP ? 0 : -errno;
	for (; lets == 0 && acl_get_entry(list, which, &entry) == 0; which = ACL_NEXT_ENTRY)
		if (acl_get_tag_type(entry, &tag) != 0 ||
		    acl_get_permset_mask_np(entry, &mask) != 0)
			lets = -EINVAL;
		else if (tag == ACL_EXTENDED_ALLOW && (mask & changes) != 0)
			lets = 1;
	(void)acl_free(list);
	return lets;
}

int
os_read_attribute(int fd, const char *name, char *value, size_t size)
{
	ssize_t len = fgetxattr(fd, name, value, size - 1, 0, 0);

	if (len < 0)
		return errno == ENOATTR || errno == ENOTSUP ? -ENOENT : -errno;
	value[len] = '\0';
	return (int)len;
}

int
os_copy_metadata(int from_fd, int to_fd)
{
	return fcopyfile(from_fd, to_fd, NULL, COPYFILE_METADATA) == 0 ? 0 : -errno;
}

/* fcopyfile takes links that were opened themselves, too (copyfile(3)). */
int
os_copy_link_metadata(int from_dir, const char *from, int to_dir, const char *to)
{
	int error, to_fd = -1, from_fd = openat(from_dir, from, O_RDONLY | O_SYMLINK | O_CLOEXEC);

	if (from_fd >= 0)
		to_fd = openat(to_dir, to, O_RDONLY | O_SYMLINK | O_CLOEXEC);
	error = to_fd < 0 ? -errno : os_copy_metadata(from_fd, to_fd);
	if (to_fd >= 0)
		(void)close(to_fd);
	if (from_fd >= 0)
		(void)close(from_fd);
	return error;
}

/* Without those that the file system sets by itself: compressed, tracked, not here. */
uint32_t
os_flags(int fd, const struct stat *st)
{
	(void)fd;
	return st->st_flags &
	       (OS_FLAGS_LOCKED | (uint32_t)UF_OPAQUE | (uint32_t)UF_HIDDEN);
}

int
os_read_acl(int fd, struct buf *text)
{
	acl_t list = acl_get_fd_np(fd, ACL_TYPE_EXTENDED);
	ssize_t len = 0;
	char *lines;

	if (list == NULL)
		return errno == ENOENT || errno == ENOTSUP ? 0 : -errno;
	lines = acl_to_text(list, &len);
	if (lines != NULL && len > 0)
		buf_add(text, lines, (size_t)len);
	(void)acl_free(list);
	if (lines == NULL)
		return -EIO;
	(void)acl_free(lines);
	return 0;
}

/* macOS sets these by itself and keeps them from everybody else
 * (docs/facts.md#attributes): a copy has its own, or none. */
static bool
is_own_attribute(const char *name)
{
	return strcmp(name, "com.apple.provenance") == 0 || strcmp(name, "com.apple.macl") == 0;
}

int
os_list_attributes(int fd, struct buf *names)
{
	ssize_t room = flistxattr(fd, NULL, 0, 0), len = 0;
	char *bytes = room > 0 ? malloc((size_t)room) : NULL, *name;
	int error = room > 0 && bytes == NULL ? -ENOMEM : 0;

	if (room < 0)
		return errno == ENOTSUP || errno == EPERM ? 0 : -errno;
	if (bytes != NULL && (len = flistxattr(fd, bytes, (size_t)room, 0)) < 0)
		error = -errno;
	for (name = bytes; len > 0 && name < bytes + len; name += strlen(name) + 1)
		if (!is_own_attribute(name))
			buf_add(names, name, strlen(name) + 1);
	free(bytes);
	return error;
}

int
os_read_attribute_bytes(int fd, const char *name, struct buf *value)
{
	ssize_t room = fgetxattr(fd, name, NULL, 0, 0, 0), len = 0;
	char *bytes = room > 0 ? malloc((size_t)room) : NULL;
	int error = room > 0 && bytes == NULL ? -ENOMEM : 0;

	if (room < 0)
		return -errno;
	if (bytes != NULL && (len = fgetxattr(fd, name, bytes, (size_t)room, 0, 0)) < 0)
		error = -errno;
	if (len > 0)
		buf_add(value, bytes, (size_t)len);
	free(bytes);
	return error;
}

/* statvfs counts blocks in 32 bits here. */
int
os_free_bytes(int fd, uint64_t *bytes)
{
	struct statfs volume;

	if (fstatfs(fd, &volume) != 0)
		return -errno;
	*bytes = volume.f_bavail * (uint64_t)volume.f_bsize;
	return 0;
}

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

/* zig's SDK has no compression.h. libcompression has these since macOS 10.11
 * (Apple's documentation of Compression). */
struct compression_stream {
	uint8_t *dst_ptr;
	size_t dst_size;
	const uint8_t *src_ptr;
	size_t src_size;
	void *state;
};
enum { COMPRESSION_DECODE = 1, COMPRESSION_LAST = 1, COMPRESSION_LZFSE = 0x801 };
enum { COMPRESSION_ERROR = -1, COMPRESSION_OK = 0, COMPRESSION_END = 1 };
int compression_stream_init(struct compression_stream *stream, int operation, int algorithm);
int compression_stream_process(struct compression_stream *stream, int flags);
int compression_stream_destroy(struct compression_stream *stream);

static void *
lzfse_begin(void)
{
	struct compression_stream *stream = calloc(1, sizeof(*stream));

	if (stream == NULL || compression_stream_init(stream, COMPRESSION_DECODE,
				  COMPRESSION_LZFSE) != COMPRESSION_OK) {
		free(stream);
		return NULL;
	}
	return stream;
}

static enum unpack_state
lzfse_run(void *state, struct unpack_step *step)
{
	struct compression_stream *stream = state;
	int status;

	stream->src_ptr = step->in;
	stream->src_size = step->in_len;
	stream->dst_ptr = step->out;
	stream->dst_size = step->out_len;
	status = compression_stream_process(stream, step->last ? COMPRESSION_LAST : 0);
	step->taken = step->in_len - stream->src_size;
	step->made = step->out_len - stream->dst_size;
	if (status == COMPRESSION_ERROR)
		return UNPACK_BROKEN;
	return status == COMPRESSION_END ? UNPACK_DONE : UNPACK_MORE;
}

static void
lzfse_end(void *state)
{
	(void)compression_stream_destroy(state);
	free(state);
}

const struct unpack_codec *
os_lzfse(void)
{
	static const struct unpack_codec codec = {lzfse_begin, lzfse_run, lzfse_end};

	return &codec;
}

int
os_process(pid_t pid, pid_t *parent, char name[OS_PROCESS_NAME_BYTES])
{
	int query[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
	struct kinfo_proc info;
	size_t len = sizeof(info);

	if (sysctl(query, 4, &info, &len, NULL, 0) != 0)
		return -errno;
	if (len != sizeof(info))
		return -ESRCH;
	*parent = info.kp_eproc.e_ppid;
	(void)snprintf(name, OS_PROCESS_NAME_BYTES, "%s", info.kp_proc.p_comm);
	return 0;
}
