/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Property lists, written: a tree, and its XML or binary form (bplist00). And
 * the little of XML ones that macsim must read back: its own and Info.plists.
 */
#ifndef TESTS_MACSIM_WRITE_PLIST_H
#define TESTS_MACSIM_WRITE_PLIST_H

#include <stdbool.h>
#include <time.h>

#include "tests/macsim/write_bytes.h"

struct plist;

/* New nodes; a container owns what is put into it, plist_free frees the tree. */
struct plist *plist_dict(void);
struct plist *plist_array(void);
struct plist *plist_string(const char *text);
struct plist *plist_int(int64_t value);
struct plist *plist_bool(bool value);
struct plist *plist_data(const void *data, size_t len);
struct plist *plist_date(time_t when);
void plist_free(struct plist *node);

/* Return the container, so that calls chain. */
struct plist *plist_set(struct plist *dict, const char *key, struct plist *value);
struct plist *plist_push(struct plist *array, struct plist *value);
/* Entries of a dictionary that are XML already; such a tree has no binary form. */
void plist_set_xml(struct plist *dict, const char *entries);

void plist_write_xml(const struct plist *node, struct bytes *out);
void plist_write_binary(const struct plist *node, struct bytes *out);

/* The text of the first <string> or <integer> after <key>key</key>, undone of
 * entities; false when there is none. */
bool plist_find_text(const char *xml, const char *key, char *out, size_t room);
/* Whether <true/> follows the key. */
bool plist_find_true(const char *xml, const char *key);
/* What stands between the outermost <dict> and </dict>; false when malformed. */
bool plist_inner(const char *xml, struct bytes *out);

#endif
