/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the sandbox tell each other. Linux only. */
#ifndef TESTS_MACSIM_SANDBOX_H
#define TESTS_MACSIM_SANDBOX_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tests/macsim/macsim.h"

enum { SANDBOX_PATH = 8400, SANDBOX_HELD = 16 };

enum sandbox_op {
	OP_OPEN,
	OP_CREATE,
	OP_UNLINK,
	OP_RENAME,
	OP_LINK,
	OP_CHANGE,
	OP_FD_WRITE,
	OP_READ, /* of OP_OPEN: that it does not write */
	OP_START, /* another program */
	OP_LOOK,  /* what a path is */
	OP_FD_READ,
	OP_ALARM, /* `dir` holds the seconds, or `path` where they stand */
	OP_SPACE, /* how much of a volume is free; `dir` is the descriptor, or `path` */
	OP_REFUSE
};

/* A system call: which arguments hold folder descriptor and path (-1: none; for
 * OP_FD_WRITE and path -1 `dir` is the descriptor itself), the same of a second
 * path, which one holds flags, and whether the last component is followed. */
struct sandbox_call {
	int nr, op, dir, path, dir2, path2, flags;
	bool follow;
	int error; /* OP_REFUSE: what it answers */
};

extern const struct sandbox_call sandbox_calls[];
extern const size_t sandbox_calls_len;

/* A call that is answered later. */
struct sandbox_held {
	struct seccomp_notif_resp answer;
	pid_t pid;
	long due_ms; /* 0: at the end of the command */
	bool never;  /* what it asks does not answer; due_ms: when its patience ends */
};

/* What beside the calls that change names is asked for. */
enum sandbox_asks {
	ASKS_WRITES = 1,
	ASKS_READS = 2,
	ASKS_SPACE = 4,
	ASKS_STARTS = 8,
	ASKS_LOOKS = 16
};

struct sandbox {
	const struct sandbox_request *request;
	struct model *model;
	char root[4096];
	size_t root_len;
	int root_fd;
	long writes;
	int calls_fd; /* where the writing calls are written down; -1 */
	pid_t command;
	long starts;	  /* programs that the command has started */
	pid_t started;	  /* the one of them that is to get no further; 0 */
	char started_path[SANDBOX_PATH];
	struct sandbox_held held[SANDBOX_HELD];
	size_t held_len;
	pid_t alarm_pid; /* who has set an alarm, and for when */
	long alarm_seconds;
};

/* A writing call as it is written down: what, on which path, and the second path. */
struct sandbox_seen {
	const char *what;
	char path[SANDBOX_PATH], second[SANDBOX_PATH];
};

/* What this run asks for. */
enum sandbox_asks sandbox_asks(const struct sandbox *box);
/* Puts the filter on this process. The listener's descriptor or -errno. */
int sandbox_filter_install(enum sandbox_asks asks);
/* What is free by "free", in bytes; -1 when it is not set. */
long long sandbox_free(const struct sandbox *box);
/* Answers a call that asks what is free, in the memory of who asks. 0 or -errno. */
int sandbox_space_answer(
    const struct sandbox *box, pid_t pid, const struct seccomp_data *data, int dir);
/* The folder or file that nobody may read ("unreadable"), or NULL. */
const char *sandbox_unreadable(const struct sandbox *box);
/* The canonical path inside the root of one argument pair; 0 or -errno. */
int sandbox_path_of(const struct sandbox *box, pid_t pid, const struct seccomp_data *data, int dir,
    int path, bool follow, char out[SANDBOX_PATH]);
/* What macOS answers to op on path (second: of rename and link, or NULL): 0 or -errno. */
int sandbox_guard_judge(const struct sandbox *box, int op, const char *path, const char *second);


/* --- sandbox_hold.c: calls that are answered later --- */

/* Notes that a process starts the program at path. */
void sandbox_hold_note_start(struct sandbox *box, pid_t pid, const char *path);
/* Holds the call of a program that is to get no further, and sends the signal; false: it
 * is answered at once. */
bool sandbox_hold_at_start(
    struct sandbox *box, pid_t pid, const struct seccomp_notif_resp *answer);
/* Notes the alarm that a process sets. */
void sandbox_hold_note_alarm(struct sandbox *box, pid_t pid, const struct seccomp_data *data,
    const struct sandbox_call *call);
/* Holds a call for a path on a slow volume ("slow"); false: it is answered at once. */
bool sandbox_hold_slow(struct sandbox *box, pid_t pid, const struct sandbox_seen *seen,
    const struct seccomp_notif_resp *answer);
/* How long poll may wait for the next one that is due, in ms; -1: for ever. */
int sandbox_hold_wait_ms(const struct sandbox *box);
/* Answers what is due; true when a call waits for ever and nobody ends it. */
bool sandbox_hold_release(struct sandbox *box, int listener);
/* The folder whose volume is slow, or NULL; *delay_ms: by how much each call, -1: it never
 * answers. */
const char *sandbox_slow(const struct sandbox *box, char folder[SANDBOX_PATH], long *delay_ms);
/* Lets go of what was held until the command's end, and says that it outlived it. */
void sandbox_hold_end(struct sandbox *box, int listener);

#endif
