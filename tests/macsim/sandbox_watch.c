/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers one question of the filter: guard, count, kill or fail; else go on. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/macsim/sandbox_proc.h"

/* Apple's tools are one program; whoever runs it may do what Apple's may. */
static bool
is_tool(const struct sandbox *box, pid_t pid)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	struct stat exe, tool;
	char link[64];
	long fd = syscall(SYS_openat2, box->root_fd, "/usr/bin/kmutil", &how, sizeof how);
	bool is = false;

	snprintf(link, sizeof link, "/proc/%d/exe", (int)pid);
	if (fd >= 0) {
		is = fstat((int)fd, &tool) == 0 && stat(link, &exe) == 0 &&
		     exe.st_dev == tool.st_dev && exe.st_ino == tool.st_ino;
		close((int)fd);
	}
	return is;
}

static const struct sandbox_call *
find_call(int nr)
{
	for (size_t i = 0; i < sandbox_calls_len; i++)
		if (sandbox_calls[i].nr == nr)
			return &sandbox_calls[i];
	return NULL;
}

static bool
opens_for_writing(pid_t pid, const struct seccomp_data *data, bool *follow)
{
	unsigned long long flags = O_WRONLY;

	if (data->nr == SYS_openat)
		flags = data->args[2];
#ifdef SYS_open
	else if (data->nr == SYS_open)
		flags = data->args[1];
#endif
	else if (data->nr == SYS_openat2) {
		struct iovec here = {&flags, sizeof flags};
		struct iovec there = {(void *)data->args[2], sizeof flags};

		if (process_vm_readv(pid, &here, 1, &there, 1, 0) != sizeof flags)
			return true;
	}
	if (flags & O_NOFOLLOW || (flags & O_CREAT && flags & O_EXCL))
		*follow = false;
	return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0;
}

static bool
counts_descriptor(const struct sandbox *box, pid_t pid, int fd, char path[SANDBOX_PATH])
{
	char link[64];
	struct stat st;
	ssize_t n;

	snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)pid, fd);
	n = readlink(link, path, SANDBOX_PATH - 1);
	if (n < 0 || stat(link, &st) || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		return false;
	path[n] = 0;
	if (strncmp(path, box->root, box->root_len) != 0 || path[box->root_len] != '/')
		return false;
	memmove(path, path + box->root_len, strlen(path + box->root_len) + 1);
	return strncmp(path, "/dev/", 5) != 0;
}

/* What a writing call is called in the list of calls. What is opened for the first time
 * is created, and what is there already is not. */
static const char *
name_call(const struct sandbox *box, int op, int nr, const char *path)
{
	static const char *const names[] = {[OP_UNLINK] = "unlink",
	    [OP_RENAME] = "rename",
	    [OP_LINK] = "link",
	    [OP_CHANGE] = "change"};
	struct stat st;

	if (op == OP_FD_WRITE)
		return nr == SYS_fsync || nr == SYS_fdatasync || nr == SYS_sync_file_range
			   ? "sync"
			   : "write";
	if (op == OP_OPEN || op == OP_CREATE)
		return fstatat(box->root_fd, path[1] ? path + 1 : ".", &st, 0) ? "create" : "open";
	return names[op];
}

static void
write_down(const struct sandbox *box, const struct sandbox_seen *seen)
{
	if (box->calls_fd >= 0 && seen->what)
		dprintf(box->calls_fd, "%s\t%s\t%s\n", seen->what, seen->path, seen->second);
}

/* Where a call reads that the guard has nothing against, or what alarm it sets. */
static void
note_reading(struct sandbox *box, pid_t pid, const struct seccomp_data *data,
    const struct sandbox_call *call, char path[SANDBOX_PATH])
{
	bool follow = call->follow;

	if (data->nr == SYS_newfstatat && data->args[call->flags] & AT_SYMLINK_NOFOLLOW)
		follow = false;
	if (call->op == OP_ALARM)
		sandbox_hold_note_alarm(box, pid, data, call);
	else if (call->op == OP_LOOK)
		(void)sandbox_path_of(box, pid, data, call->dir, call->path, follow, path);
	else if (!counts_descriptor(box, pid, (int)data->args[call->dir], path))
		*path = 0;
}

/* The guard's answer; *counts is cleared for what is no write into the tree. */
static int
judge(struct sandbox *box, pid_t pid, const struct seccomp_data *data, bool *counts,
    struct sandbox_seen *seen)
{
	const struct sandbox_call *call = find_call(data->nr);
	char *path = seen->path, *second = seen->second;
	bool follow, two;
	int op;

	if (!call || call->op == OP_SPACE || call->op == OP_START) {
		*counts = false;
		if (call && call->op == OP_START &&
		    sandbox_path_of(box, pid, data, call->dir, call->path, true, path) == 0)
			sandbox_hold_note_start(box, pid, path);
		return 0;
	}
	if (call->op == OP_ALARM || call->op == OP_FD_READ || call->op == OP_LOOK) {
		*counts = false;
		note_reading(box, pid, data, call, path);
		return 0;
	}
	if (call->op == OP_FD_WRITE) {
		*counts = counts_descriptor(box, pid, (int)data->args[call->dir], path);
		seen->what = name_call(box, call->op, data->nr, path);
		return 0;
	}
	follow = call->follow;
	two = call->path2 >= 0;
	op = call->op;
	if (op == OP_OPEN && !opens_for_writing(pid, data, &follow)) {
		*counts = false;
		op = OP_READ;
	}
	if (data->nr == SYS_linkat && data->args[4] & AT_SYMLINK_FOLLOW)
		follow = true;
	if (call->op == OP_CHANGE && call->flags >= 0 &&
	    data->args[call->flags] & AT_SYMLINK_NOFOLLOW)
		follow = false;
	if (sandbox_path_of(box, pid, data, call->dir, call->path, follow, path) ||
	    (two && sandbox_path_of(box, pid, data, call->dir2, call->path2, false, second)))
		return 0;
	if (strncmp(path, "/dev/", 5) == 0)
		*counts = false;
	if (*counts)
		seen->what = name_call(box, op, data->nr, path);
	return sandbox_guard_judge(box, op, path, two ? second : NULL);
}

bool
sandbox_answer(struct sandbox *box, int listener)
{
	const struct sandbox_request *r = box->request;
	struct seccomp_notif q = {0};
	struct seccomp_notif_resp answer = {0};
	struct sandbox_seen seen = {.what = NULL};
	const struct sandbox_call *call;
	bool counts = true;

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &q))
		return false;
	answer.id = q.id;
	answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	if (!is_tool(box, (pid_t)q.pid)) {
		answer.error = judge(box, (pid_t)q.pid, &q.data, &counts, &seen);
		if (counts && !answer.error && (r->count || r->kill_at || r->fail_at || r->calls)) {
			box->writes++;
			if (box->writes == r->kill_at)
				return true;
			if (box->writes == r->fail_at)
				answer.error = -r->fail_errno;
			else
				write_down(box, &seen);
		}
		if (sandbox_hold_slow(box, (pid_t)q.pid, &seen, &answer))
			return false;
	} else if (sandbox_hold_at_start(box, (pid_t)q.pid, &answer)) {
		return false;
	}
	call = find_call(q.data.nr);
	if (call && call->op == OP_SPACE) {
		answer.error = sandbox_space_answer(box, (pid_t)q.pid, &q.data, call->dir);
		answer.flags = 0;
	}
	if (answer.error)
		answer.flags = 0;
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	return false;
}
