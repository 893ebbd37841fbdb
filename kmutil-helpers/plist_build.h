/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the two readers of property lists (plist_xml.c, plist_binary.c) make the
 * values of plist.h, and the budget that keeps hostile lists from filling the
 * arena.
 */
#ifndef KMUTIL_HELPERS_PLIST_BUILD_H
#define KMUTIL_HELPERS_PLIST_BUILD_H

#include <stdbool.h>

#include "kmutil-helpers/plist.h"

struct plist {
	enum plist_type type;
	bool special;        /* string: holds a NUL; integer: does not fit */
	uint16_t height;     /* containers within each other, itself too */
	uint32_t weight;     /* values below it, each reference counted */
	size_t count;        /* members, or bytes of text and data */
	union {
		const struct plist **items; /* dictionary: key, value, key, ... */
		const char *text;
		const uint8_t *data;
		int64_t integer; /* boolean and date too */
		double real;     /* a NaN where the text is no number */
	} u;
};

struct plist_build {
	struct arena *arena; /* borrowed */
	size_t values;       /* made so far, members of arrays included */
	size_t bytes;        /* copied so far */
};

/* A new zeroed value; -FAULT_COUNT past PLIST_MAX_VALUES. */
int plist_build_value(struct plist_build *build, enum plist_type type, struct plist **out);
/* Takes room for len bytes of text or data and a NUL; -FAULT_SIZE past twice
 * PLIST_MAX_BYTES (UTF-16 grows by half). */
int plist_build_bytes(struct plist_build *build, size_t len, char **out);
/* Makes a string or data of a copy of len bytes. */
int plist_build_copy(struct plist_build *build, enum plist_type type, const void *bytes,
    size_t len, struct plist **out);
/* Takes room for the members of a container; -FAULT_COUNT. */
int plist_build_items(struct plist_build *build, size_t count, const struct plist ***out);
/* Notes height and weight of a container whose `count` items are all there;
 * -FAULT_COUNT past PLIST_MAX_WALK. */
int plist_build_close(struct plist *container, size_t count);

/* The readers; bytes begin with their magic. Faults as plist_parse. */
int plist_read_xml(struct plist_build *build, const uint8_t *bytes, size_t len,
    const struct plist **out, struct fault *fault);
int plist_read_binary(struct plist_build *build, const uint8_t *bytes, size_t len,
    const struct plist **out, struct fault *fault);

#endif
