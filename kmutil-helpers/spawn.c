/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running a program with posix_spawn. Its end is learned from SIGCHLD through a
 * pipe to ourselves, so that poll waits for output, end and limit at once and
 * nothing is asked again and again. The program leads a process group of its
 * own, which is what the limit ends, and a signal that ends ourselves.
 */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/spawn.h"
#include "kmutil-helpers/spawn_wake.h"
#include "kmutil-helpers/text_line.h"

#include "kmutil-helpers/banned.h"

#define ROOT_HOME "/var/root"
#define READ_BYTES 16384
/* After the end at most this is still taken out of a pipe that somebody keeps
 * filling: more than any pipe of macOS or Linux holds. */
#define DRAIN_BYTES ((size_t)1 << 20)

struct stream {
	int read_fd, write_fd;
	struct buf kept;
	bool cut;
	const struct spawn_request *taker; /* with take_out; NULL: what comes is kept */
};

struct spawning {
	const struct spawn_request *request;
	struct stream streams[2]; /* stdout, stderr */
	int input_fd;             /* its stdin; -1: /dev/null */
	pid_t pid;
	bool ended;
};

static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* A pipe whose ends lie above 2 and are not inherited; reading never blocks. */
static int
pipe_open(int *read_fd, int *write_fd)
{
	int fds[2], fault = 0;

	if (pipe(fds) != 0)
		return -errno;
	*read_fd = fcntl(fds[0], F_DUPFD_CLOEXEC, 3);
	*write_fd = fcntl(fds[1], F_DUPFD_CLOEXEC, 3);
	if (*read_fd < 0 || *write_fd < 0 || fcntl(*read_fd, F_SETFL, O_NONBLOCK) != 0)
		fault = -errno;
	(void)close(fds[0]);
	(void)close(fds[1]);
	return fault;
}

static int
attributes_fill(posix_spawnattr_t *attr, bool leave_running)
{
	sigset_t all, none;
	short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
	int error;

#ifdef POSIX_SPAWN_CLOEXEC_DEFAULT
	flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
	(void)sigfillset(&all);
	(void)sigdelset(&all, SIGKILL);
	(void)sigdelset(&all, SIGSTOP);
	if (leave_running)
		(void)sigdelset(&all, SIGPIPE);
	(void)sigemptyset(&none);
	error = posix_spawnattr_setflags(attr, flags);
	if (error == 0)
		error = posix_spawnattr_setpgroup(attr, 0);
	if (error == 0)
		error = posix_spawnattr_setsigdefault(attr, &all);
	if (error == 0)
		error = posix_spawnattr_setsigmask(attr, &none);
	return -error;
}

static int
actions_fill(posix_spawn_file_actions_t *actions, const struct spawning *spawning)
{
	int error;

	error = spawning->input_fd >= 0
		    ? posix_spawn_file_actions_adddup2(actions, spawning->input_fd, 0)
		    : posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(actions, spawning->streams[0].write_fd, 1);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(actions, spawning->streams[1].write_fd, 2);
#ifndef POSIX_SPAWN_CLOEXEC_DEFAULT
	if (error == 0)
		error = posix_spawn_file_actions_addclosefrom_np(actions, 3);
#endif
	return -error;
}

/* Starts the program; SIGPIPE is ignored meanwhile where it shall inherit that. */
static int
start(struct spawning *spawning)
{
	const struct spawn_request *request = spawning->request;
	char home[PATH_MAX + sizeof("HOME=")];
	const char *const environment[] = {
	    "PATH=/usr/bin:/bin:/usr/sbin:/sbin", home, "LANG=C", NULL};
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int fault;

	if (snprintf(home, sizeof(home), "HOME=%s",
		request->home != NULL ? request->home : ROOT_HOME) >= (int)sizeof(home))
		return -ENAMETOOLONG;
	fault = -posix_spawn_file_actions_init(&actions);
	if (fault != 0)
		return fault;
	fault = -posix_spawnattr_init(&attr);
	if (fault != 0)
		goto out;
	fault = actions_fill(&actions, spawning);
	if (fault == 0)
		fault = attributes_fill(&attr, request->leave_running);
	if (fault == 0) {
		(void)sigaction(SIGPIPE, request->leave_running ? &ignore : NULL, &before);
		fault = -posix_spawn(&spawning->pid, request->argv[0], &actions, &attr,
		    (char *const *)(uintptr_t)request->argv, (char *const *)(uintptr_t)environment);
		(void)sigaction(SIGPIPE, &before, NULL);
	}
	(void)posix_spawnattr_destroy(&attr);
out:
	(void)posix_spawn_file_actions_destroy(&actions);
	return fault;
}

