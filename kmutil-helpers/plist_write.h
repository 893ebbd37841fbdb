/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Property lists as XML text, written from the front to the back. Each value has its
 * key (NULL inside an array); what was begun is ended in order. Text may hold line
 * ends; other control characters are shown as buf_name shows them, since XML has none.
 */
#ifndef KMUTIL_HELPERS_PLIST_WRITE_H
#define KMUTIL_HELPERS_PLIST_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "kmutil-helpers/buf.h"

#define PLIST_WRITE_DEPTH 16

struct plist_write {
	struct buf *out; /* borrowed */
	int depth;
	bool is_array[PLIST_WRITE_DEPTH];
};

/* The head, and the dictionary that is the whole list. */
void plist_write_begin(struct plist_write *list, struct buf *out);
void plist_write_done(struct plist_write *list);

void plist_write_dict(struct plist_write *list, const char *key);
void plist_write_array(struct plist_write *list, const char *key);
/* Ends the innermost dictionary or array. */
void plist_write_end(struct plist_write *list);

void plist_write_text(struct plist_write *list, const char *key, const char *text);
void plist_write_integer(struct plist_write *list, const char *key, int64_t value);
void plist_write_boolean(struct plist_write *list, const char *key, bool value);

#endif
