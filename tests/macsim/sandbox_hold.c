/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that are not answered at once. A program that is to get no further waits at its
 * first call behind its start, while the command that started it gets a signal: the
 * moment at which a tool is at work and nothing of it is done.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "tests/macsim/sandbox.h"

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
	box->held[box->held_len++] = (struct sandbox_held){.answer = *answer, .until_end = true};
	kill(box->command, box->request->signal);
	return true;
}

void
sandbox_hold_end(struct sandbox *box, int listener)
{
	size_t kept = 0;

	for (size_t i = 0; i < box->held_len; i++) {
		struct sandbox_held *held = &box->held[i];

		if (!held->until_end) {
			box->held[kept++] = *held;
			continue;
		}
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &held->answer) == 0)
			fprintf(
			    stderr, "macsim: %s works on behind its command\n", box->started_path);
	}
	box->held_len = kept;
}