/* Takes what is there, at most `most` bytes; closes the stream at its end. */
static void
stream_take(struct stream *stream, size_t most, size_t cap)
{
	char bytes[READ_BYTES];
	size_t taken = 0, room;
	ssize_t got;

	while (stream->read_fd >= 0 && taken < most) {
		got = read(stream->read_fd, bytes, sizeof(bytes));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return;
		if (got <= 0) {
			close_fd(&stream->read_fd);
			return;
		}
		taken += (size_t)got;
		if (stream->taker != NULL) {
			stream->taker->take_out(bytes, (size_t)got, stream->taker->payload);
			continue;
		}
		room = cap - stream->kept.len;
		stream->cut = stream->cut || (size_t)got > room;
		buf_add(&stream->kept, bytes, (size_t)got < room ? (size_t)got : room);
	}
}

/* Whether the program ended; it is not reaped yet, so its group keeps its id. */
static bool
has_ended(pid_t pid)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
	       info.si_pid == pid;
}

/* Reads on until the program ended, the limit is reached or, where that is heeded, we are
 * to end ourselves. */
static void
watch(struct spawning *spawning, int wake_read_fd, int limit_ms, bool heeds_stop)
{
	size_t cap = spawning->request->cap_bytes ? spawning->request->cap_bytes : SPAWN_CAP_BYTES;
	int64_t end = now_ms() + limit_ms, left;
	char bytes[64];
	int i;

	while (!(spawning->ended = has_ended(spawning->pid)) && (left = end - now_ms()) > 0 &&
	       !(heeds_stop && spawn_wake_is_stop())) {
		struct pollfd polls[] = {{.fd = wake_read_fd, .events = POLLIN},
		    {.fd = spawning->streams[0].read_fd, .events = POLLIN},
		    {.fd = spawning->streams[1].read_fd, .events = POLLIN}};

		if (poll(polls, 3, (int)left) <= 0)
			continue;
		while (read(wake_read_fd, bytes, sizeof(bytes)) > 0)
			continue;
		for (i = 0; i < 2; i++)
			if (polls[i + 1].revents != 0)
				stream_take(&spawning->streams[i], READ_BYTES, cap);
	}
	for (i = 0; i < 2; i++)
		stream_take(&spawning->streams[i], DRAIN_BYTES, cap);
}

static void
finish(struct spawning *spawning, int wake_read_fd, struct spawn_result *result)
{
	const struct spawn_request *request = spawning->request;
	int64_t began = now_ms();
	int status = 0;

	watch(spawning, wake_read_fd, request->timeout_ms ? request->timeout_ms : SPAWN_TIMEOUT_MS,
	    true);
	result->took_ms = now_ms() - began;
	result->timed_out = !spawning->ended;
	if (result->timed_out && !request->leave_running) {
		(void)kill(-spawning->pid, SIGTERM);
		watch(spawning, wake_read_fd, SPAWN_GRACE_MS, false);
		(void)kill(-spawning->pid, SIGKILL);
		watch(spawning, wake_read_fd, SPAWN_GRACE_MS, false);
	}
	if (!spawning->ended || waitpid(spawning->pid, &status, WNOHANG) != spawning->pid)
		return;
	if (WIFEXITED(status))
		result->status = WEXITSTATUS(status);
	else if (WIFSIGNALED(status))
		result->signal = WTERMSIG(status);
}

static void
streams_done(struct arena *arena, struct spawning *spawning, struct spawn_result *result)
{
	struct stream *out = &spawning->streams[0], *err = &spawning->streams[1];
	int i;

	result->out = arena_strndup(arena, out->kept.bytes, out->kept.len);
	result->out_len = out->kept.len;
	result->out_cut = out->cut;
	result->err = arena_strndup(arena, err->kept.bytes, err->kept.len);
	result->err_len = err->kept.len;
	result->err_cut = err->cut;
	for (i = 0; i < 2; i++) {
		close_fd(&spawning->streams[i].read_fd);
		close_fd(&spawning->streams[i].write_fd);
		buf_done(&spawning->streams[i].kept);
	}
}

