/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of system calls that change a file system, as Linux numbers them. */
#include <errno.h>
#include <sys/syscall.h>

#include "tests/macsim/sandbox.h"

#define ONE(nr, op, dir, path, flags, follow) {nr, op, dir, path, -1, -1, flags, follow, 0}
#define TWO(nr, op, d1, p1, d2, p2) {nr, op, d1, p1, d2, p2, -1, false, 0}
#define FD(nr, fd) {nr, OP_FD_WRITE, fd, -1, -1, -1, -1, false, 0}
#define NO(nr, error) {nr, OP_REFUSE, -1, -1, -1, -1, -1, false, error}

const struct sandbox_call sandbox_calls[] = {
	ONE(SYS_openat, OP_OPEN, 0, 1, 2, true),
	ONE(SYS_openat2, OP_OPEN, 0, 1, -1, true),
	ONE(SYS_unlinkat, OP_UNLINK, 0, 1, 2, false),
	ONE(SYS_mkdirat, OP_CREATE, 0, 1, -1, false),
	ONE(SYS_mknodat, OP_CREATE, 0, 1, -1, false),
	ONE(SYS_symlinkat, OP_CREATE, 1, 2, -1, false),
	TWO(SYS_renameat2, OP_RENAME, 0, 1, 2, 3),
	TWO(SYS_linkat, OP_LINK, 0, 1, 2, 3),
	ONE(SYS_truncate, OP_CHANGE, -1, 0, -1, true),
	ONE(SYS_fchmodat, OP_CHANGE, 0, 1, -1, true),
	ONE(452, OP_CHANGE, 0, 1, 3, true), /* fchmodat2 */
	ONE(SYS_fchownat, OP_CHANGE, 0, 1, 4, true),
	ONE(SYS_utimensat, OP_CHANGE, 0, 1, 3, true),
	ONE(SYS_setxattr, OP_CHANGE, -1, 0, -1, true),
	ONE(SYS_lsetxattr, OP_CHANGE, -1, 0, -1, false),
	ONE(SYS_removexattr, OP_CHANGE, -1, 0, -1, true),
	ONE(SYS_lremovexattr, OP_CHANGE, -1, 0, -1, false),
	ONE(SYS_fchmod, OP_CHANGE, 0, -1, -1, true),
	ONE(SYS_fchown, OP_CHANGE, 0, -1, -1, true),
	ONE(SYS_fsetxattr, OP_CHANGE, 0, -1, -1, true),
	ONE(SYS_fremovexattr, OP_CHANGE, 0, -1, -1, true),
#ifdef SYS_open
	ONE(SYS_open, OP_OPEN, -1, 0, 1, true),
	ONE(SYS_creat, OP_OPEN, -1, 0, -1, true),
	ONE(SYS_unlink, OP_UNLINK, -1, 0, -1, false),
	ONE(SYS_rmdir, OP_UNLINK, -1, 0, -1, false),
	ONE(SYS_mkdir, OP_CREATE, -1, 0, -1, false),
	ONE(SYS_mknod, OP_CREATE, -1, 0, -1, false),
	ONE(SYS_symlink, OP_CREATE, -1, 1, -1, false),
	TWO(SYS_rename, OP_RENAME, -1, 0, -1, 1),
	TWO(SYS_link, OP_LINK, -1, 0, -1, 1),
	ONE(SYS_chmod, OP_CHANGE, -1, 0, -1, true),
	ONE(SYS_chown, OP_CHANGE, -1, 0, -1, true),
	ONE(SYS_lchown, OP_CHANGE, -1, 0, -1, false),
	ONE(SYS_utime, OP_CHANGE, -1, 0, -1, true),
	ONE(SYS_utimes, OP_CHANGE, -1, 0, -1, true),
	ONE(SYS_futimesat, OP_CHANGE, 0, 1, -1, true),
#endif
#ifdef SYS_renameat
	TWO(SYS_renameat, OP_RENAME, 0, 1, 2, 3),
#endif
	FD(SYS_write, 0), FD(SYS_pwrite64, 0), FD(SYS_writev, 0), FD(SYS_pwritev, 0),
	FD(SYS_pwritev2, 0), FD(SYS_fsync, 0), FD(SYS_fdatasync, 0), FD(SYS_sync_file_range, 0),
	FD(SYS_ftruncate, 0), FD(SYS_fallocate, 0), FD(SYS_sendfile, 0), FD(SYS_copy_file_range, 2),
	ONE(SYS_execve, OP_START, -1, 0, -1, true), ONE(SYS_execveat, OP_START, 0, 1, 4, true),
	ONE(SYS_newfstatat, OP_LOOK, 0, 1, 3, true), ONE(SYS_statx, OP_LOOK, 0, 1, 2, true),
	ONE(SYS_readlinkat, OP_LOOK, 0, 1, -1, false), ONE(SYS_faccessat, OP_LOOK, 0, 1, -1, true),
	ONE(439, OP_LOOK, 0, 1, -1, true), /* faccessat2 */
#ifdef SYS_stat
	ONE(SYS_stat, OP_LOOK, -1, 0, -1, true), ONE(SYS_lstat, OP_LOOK, -1, 0, -1, false),
	ONE(SYS_access, OP_LOOK, -1, 0, -1, true), ONE(SYS_readlink, OP_LOOK, -1, 0, -1, false),
	{SYS_alarm, OP_ALARM, 0, -1, -1, -1, -1, false, 0},
#endif
	{SYS_setitimer, OP_ALARM, -1, 1, -1, -1, -1, false, 0},
	{SYS_read, OP_FD_READ, 0, -1, -1, -1, -1, false, 0},
	{SYS_pread64, OP_FD_READ, 0, -1, -1, -1, -1, false, 0},
	{SYS_getdents64, OP_FD_READ, 0, -1, -1, -1, -1, false, 0},
	ONE(SYS_fstatfs, OP_SPACE, 0, -1, -1, true), ONE(SYS_statfs, OP_SPACE, -1, 0, -1, true),
	NO(SYS_io_uring_setup, ENOSYS), NO(SYS_chroot, EPERM), NO(SYS_mount, EPERM),
	NO(SYS_umount2, EPERM), NO(SYS_pivot_root, EPERM), NO(SYS_fsopen, EPERM),
	NO(SYS_fsmount, EPERM), NO(SYS_move_mount, EPERM), NO(SYS_open_tree, EPERM),
};
const size_t sandbox_calls_len = sizeof sandbox_calls / sizeof *sandbox_calls;
