/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Problems: what could not be read or done. Each failure becomes one problem,
 * made where path and source are known; stderr and JSON print the same text.
 */
#ifndef UNINSTALL_PROBLEM_H
#define UNINSTALL_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmutil-helpers/arena.h"
#include "kmutil-helpers/fault.h"

struct problem {
	const char *path;   /* NULL for a tool */
	const char *source; /* the source's or tool's name */
	const char *message;
	bool matters; /* could it hide a carrier */
};

struct problem_list {
	struct arena *arena; /* borrowed; owns the texts */
	struct problem *items;
	size_t count, room;
};

/* A fault at a path: the sentence, the byte where that helps, and what is now
 * unknown ("what it lists is unknown"). */
void problem_add_fault(struct problem_list *list, const char *path, const char *source,
    struct fault fault, const char *unknown, bool matters);
/* The same for a returned code without a place. */
void problem_add(struct problem_list *list, const char *path, const char *source, int code,
    const char *unknown, bool matters);
void problem_add_text(struct problem_list *list, const char *path, const char *source,
    const char *message, bool matters);
/* Whether any problem of the list matters. */
bool problem_any_matters(const struct problem_list *list);

#endif
