/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running a program: absolute path, fixed environment, no shell, a time limit,
 * what it printed kept apart. The only place of the project that starts one. It
 * never hands over anything of ours: stdin is /dev/null or the request's own text,
 * only descriptors 0 to 2 pass, signals are at their defaults, the environment is built here.
 */
#ifndef KMUTIL_HELPERS_SPAWN_H
#define KMUTIL_HELPERS_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmutil-helpers/arena.h"

#define SPAWN_TIMEOUT_MS 30000            /* for a request that names no limit */
#define SPAWN_GRACE_MS 2000               /* from SIGTERM to SIGKILL */
#define SPAWN_INPUT_BYTES ((size_t)512)   /* any pipe holds that much: _POSIX_PIPE_BUF */
#define SPAWN_CAP_BYTES ((size_t)4 << 20) /* kept of each of stdout and stderr */

struct spawn_request {
	const char *const *argv; /* NULL-terminated; argv[0] is an absolute path */
	int timeout_ms;          /* 0: SPAWN_TIMEOUT_MS */
	size_t cap_bytes;        /* 0: SPAWN_CAP_BYTES */
	/* After the limit the program is left to itself, not ended. It then
	 * ignores SIGPIPE, because nobody reads what it prints any more. */
	bool leave_running;
	const char *home;  /* its HOME; NULL: root's */
	const char *input; /* its stdin, at most SPAWN_INPUT_BYTES; NULL: /dev/null */
	/* Takes stdout as it comes, instead of keeping it: result.out is then "". */
	void (*take_out)(const void *bytes, size_t len, void *payload);
	void *payload;
};

struct spawn_result {
	const char *out, *err; /* never NULL, NUL-terminated; owned by the arena */
	size_t out_len, err_len;
	bool out_cut, err_cut; /* more was printed than was kept */
	bool timed_out;
	int status; /* exit status; -1 when it has none */
	int signal; /* the signal that ended it, else 0 */
	int64_t took_ms;
};

/* Runs a program to its end or its limit. 0 when it was started, whatever came
 * of it; -EINVAL for a path that is not absolute; -ENOENT when there is no such
 * program; another -errno when it could not be started. A process that it left
 * behind and that keeps its output open is not waited for. SIGCHLD is handled
 * here meanwhile: one thread only. So are SIGTERM, SIGINT, SIGHUP and SIGALRM: the
 * program is ended first as if its limit were reached, at most two SPAWN_GRACE_MS later
 * the signal does what it did before. */
int spawn_run(struct arena *arena, const struct spawn_request *request, struct spawn_result *result)
    __attribute__((warn_unused_result));

/* Runs a tool that must answer: as spawn_run, and -FAULT_TIMEOUT after the limit,
 * -FAULT_TOOL when a signal ended it, -FAULT_SIZE when its answer was cut. The
 * status is the caller's to judge. */
int spawn_ask(struct arena *arena, const char *const *argv, int timeout_ms,
    struct spawn_result *result) __attribute__((warn_unused_result));

/* Runs a tool that must end well: as spawn_run, and -FAULT_TIMEOUT after the limit,
 * -FAULT_TOOL when its status is not 0 or a signal ended it. */
int spawn_check(struct arena *arena, const struct spawn_request *request,
    struct spawn_result *result) __attribute__((warn_unused_result));

/* The program's own last words: the last line of stderr that is not blank, else
 * of stdout; NULL when it said nothing. Owned by the arena. */
const char *spawn_last_words(struct arena *arena, const struct spawn_result *result);

#endif
