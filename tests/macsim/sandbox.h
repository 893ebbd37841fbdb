/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the sandbox tell each other. Linux only. */
#ifndef TESTS_MACSIM_SANDBOX_H
#define TESTS_MACSIM_SANDBOX_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tests/macsim/macsim.h"

enum { SANDBOX_PATH = 8400 };

enum sandbox_op {
	OP_OPEN,
	OP_CREATE,
	OP_UNLINK,
	OP_RENAME,
	OP_LINK,
	OP_CHANGE,
	OP_FD_WRITE,
	OP_READ, /* of OP_OPEN: that it does not write */
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

struct sandbox {
	const struct sandbox_request *request;
	struct model *model;
	char root[4096];
	size_t root_len;
	int root_fd;
	long writes;
	int calls_fd; /* where the writing calls are written down; -1 */
};

/* A writing call as it is written down: what, on which path, and the second path. */
struct sandbox_seen {
	const char *what;
	char path[SANDBOX_PATH], second[SANDBOX_PATH];
};

/* Puts the filter on this process; reads: calls that only read are asked for, too; space:
 * those that ask what is free. The listener's descriptor or -errno. */
int sandbox_filter_install(bool counting, bool reads, bool space);
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

#endif
