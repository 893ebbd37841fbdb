/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What System Integrity Protection keeps: /usr/bin/stat tells the flags of a file, among
 * them "restricted" (docs/facts.md#policy). Changes nothing.
 */
#ifndef KMUTIL_HELPERS_TOOL_PROTECTION_H
#define KMUTIL_HELPERS_TOOL_PROTECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "kmutil-helpers/arena.h"

struct protection {
	const char *path; /* in */
	bool known;       /* out: stat told of it; a path that does not exist stays unknown */
	bool restricted;
	bool roots; /* root owns it, and others may not write it */
};

/* Asks once for all of them. 0, or the fault of spawn_ask. */
int protection_read(struct arena *arena, struct protection *items, size_t count)
    __attribute__((warn_unused_result));

/* Reads lines "FLAGS UID MODE PATH" into the items of those paths. */
void protection_text_read(const char *text, size_t len, struct protection *items, size_t count);

#endif
