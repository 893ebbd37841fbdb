/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a process that cannot go on: usage, lock, not root, out of memory,
 * a broken invariant. Everything else returns a fault (fault.h).
 */
#ifndef KMUTIL_HELPERS_DIE_H
#define KMUTIL_HELPERS_DIE_H

/* Exit statuses by sysexits(3) that this tool uses for itself. */
enum exit_error {
	EXIT_USAGE = 64,
	EXIT_BAD_INPUT = 65,
	EXIT_NO_INPUT = 66,
	EXIT_NO_TOOL = 69,
	EXIT_BUG = 70,
	EXIT_CANNOT_CREATE = 73,
	EXIT_IO = 74,
	EXIT_LOCKED = 75,
	EXIT_NOT_ROOT = 77
};

/* From now on die ends with this status, whatever its callers say: for a question
 * whose answer is yes or no (munki's installcheck). */
void die_always_with(int status);

/* Prints "kextirpate: " and the message on stderr, as one line whatever it names (buf_name),
 * then ends with status. */
_Noreturn void die(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same with EXIT_USAGE, and behind it how a command is called: "scan [TARGET...]". */
_Noreturn void die_usage(const char *synopsis, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
