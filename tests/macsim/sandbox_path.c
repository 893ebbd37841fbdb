/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which file of the simulated Mac a call means: canonical, without the root.
 * Links are resolved inside the root by the kernel (openat2, RESOLVE_IN_ROOT).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/macsim/sandbox.h"

enum { LINKS_MAX = 40, PAGE = 4096 };

static int
read_string(pid_t pid, unsigned long at, char *out, size_t size)
{
	size_t got = 0;

	while (got < size) {
		size_t want = PAGE - (at & (PAGE - 1));
		struct iovec here, there;
		ssize_t n;

		if (want > size - got)
			want = size - got;
		here = (struct iovec){out + got, want};
		there = (struct iovec){(void *)at, want};
		n = process_vm_readv(pid, &here, 1, &there, 1, 0);
		if (n <= 0)
			return -EFAULT;
		if (memchr(out + got, 0, (size_t)n))
			return 0;
		got += (size_t)n;
		at += (size_t)n;
	}
	return -ENAMETOOLONG;
}

/* A link of /proc as a path inside the root. */
static int
read_link(const struct sandbox *box, const char *link, char *out, size_t size)
{
	ssize_t n = readlink(link, out, size - 1);

	if (n < 0)
		return -errno;
	out[n] = 0;
	if (strncmp(out, box->root, box->root_len) != 0 ||
	    (out[box->root_len] && out[box->root_len] != '/'))
		return -EXDEV;
	memmove(out, out + box->root_len, strlen(out + box->root_len) + 1);
	if (!*out)
		snprintf(out, size, "/");
	return 0;
}

static int
resolve(const struct sandbox *box, const char *path, char *out)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	long fd = syscall(SYS_openat2, box->root_fd, *path ? path : "/", &how, sizeof how);
	char link[64];
	int fault;

	if (fd < 0)
		return -errno;
	snprintf(link, sizeof link, "/proc/self/fd/%ld", fd);
	fault = read_link(box, link, out, SANDBOX_PATH);
	close((int)fd);
	return fault;
}

/* Parent resolved, last component as it is. */
static int
resolve_parent(const struct sandbox *box, char *full, char *out)
{
	size_t len = strlen(full);
	char *slash;
	int fault;

	while (len > 1 && full[len - 1] == '/')
		full[--len] = 0;
	slash = strrchr(full, '/');
	if (!slash || !slash[1] || strcmp(slash, "/.") == 0 || strcmp(slash, "/..") == 0)
		return resolve(box, full, out);
	*slash = 0;
	fault = resolve(box, full, out);
	*slash = '/';
	if (fault)
		return fault;
	len = strcmp(out, "/") == 0 ? 0 : strlen(out);
	return (size_t)snprintf(out + len, SANDBOX_PATH - len, "%s", slash) < SANDBOX_PATH - len
	    ? 0 : -ENAMETOOLONG;
}

/* As open does it: through links, also through one whose target is not there. */
static int
resolve_through(const struct sandbox *box, char *full, char *out)
{
	for (int i = 0; i < LINKS_MAX; i++) {
		char target[PAGE], parent[SANDBOX_PATH];
		ssize_t n;
		int fault = resolve(box, full, out);

		if (fault != -ENOENT)
			return fault;
		fault = resolve_parent(box, full, out);
		if (fault)
			return fault;
		n = readlinkat(box->root_fd, out + 1, target, sizeof target - 1);
		if (n < 0)
			return 0;
		target[n] = 0;
		snprintf(parent, sizeof parent, "%s", out);
		*strrchr(parent, '/') = 0;
		if (snprintf(full, SANDBOX_PATH, "%s/%s", *target == '/' ? "" : parent, target) >=
		    SANDBOX_PATH)
			return -ENAMETOOLONG;
	}
	return -ELOOP;
}

int
sandbox_path_of(const struct sandbox *box, pid_t pid, const struct seccomp_data *data, int dir,
    int path, bool follow, char out[SANDBOX_PATH])
{
	char text[PAGE] = "", base[PAGE] = "", link[64], full[SANDBOX_PATH];
	int fd = dir < 0 ? AT_FDCWD : (int)data->args[dir], fault = 0;

	if (path >= 0 && data->args[path])
		fault = read_string(pid, data->args[path], text, sizeof text);
	if (fault)
		return fault;
	if (*text != '/') {
		if (fd == AT_FDCWD)
			snprintf(link, sizeof link, "/proc/%d/cwd", (int)pid);
		else
			snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)pid, fd);
		fault = read_link(box, link, base, sizeof base);
		if (fault)
			return fault;
	}
	if (!*text)
		return snprintf(out, SANDBOX_PATH, "%s", base) < 0 ? -EINVAL : 0;
	snprintf(full, sizeof full, "%s/%s", base, text);
	return follow ? resolve_through(box, full, out) : resolve_parent(box, full, out);
}
