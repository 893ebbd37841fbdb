/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What only macOS has: renames that replace nothing, copyfile's metadata, extended
 * attributes with a position, access control lists, the mount table, sysctl's view of a
 * process, libcompression. Below the product's Darwin seam stands its Linux seam: both
 * builds see the same files.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "kmutil-helpers/os.h"
#include "tests/darwin/layout.h"
#include "tests/darwin/machrun.h"

enum { MOUNTS_MAX = 256, PROCESS_NAME_BYTES = 16 }; /* a name with its NUL: MAXCOMLEN */

/* What the product's Linux seam answered, as a function of libc does. */
static int
tell(int error)
{
	errno = -error;
	return error == 0 ? 0 : -1;
}

static int
mac_renameatx(int from_dir, const char *from, int to_dir, const char *to, unsigned int flags)
{
	return tell(flags == DARWIN_RENAME_EXCL
			? os_rename_new(linux_folder(from_dir), from, linux_folder(to_dir), to)
			: -EINVAL);
}

/* Darwin's name of an attribute as Linux keeps it; NULL: it is too long. */
static const char *
own_name(const char *name, char *text)
{
	if (snprintf(text, NAME_MAX + 1, "user.%s", name) <= NAME_MAX)
		return text;
	errno = ENAMETOOLONG;
	return NULL;
}

static int
mac_fsetxattr(
    int fd, const char *name, const void *value, size_t size, uint32_t position, int options)
{
	char text[NAME_MAX + 1];

	(void)position;
	(void)options;
	return own_name(name, text) != NULL ? fsetxattr(fd, text, value, size, 0) : -1;
}

static ssize_t
mac_fgetxattr(int fd, const char *name, void *value, size_t size, uint32_t position, int options)
{
	char text[NAME_MAX + 1];

	(void)position;
	(void)options;
	/* ENOATTR and ENODATA are the two systems' words for the same: 93 and 61. */
	return own_name(name, text) != NULL ? fgetxattr(fd, text, value, size) : -1;
}

/* The names that are Darwin's; those of Linux alone are not seen. */
static ssize_t
mac_flistxattr(int fd, char *names, size_t size, int options)
{
	char own[4096];
	ssize_t len = flistxattr(fd, own, sizeof(own)), total = 0;
	const char *name;

	(void)options;
	for (name = own; len > 0 && name < own + len; name += strlen(name) + 1) {
		if (strncmp(name, "user.", 5) != 0)
			continue;
		if (names != NULL && (size_t)total + strlen(name + 5) + 1 > size)
			return tell(-ERANGE);
		if (names != NULL)
			memcpy(names + total, name + 5, strlen(name + 5) + 1);
		total += (ssize_t)strlen(name + 5) + 1;
	}
	return len < 0 ? len : total;
}

/* Of a link that was opened itself: owner and times. */
static int
copy_link_metadata(int to, const struct stat *st)
{
	const struct timespec times[] = {st->st_atim, st->st_mtim};

	if (fchownat(to, "", st->st_uid, st->st_gid, AT_EMPTY_PATH) != 0)
		return -1;
	return utimensat(to, "", times, AT_EMPTY_PATH);
}

/* COPYFILE_METADATA is all that the product asks for. */
static int
mac_fcopyfile(int from, int to, void *state, uint32_t flags)
{
	struct stat st;

	(void)state;
	if (fstat(from, &st) == 0 && S_ISLNK(st.st_mode))
		return copy_link_metadata(to, &st);
	return tell(flags == DARWIN_COPYFILE_METADATA ? os_copy_metadata(from, to) : -EINVAL);
}

/* No list at the path: ENOENT. */
static void *
mac_acl_get(const char *path, int type)
{
	(void)path;
	(void)type;
	errno = ENOENT;
	return NULL;
}

static void *
mac_acl_get_fd(int fd, int type)
{
	(void)fd;
	return mac_acl_get(NULL, type);
}

static int
mac_refused(void)
{
	return tell(-EINVAL);
}

