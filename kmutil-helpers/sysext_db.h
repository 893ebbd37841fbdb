/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /Library/SystemExtensions/db.plist: what sysextd keeps of system extensions, dexts
 * among them (docs/facts.md#systemextensions). The same rows as the tool's list, with
 * the app of each, and readable of a Mac that does not run.
 */
#ifndef KMUTIL_HELPERS_SYSEXT_DB_H
#define KMUTIL_HELPERS_SYSEXT_DB_H

#include "kmutil-helpers/plist.h"
#include "kmutil-helpers/tool_sysext.h"

#define SYSEXT_DB "/Library/SystemExtensions/db.plist"

/* Reads the property list. States get blanks between their words, as the tool prints
 * them. 0; -FAULT_TYPE when an entry or the whole is not what belongs there,
 * -FAULT_MISSING without `extensions`; the list then holds what was understood. */
int sysext_db_read(struct arena *arena, const struct plist *store, struct sysext_list *list)
    __attribute__((warn_unused_result));

#endif