/* A pipe that holds the whole input already. */
static int
input_open(const char *input, int *input_fd)
{
	size_t len = strlen(input);
	int write_fd = -1, fault;

	if (len > SPAWN_INPUT_BYTES)
		return -EINVAL;
	fault = pipe_open(input_fd, &write_fd);
	if (fault == 0 && fcntl(*input_fd, F_SETFL, 0) != 0)
		fault = -errno;
	if (fault == 0 && write(write_fd, input, len) != (ssize_t)len)
		fault = -EIO;
	close_fd(&write_fd);
	return fault;
}

/* The pipes of stdin, stdout and stderr. */
static int
streams_open(struct spawning *spawning)
{
	int fault = pipe_open(&spawning->streams[0].read_fd, &spawning->streams[0].write_fd);

	if (fault == 0)
		fault = pipe_open(&spawning->streams[1].read_fd, &spawning->streams[1].write_fd);
	if (fault == 0 && spawning->request->input != NULL)
		fault = input_open(spawning->request->input, &spawning->input_fd);
	if (spawning->request->take_out != NULL)
		spawning->streams[0].taker = spawning->request;
	return fault;
}

int
spawn_run(struct arena *arena, const struct spawn_request *request, struct spawn_result *result)
{
	struct spawning spawning = {.request = request,
	    .input_fd = -1,
	    .streams = {{.read_fd = -1, .write_fd = -1}, {.read_fd = -1, .write_fd = -1}}};
	struct spawn_wake wake;
	int wake_fds[2] = {-1, -1}, fault, stop = 0;

	*result = (struct spawn_result){.out = "", .err = "", .status = -1};
	if (request->argv[0] == NULL || request->argv[0][0] != '/')
		return -EINVAL;
	fault = pipe_open(&wake_fds[0], &wake_fds[1]);
	if (fault == 0)
		fault = streams_open(&spawning);
	if (fault != 0 || fcntl(wake_fds[1], F_SETFL, O_NONBLOCK) != 0)
		goto out;
	spawn_wake_begin(&wake, wake_fds[1]);
	fault = start(&spawning);
	close_fd(&spawning.streams[0].write_fd);
	close_fd(&spawning.streams[1].write_fd);
	close_fd(&spawning.input_fd);
	if (fault == 0)
		finish(&spawning, wake_fds[0], result);
	stop = spawn_wake_end(&wake);
out:
	streams_done(arena, &spawning, result);
	close_fd(&spawning.input_fd);
	close_fd(&wake_fds[0]);
	close_fd(&wake_fds[1]);
	if (stop != 0)
		(void)raise(stop);
	return fault;
}

int
spawn_ask(struct arena *arena, const char *const *argv, int timeout_ms, struct spawn_result *result)
{
	struct spawn_request request = {.argv = argv, .timeout_ms = timeout_ms};
	int fault = spawn_run(arena, &request, result);

	if (fault != 0)
		return fault;
	if (result->timed_out)
		return -FAULT_TIMEOUT;
	if (result->status < 0)
		return -FAULT_TOOL;
	return result->out_cut ? -FAULT_SIZE : 0;
}

int
spawn_check(struct arena *arena, const struct spawn_request *request, struct spawn_result *result)
{
	int fault = spawn_run(arena, request, result);

	if (fault == 0 && result->timed_out)
		fault = -FAULT_TIMEOUT;
	return fault == 0 && result->status != 0 ? -FAULT_TOOL : fault;
}

const char *
spawn_last_words(struct arena *arena, const struct spawn_result *result)
{
	const struct piece texts[] = {
	    piece_make(result->err, result->err_len), piece_make(result->out, result->out_len)};
	struct piece rest, line, last = {NULL, 0};
	size_t i;

	for (i = 0; i < 2 && last.text == NULL; i++)
		for (rest = texts[i]; piece_next_line(&rest, &line);)
			if (piece_trim(line).len != 0)
				last = piece_trim(line);
	return piece_copy(arena, last);
}
