/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What wakes the process while it waits for a program that it runs: the program's end,
 * and the signals that are to end the process itself. Those are held back until the
 * program has ended, and then do what they did before: nothing that was started works
 * on behind its starter. Holds the process's signal handlers: one at a time.
 */
#ifndef KMUTIL_HELPERS_SPAWN_WAKE_H
#define KMUTIL_HELPERS_SPAWN_WAKE_H

#include <signal.h>
#include <stdbool.h>

/* SIGCHLD and the stopping ones. */
enum { SPAWN_WAKE_SIGNALS = 5 };

struct spawn_wake {
	struct sigaction before[SPAWN_WAKE_SIGNALS];
	sigset_t mask;
};

/* From here on each of the signals writes a byte to write_fd, which must not block, and
 * none of the stopping ones ends the process; one that is ignored stays so. */
void spawn_wake_begin(struct spawn_wake *wake, int write_fd);

/* Whether one that stops the process has come since. */
bool spawn_wake_is_stop(void);

/* Gives the handlers back and returns the signal that has come since, or 0: the caller
 * raises it when it holds nothing any more. */
int spawn_wake_end(const struct spawn_wake *wake);

#endif