struct darwin_statfs {
	uint32_t bsize;
	int32_t iosize;
	uint64_t blocks, bfree, bavail, files, ffree;
	int32_t fsid[2];
	uint32_t owner, type, flags, subtype;
	char type_name[16], point[1024], device[1024];
	uint32_t more[8];
};
_Static_assert(sizeof(struct darwin_statfs) == STATFS_BYTES, "struct statfs");
_Static_assert(offsetof(struct darwin_statfs, bavail) == STATFS_FREE_AT, "f_bavail");
_Static_assert(offsetof(struct darwin_statfs, type_name) == STATFS_TYPE_AT, "f_fstypename");
_Static_assert(offsetof(struct darwin_statfs, device) == STATFS_DEVICE_AT, "f_mntfromname");

struct mounts {
	struct darwin_statfs table[MOUNTS_MAX];
	int count;
};

static void
add_mount(const struct os_mount *mount, void *payload)
{
	struct mounts *mounts = payload;
	struct darwin_statfs *at = &mounts->table[mounts->count];

	if (mounts->count == MOUNTS_MAX)
		return;
	mounts->count++;
	(void)snprintf(at->type_name, sizeof(at->type_name), "%s", mount->type);
	(void)snprintf(at->point, sizeof(at->point), "%s", mount->point);
	(void)snprintf(at->device, sizeof(at->device), "%s", mount->device);
}

static int
mac_fstatfs(int fd, struct darwin_statfs *out)
{
	uint64_t bytes;
	int error = os_free_bytes(fd, &bytes);

	if (error == 0)
		*out = (struct darwin_statfs){.bsize = 1, .bavail = bytes, .bfree = bytes};
	return tell(error);
}

static int
mac_getmntinfo(struct darwin_statfs **out, int flags)
{
	static struct mounts mounts;

	(void)flags;
	mounts = (struct mounts){.count = 0};
	*out = mounts.table;
	return tell(os_mounts_each(add_mount, &mounts)) == 0 ? mounts.count : 0;
}

/* CTL_KERN, KERN_PROC, KERN_PROC_PID, pid: struct kinfo_proc. An unknown process gives
 * nothing, and no error. */
static int
mac_sysctl(const int *name, unsigned int count, void *out, size_t *len, void *new, size_t new_len)
{
	char process[OS_PROCESS_NAME_BYTES];
	pid_t parent;

	if (count != 4 || name[0] != DARWIN_CTL_KERN || name[1] != DARWIN_KERN_PROC ||
	    name[2] != DARWIN_KERN_PROC_PID || new != NULL || new_len != 0 || *len < PROCESS_BYTES)
		return tell(-EINVAL);
	*len = 0;
	if (os_process(name[3], &parent, process) != 0)
		return 0;
	memset(out, 0, PROCESS_BYTES);
	(void)snprintf((char *)out + PROCESS_NAME_AT, PROCESS_NAME_BYTES, "%.15s", process);
	memcpy((char *)out + PROCESS_PARENT_AT, &parent, sizeof(parent));
	*len = PROCESS_BYTES;
	return 0;
}

const struct bound_name mac_names[] = {
    BOUND("renameatx_np", mac_renameatx),
    BOUND("fsetxattr", mac_fsetxattr),
    BOUND("fgetxattr", mac_fgetxattr),
    BOUND("flistxattr", mac_flistxattr),
    BOUND("fcopyfile", mac_fcopyfile),
    BOUND("fstatfs", mac_fstatfs),
    BOUND("acl_get_fd_np", mac_acl_get_fd),
    BOUND("acl_to_text", mac_refused),
    BOUND("acl_get_link_np", mac_acl_get),
    BOUND("acl_get_entry", mac_refused),
    BOUND("acl_get_tag_type", mac_refused),
    BOUND("acl_get_permset_mask_np", mac_refused),
    BOUND("acl_free", mac_refused),
    BOUND("getmntinfo", mac_getmntinfo),
    BOUND("sysctl", mac_sysctl),
    BOUND("compression_stream_init", mac_refused),
    BOUND("compression_stream_process", mac_refused),
    BOUND("compression_stream_destroy", mac_refused),
    {NULL, NULL},
};
