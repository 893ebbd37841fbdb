/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Receipts: what the Installer remembers of a package, in two files of
 * /private/var/db/receipts (docs/facts.md#receipts).
 */
#ifndef UNINSTALL_RECEIPT_H
#define UNINSTALL_RECEIPT_H

#include "kmutil-helpers/bom.h"
#include "kmutil-helpers/path.h"

#define RECEIPTS "/private/var/db/receipts"

struct receipt {
	const char *id;
	const char *plist_path, *bom_path; /* NULL where the file is absent */
	const char *version;
	const char *prefix; /* absolute, "" for the root; NULL when it is not known */
	struct fault plist_fault; /* why the property list gave nothing */
};

/* All receipts, sorted by id, each from its .plist, its .bom or both; owned by
 * the arena. 0 or -errno of the folder. */
int receipt_list(const struct root *root, struct arena *arena, struct receipt **receipts,
    size_t *count);

/* Calls fn for each path of the receipt with the Mac's own absolute path (/private/etc,
 * where a package lists etc), or only for those that end in `suffix` (bom_read_file);
 * fn's value other than 0 ends it and is returned. Whoever reads many hands over
 * buffers; else NULL. */
int receipt_each_path(const struct root *root, const struct receipt *receipt, const char *suffix,
    struct bom_buffers *buffers,
    int (*fn)(const char *path, const struct bom_entry *entry, void *payload), void *payload,
    struct fault *fault);

#endif
