/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A command with a folder as its root: chroot, and a supervisor that is asked by
 * seccomp before each call that changes the file system. No mount is made.
 * macsim waits, a child of it supervises, so that the death of either ends the
 * command and all its processes. No security boundary.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/macsim/sandbox.h"
#include "tests/macsim/model.h"
#include "tests/macsim/sandbox_proc.h"

static int
status_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int
receive_listener(int sock)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;
	struct iovec io = {&byte, 1};
	struct msghdr m = {.msg_iov = &io,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof control};
	int fd = -1;

	if (recvmsg(sock, &m, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&m))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
	return fd;
}

/* Reaps what has ended; false when no child is left. */
static bool
reap(struct sandbox *box, int *status)
{
	int st;
	pid_t pid;

	while ((pid = waitpid(-1, &st, WNOHANG)) > 0)
		if (pid == box->command) {
			*status = status_of(st);
			box->command = 0;
		}
	return pid == 0;
}

static int
supervise(struct sandbox *box, int listener, int parent)
{
	struct pollfd fds[3] = {{listener, POLLIN, 0}, {parent, POLLIN, 0}, {-1, POLLIN, 0}};
	int status = MACSIM_ERROR;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	fds[2].fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	while (reap(box, &status)) {
		struct signalfd_siginfo info;

		if (!box->command)
			sandbox_hold_end(box, listener);
		if (poll(fds, 3, sandbox_hold_wait_ms(box)) < 0 && errno != EINTR)
			break;
		if (sandbox_hold_release(box, listener)) {
			sandbox_kill_all();
			return 128 + SIGKILL;
		}
		while (read(fds[2].fd, &info, sizeof info) > 0)
			continue;
		if (fds[1].revents) {
			sandbox_kill_all();
			return MACSIM_ERROR;
		}
		if (fds[0].revents & POLLIN) {
			if (sandbox_answer(box, listener)) {
				sandbox_kill_all();
				return 128 + SIGKILL;
			}
		} else if (fds[0].revents) {
			fds[0].fd = -1;
		}
	}
	if (box->request->count)
		fprintf(stderr, "macsim: %ld writing calls\n", box->writes);
	if (box->request->programs)
		fprintf(stderr, "macsim: %ld programs\n", box->starts);
	return status;
}

/* The supervising process. */
static int
run_supervisor(struct sandbox *box, int parent)
{
	int sock[2], listener, status;
	pid_t me = getpid();
	sigset_t set, before;

	/* Who ends macsim often ends its whole group: this one stays until all below
	 * it are ended, which it does when the pipe tells that macsim is no more. */
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sock))
		return MACSIM_ERROR;
	if (sandbox_own_users(box))
		return MACSIM_ERROR;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &before);
	box->command = fork();
	if (box->command < 0)
		return MACSIM_ERROR;
	if (box->command == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		sandbox_become(box, sock[0], me);
	}
	close(sock[0]);
	listener = receive_listener(sock[1]);
	close(sock[1]);
	status = supervise(box, listener, parent);
	/* Not earlier: a tool holds the lock while it waits for our answers. */
	model_note_used(box->model, box->root);
	return status;
}

int
sandbox_run(const struct sandbox_request *request)
{
	struct sandbox box = {.request = request, .root_fd = -1, .calls_fd = -1};
	int alive[2] = {-1, -1}, status = MACSIM_ERROR, st;
	void (*old_int)(int), (*old_quit)(int);
	pid_t supervisor;

	box.model = model_load(request->dir);
	if (!box.model)
		return MACSIM_ERROR;
	if (!realpath(request->dir, box.root) || pipe2(alive, O_CLOEXEC) ||
	    (box.root_fd = open(box.root, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0) {
		fprintf(stderr, "macsim: %s: %s\n", request->dir, strerror(errno));
		goto out;
	}
	box.root_len = strlen(box.root);
	if (request->calls &&
	    (box.calls_fd = open(
		 request->calls, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666)) < 0) {
		fprintf(stderr, "macsim: %s: %s\n", request->calls, strerror(errno));
		goto out;
	}
	fflush(NULL);
	old_int = signal(SIGINT, SIG_IGN);
	old_quit = signal(SIGQUIT, SIG_IGN);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	supervisor = fork();
	if (supervisor == 0) {
		close(alive[1]);
		status = run_supervisor(&box, alive[0]);
		fflush(NULL);
		_exit(status);
	}
	while (supervisor > 0 && waitpid(supervisor, &st, 0) < 0 && errno == EINTR)
		continue;
	if (supervisor > 0)
		status = WIFSIGNALED(st) ? MACSIM_ERROR : WEXITSTATUS(st);
	if (supervisor > 0 && WIFSIGNALED(st))
		sandbox_kill_all();
	signal(SIGINT, old_int);
	signal(SIGQUIT, old_quit);
out:
	close(alive[0]);
	close(alive[1]);
	close(box.root_fd);
	close(box.calls_fd);
	model_free(box.model);
	return status;
}
