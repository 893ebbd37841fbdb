/* SPDX-License-Identifier: BSD-2-Clause */
/* Becoming the command: user, root, environment, filter, exec; and ending all. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/macsim/sandbox_proc.h"

struct user {
	char name[64], home[256];
	unsigned uid, gid;
};

/* A line of the tree's own passwd; false when there is none. */
static bool
find_in_passwd(const struct sandbox *box, struct user *user)
{
	int fd = openat(box->root_fd, "private/etc/passwd", O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	char line[1024], name[64];
	bool found = false;

	while (file && !found && fgets(line, sizeof line, file))
		found = sscanf(line, "%63[^:]:%*[^:]:%u:%u:%*[^:]:%255[^:]", name, &user->uid,
			    &user->gid, user->home) == 4 &&
			strcmp(name, user->name) == 0;
	if (file)
		fclose(file);
	return found;
}

static int
find_user(const struct sandbox *box, struct user *user)
{
	const char *name = box->request->user ? box->request->user : "root";
	const char *console = model_get(box->model, "console", "user");

	*user = (struct user){.home = "/var/root"};
	snprintf(user->name, sizeof user->name, "%s", name);
	if (find_in_passwd(box, user))
		return 0;
	user->uid = user->gid = 0;
	snprintf(user->home, sizeof user->home, "/var/root");
	if (strcmp(name, "root") == 0)
		return 0;
	if (strcmp(console, "none") == 0 || strcmp(name, console) != 0) {
		fprintf(stderr, "macsim: %s: this Mac has no such user\n", name);
		return -ENOENT;
	}
	user->uid = 501;
	user->gid = 20;
	snprintf(user->home, sizeof user->home, "/Users/%.200s", name);
	return 0;
}

static int
write_proc(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return ok ? 0 : -EPERM;
}

int
sandbox_own_users(const struct sandbox *box)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[64];
	struct user user;

	if (find_user(box, &user))
		return -ENOENT;
	if (uid == 0)
		return 0;
	if (unshare(CLONE_NEWUSER)) {
		perror("macsim: a user namespace is needed without root");
		return -EPERM;
	}
	write_proc("/proc/self/setgroups", "deny");
	snprintf(map, sizeof map, "%u %u 1", user.uid, (unsigned)uid);
	if (write_proc("/proc/self/uid_map", map))
		return -EPERM;
	snprintf(map, sizeof map, "%u %u 1", user.gid, (unsigned)gid);
	return write_proc("/proc/self/gid_map", map);
}

static int
send_listener(int sock, int listener)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {0};
	char byte = 0;
	struct iovec io = {&byte, 1};
	struct msghdr m = {.msg_iov = &io,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof control};
	struct cmsghdr *header = CMSG_FIRSTHDR(&m);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof listener);
	memcpy(CMSG_DATA(header), &listener, sizeof listener);
	return sendmsg(sock, &m, 0) == 1 ? 0 : -errno;
}

static void
set_environment(const struct user *user)
{
	const char *passed[] = {"NO_COLOR", "TERM", "ASAN_OPTIONS", "UBSAN_OPTIONS"};
	const char *value;
	char *kept[4] = {0};

	for (size_t i = 0; i < 4; i++)
		if ((value = getenv(passed[i])))
			kept[i] = strdup(value);
	clearenv();
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	for (size_t i = 0; i < 4; i++)
		if (kept[i])
			setenv(passed[i], kept[i], 1);
	setenv("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", 1);
	setenv("HOME", user->home, 1);
	setenv("USER", user->name, 1);
	setenv("LOGNAME", user->name, 1);
	setenv("LANG", "C.UTF-8", 1);
}

_Noreturn void
sandbox_become(const struct sandbox *box, int sock, pid_t parent)
{
	const struct sandbox_request *r = box->request;
	struct user user;
	int listener;

	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	if (find_user(box, &user) || chroot(box->root) || chdir("/"))
		goto fail;
	if (geteuid() == 0 && user.uid != 0 &&
	    (setgroups(0, NULL) || setgid(user.gid) || setuid(user.uid)))
		goto fail;
	set_environment(&user);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		goto fail;
	listener = sandbox_filter_install(sandbox_asks(box));
	if (listener < 0) {
		errno = -listener;
		goto fail;
	}
	if (send_listener(sock, listener))
		goto fail;
	close(listener);
	execvp(r->argv[0], r->argv);
	fprintf(stderr, "macsim: %s: %s\n", r->argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
fail:
	fprintf(stderr, "macsim: cannot start the command: %s\n", strerror(errno));
	_exit(MACSIM_ERROR);
}

static pid_t
parent_of(pid_t pid)
{
	char path[64], line[512];
	FILE *file;
	int parent = 0;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (file && fgets(line, sizeof line, file) && strrchr(line, ')'))
		sscanf(strrchr(line, ')') + 1, " %*c %d", &parent);
	if (file)
		fclose(file);
	return parent;
}

void
sandbox_kill_all(void)
{
	pid_t me = getpid();

	do {
		DIR *proc = opendir("/proc");
		struct dirent *e;

		while (proc && (e = readdir(proc))) {
			pid_t pid = atoi(e->d_name), up = pid;

			while (up > 1 && up != me)
				up = parent_of(up);
			if (pid > 1 && pid != me && up == me)
				kill(pid, SIGKILL);
		}
		if (proc)
			closedir(proc);
	} while (waitpid(-1, NULL, 0) > 0 || errno == EINTR);
}
