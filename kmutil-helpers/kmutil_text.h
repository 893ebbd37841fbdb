/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kmutil prints, read. Pure functions over bytes; nothing is run here.
 * Known texts: docs/facts.md#kmutil-showloaded, #kmutil-inspect, #kmutil-rebuild.
 * Unknown lines are passed over where a banner may stand; a line that begins
 * like a row and is none is counted, so that nobody takes silence for absence.
 */
#ifndef KMUTIL_HELPERS_KMUTIL_TEXT_H
#define KMUTIL_HELPERS_KMUTIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "kmutil-helpers/arena.h"
#include "kmutil-helpers/spawn.h"

/* One kext as a list names it. Strings are owned by the arena. */
struct kmutil_kext {
	const char *id;
	const char *version;    /* CFBundleVersion, NULL when not told */
	const char *uuid;       /* NULL: none, or not told */
	const char *path;       /* its bundle; NULL where the list tells none */
	const char *collection; /* inspect: first word of the header ("auxiliary") or NULL */
};

struct kmutil_list {
	struct kmutil_kext *items;
	size_t count;
	size_t not_understood; /* lines that begin like a row and are none */
	/* inspect: the auxiliary collection, when a header names one */
	const char *aux_path, *aux_uuid;
};

enum kmutil_outcome {
	KMUTIL_NO_CHANGES,
	KMUTIL_NEEDS_RESTART, /* approved; takes effect at the restart */
	KMUTIL_REFUSED,       /* a person declined, or approval is still required */
	KMUTIL_NOBODY,        /* nobody there who could approve */
	KMUTIL_TIMED_OUT,
	KMUTIL_NO_SUCH_VERB,  /* macOS before 14 */
	KMUTIL_BUILD_FAILED,  /* bad_kext or bad_path when the error names it */
	KMUTIL_NOT_UNDERSTOOD,
	KMUTIL_OUTCOME_COUNT
};

struct kmutil_rebuild {
	enum kmutil_outcome outcome;
	int status;           /* exit status, -1 when it had none */
	bool asked;           /* the request for approval was announced */
	bool cut_off;         /* the limit ended it: what macOS decided is not known */
	bool converges;       /* no id stands in both lists */
	struct kmutil_list added, removed;
	const char *message;  /* the tool's own words, NULL when it said none */
	const char *bad_kext; /* bundle id */
	const char *bad_path; /* a path that ends in .kext */
};

/* `kmutil showloaded` or `kextstat`, header and banners or not. 0; -FAULT_OUTPUT
 * when a row is not understood, or when there is text and not one row; the list
 * then holds what was understood. An empty text is an empty list. */
int kmutil_text_read_loaded(struct arena *arena, const char *text, size_t len,
    struct kmutil_list *list) __attribute__((warn_unused_result));
/* `kmutil inspect`, with and without UUIDs. Faults as above. */
int kmutil_text_read_inspect(struct arena *arena, const char *text, size_t len,
    struct kmutil_list *list) __attribute__((warn_unused_result));
/* `kmutil rebuild` that ran as `result` says. Cannot fail: what is not known is
 * KMUTIL_NOT_UNDERSTOOD. */
void kmutil_text_read_rebuild(struct arena *arena, const struct spawn_result *result,
    struct kmutil_rebuild *rebuild);
/* `kmutil log show`: whether an entry is by kernelmanagerd or its helper. The
 * line that only repeats the filter does not count. */
bool kmutil_text_is_busy(const char *text, size_t len);
/* `kmutil --help`: whether a line begins with the verb. */
bool kmutil_text_has_verb(const char *text, size_t len, const char *verb);

#endif
