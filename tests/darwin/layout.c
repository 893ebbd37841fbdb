/* SPDX-License-Identifier: BSD-2-Clause */
/* Compiled for macOS and never linked: layout.h says what Apple's headers say. */
#include <copyfile.h>
#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/darwin/layout.h"

#define IS(apple, ours) _Static_assert((apple) == (ours), #ours)
#define AT(type, member, ours) IS(offsetof(type, member), ours)

IS(sizeof(struct stat), STAT_BYTES);
AT(struct stat, st_mtimespec, STAT_MTIME_AT);
AT(struct stat, st_size, STAT_SIZE_AT);
AT(struct stat, st_flags, STAT_FLAGS_AT);
AT(struct dirent, d_type, DIRENT_TYPE_AT);
AT(struct dirent, d_name, DIRENT_NAME_AT);
IS(sizeof(struct statvfs), STATVFS_BYTES);
AT(struct statvfs, f_bavail, STATVFS_FREE_AT);
IS(sizeof(struct statfs), STATFS_BYTES);
AT(struct statfs, f_bavail, STATFS_FREE_AT);
AT(struct statfs, f_fstypename, STATFS_TYPE_AT);
AT(struct statfs, f_mntfromname, STATFS_DEVICE_AT);
AT(struct flock, l_type, FLOCK_TYPE_AT);
IS(sizeof(siginfo_t), SIGINFO_BYTES);
AT(siginfo_t, si_pid, SIGINFO_PID_AT);
AT(struct sigaction, sa_mask, SIGACTION_MASK_AT);
AT(struct passwd, pw_dir, PASSWD_DIR_AT);
IS(sizeof(struct kinfo_proc), PROCESS_BYTES);
AT(struct kinfo_proc, kp_proc.p_comm, PROCESS_NAME_AT);
AT(struct kinfo_proc, kp_eproc.e_ppid, PROCESS_PARENT_AT);

IS(AT_FDCWD, DARWIN_AT_FDCWD);
IS(AT_EACCESS, DARWIN_AT_EACCESS);
IS(AT_SYMLINK_NOFOLLOW, DARWIN_AT_SYMLINK_NOFOLLOW);
IS(AT_SYMLINK_FOLLOW, DARWIN_AT_SYMLINK_FOLLOW);
IS(AT_REMOVEDIR, DARWIN_AT_REMOVEDIR);
IS(O_NONBLOCK, DARWIN_O_NONBLOCK);
IS(O_APPEND, DARWIN_O_APPEND);
IS(O_SYNC, DARWIN_O_SYNC);
IS(O_NOFOLLOW, DARWIN_O_NOFOLLOW);
IS(O_CREAT, DARWIN_O_CREAT);
IS(O_TRUNC, DARWIN_O_TRUNC);
IS(O_EXCL, DARWIN_O_EXCL);
IS(O_NOCTTY, DARWIN_O_NOCTTY);
IS(O_DIRECTORY, DARWIN_O_DIRECTORY);
IS(O_SYMLINK, DARWIN_O_SYMLINK);
IS(O_CLOEXEC, DARWIN_O_CLOEXEC);
IS(F_GETLK, DARWIN_F_GETLK);
IS(F_SETLK, DARWIN_F_SETLK);
IS(F_SETLKW, DARWIN_F_SETLKW);
IS(F_FULLFSYNC, DARWIN_F_FULLFSYNC);
IS(F_DUPFD_CLOEXEC, DARWIN_F_DUPFD_CLOEXEC);
IS(SIG_SETMASK, DARWIN_SIG_SETMASK);
IS(SA_RESTART, DARWIN_SA_RESTART);
IS(SA_RESETHAND, DARWIN_SA_RESETHAND);
IS(SA_NOCLDSTOP, DARWIN_SA_NOCLDSTOP);
IS(WNOWAIT, DARWIN_WNOWAIT);
IS(POSIX_SPAWN_CLOEXEC_DEFAULT, DARWIN_SPAWN_CLOEXEC_DEFAULT);
IS(CLOCK_MONOTONIC_RAW, DARWIN_CLOCK_MONOTONIC_RAW);
IS(CLOCK_MONOTONIC, DARWIN_CLOCK_MONOTONIC);
IS(RENAME_EXCL, DARWIN_RENAME_EXCL);
IS(COPYFILE_METADATA, DARWIN_COPYFILE_METADATA);
IS(CTL_KERN, DARWIN_CTL_KERN);
IS(KERN_PROC, DARWIN_KERN_PROC);
IS(KERN_PROC_PID, DARWIN_KERN_PROC_PID);
IS(FNM_NOESCAPE, DARWIN_FNM_NOESCAPE);
IS(FNM_PATHNAME, DARWIN_FNM_PATHNAME);
IS(FNM_PERIOD, DARWIN_FNM_PERIOD);
IS(FNM_CASEFOLD, DARWIN_FNM_CASEFOLD);
