/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nearest: what a person may have meant by a word that nobody knows: the names that
 * differ from it in the fewest letters. Every suggestion of the program is made here.
 */
#ifndef MIGRATE_NEAREST_H
#define MIGRATE_NEAREST_H

#include "kmutil-helpers/arena.h"

#define NEAREST_MAX 3

struct nearest {
	const char *word;
	const char *names[NEAREST_MAX]; /* borrowed; the nearest first */
	size_t costs[NEAREST_MAX];
	size_t count;
};

/* Considers a name, once however often it is offered; NULL is nothing. A name is near
 * when it, or its beginning up to a dot or dash, differs from the word in few letters:
 * left out, added, changed or two changed about; upper and lower case are one. */
void nearest_offer(struct nearest *nearest, const char *name);

/* "; did you mean A, B or C?", or "" when nothing is near. Owned by the arena. */
const char *nearest_text(struct arena *arena, const struct nearest *nearest);

#endif
