/* SPDX-License-Identifier: BSD-2-Clause */
/* Being woken by signals, through a descriptor that poll waits for. */
#include <errno.h>
#include <unistd.h>

#include "kmutil-helpers/spawn_wake.h"

#include "kmutil-helpers/banned.h"

/* launchd and people end a command by these, its own clock by the last one. */
static const int signals[SPAWN_WAKE_SIGNALS] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGALRM};

/* Written by the signal handler; -1 while nothing runs. */
static volatile sig_atomic_t wake_fd = -1;
static volatile sig_atomic_t stop_signal;

static void
wake_up(int number)
{
	int saved = errno;

	if (number != SIGCHLD)
		stop_signal = number;
	if (wake_fd >= 0)
		(void)!write(wake_fd, "", 1);
	errno = saved;
}

void
spawn_wake_begin(struct spawn_wake *wake, int write_fd)
{
	struct sigaction handler = {.sa_handler = wake_up, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
	sigset_t child;
	int i;

	wake_fd = write_fd;
	stop_signal = 0;
	(void)sigemptyset(&handler.sa_mask);
	for (i = 0; i < SPAWN_WAKE_SIGNALS; i++) {
		(void)sigaction(signals[i], NULL, &wake->before[i]);
		if (signals[i] == SIGCHLD || wake->before[i].sa_handler != SIG_IGN)
			(void)sigaction(signals[i], &handler, NULL);
	}
	(void)sigemptyset(&child);
	(void)sigaddset(&child, SIGCHLD);
	(void)sigprocmask(SIG_UNBLOCK, &child, &wake->mask);
}

bool
spawn_wake_is_stop(void)
{
	return stop_signal != 0;
}

int
spawn_wake_end(const struct spawn_wake *wake)
{
	int i;

	(void)sigprocmask(SIG_SETMASK, &wake->mask, NULL);
	for (i = 0; i < SPAWN_WAKE_SIGNALS; i++)
		(void)sigaction(signals[i], &wake->before[i], NULL);
	wake_fd = -1;
	return stop_signal;
}
