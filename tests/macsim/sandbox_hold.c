/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that are not answered at once. A program that is to get no further waits at its
 * first call behind its start, while the command that started it gets a signal: the
 * moment at which a tool is at work and nothing of it is done. What lies on a slow volume
 * is answered late; where the volume never answers, a second of ours is a hundred
 * minutes of the Mac's, until the alarm rings that the waiting process has set. A call that
 * waits is one that a signal interrupts.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

#include "tests/macsim/sandbox.h"

enum { MS_OF_AN_HOUR = 600, PATIENCE_HOURS = 4 };

static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *
sandbox_slow(const struct sandbox *box, char folder[SANDBOX_PATH], long *delay_ms)
{
	const char *text = model_get(box->model, "slow", "none"), *colon = strrchr(text, ':');

	if (*text != '/' || !colon)
		return NULL;
	snprintf(folder, SANDBOX_PATH, "%.*s", (int)(colon - text), text);
	*delay_ms = strcmp(colon + 1, "never") == 0 ? -1 : atol(colon + 1);
	return folder;
}

void
sandbox_hold_note_start(struct sandbox *box, pid_t pid, const char *path)
{
	if (pid == box->command || ++box->starts != box->request->signal_at)
		return;
	box->started = pid;
	snprintf(box->started_path, sizeof box->started_path, "%s", path);
}

bool
sandbox_hold_at_start(struct sandbox *box, pid_t pid, const struct seccomp_notif_resp *answer)
{
	if (pid != box->started || box->held_len == SANDBOX_HELD)
		return false;
	box->started = 0;
	box->held[box->held_len++] = (struct sandbox_held){.answer = *answer, .pid = pid};
	kill(box->command, box->request->signal);
	return true;
}

void
sandbox_hold_note_alarm(struct sandbox *box, pid_t pid, const struct seccomp_data *data,
    const struct sandbox_call *call)
{
	struct itimerval timer = {.it_value = {0}};
	struct iovec here = {&timer, sizeof timer};
	struct iovec there = {NULL, sizeof timer};

	if (call->dir >= 0) {
		timer.it_value.tv_sec = (time_t)(unsigned)data->args[call->dir];
	} else {
		there.iov_base = (void *)data->args[call->path];
		if (process_vm_readv(pid, &here, 1, &there, 1, 0) != sizeof timer)
			return;
	}
	box->alarm_pid = pid;
	box->alarm_seconds = timer.it_value.tv_sec;
}

static bool
is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && (!path[len] || path[len] == '/');
}

bool
sandbox_hold_slow(struct sandbox *box, pid_t pid, const struct sandbox_seen *seen,
    const struct seccomp_notif_resp *answer)
{
	char folder[SANDBOX_PATH];
	long delay_ms, seconds = PATIENCE_HOURS * 3600L;
	struct sandbox_held *held = &box->held[box->held_len];

	if (!sandbox_slow(box, folder, &delay_ms) || box->held_len == SANDBOX_HELD ||
	    !(is_below(seen->path, folder) || is_below(seen->second, folder)))
		return false;
	if (pid == box->alarm_pid && box->alarm_seconds)
		seconds = box->alarm_seconds;
	if (delay_ms < 0)
		delay_ms = seconds * MS_OF_AN_HOUR / 3600;
	else
		seconds = 0;
	*held = (struct sandbox_held){
	    .answer = *answer, .pid = pid, .due_ms = now_ms() + delay_ms, .never = seconds != 0};
	box->held_len++;
	return true;
}

int
sandbox_hold_wait_ms(const struct sandbox *box)
{
	long now = now_ms(), left = -1;

	for (size_t i = 0; i < box->held_len; i++) {
		long ms = box->held[i].due_ms - now;

		if (box->held[i].due_ms && (left < 0 || ms < left))
			left = ms < 0 ? 0 : ms;
	}
	return (int)left;
}

/* Its time has come; true when nothing ends its waiting. */
static bool
let_go(struct sandbox *box, struct sandbox_held *held, int listener)
{
	bool waits = ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &held->answer.id) == 0;

	if (waits && held->never) {
		if (held->pid != box->alarm_pid || !box->alarm_seconds) {
			fprintf(
			    stderr, "macsim: it waits for a volume that never answers, for ever\n");
			return true;
		}
		fprintf(stderr, "macsim: %ld s have passed\n", box->alarm_seconds);
		box->alarm_seconds = 0;
		kill(held->pid, SIGALRM);
		held->answer.error = -EINTR;
		held->answer.flags = 0;
	}
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &held->answer);
	return false;
}

bool
sandbox_hold_release(struct sandbox *box, int listener)
{
	long now = now_ms();
	size_t kept = 0;
	bool for_ever = false;

	for (size_t i = 0; i < box->held_len; i++)
		if (!box->held[i].due_ms || box->held[i].due_ms > now)
			box->held[kept++] = box->held[i];
		else
			for_ever |= let_go(box, &box->held[i], listener);
	box->held_len = kept;
	return for_ever;
}

void
sandbox_hold_end(struct sandbox *box, int listener)
{
	size_t kept = 0;

	for (size_t i = 0; i < box->held_len; i++)
		if (box->held[i].due_ms)
			box->held[kept++] = box->held[i];
		else if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &box->held[i].answer) == 0)
			fprintf(
			    stderr, "macsim: %s works on behind its command\n", box->started_path);
	box->held_len = kept;
}
