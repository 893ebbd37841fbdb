/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KextPolicy: what macOS remembers of approvals, profiles and loads, as rows.
 * Reads a copy of the database; never opens the system's own, never writes.
 * Tables and columns came and went with macOS: an absent table has no rows, an
 * absent cdhash is NULL (docs/facts.md#policy).
 */
#ifndef KMUTIL_HELPERS_KEXTPOLICY_H
#define KMUTIL_HELPERS_KEXTPOLICY_H

#include <stddef.h>

#include "kmutil-helpers/arena.h"

#define KEXTPOLICY_MAX_ROWS ((size_t)1 << 16)
#define KEXTPOLICY_MAX_TEXT_BYTES ((size_t)16 << 20) /* of all values */

enum kextpolicy_store {
	KEXTPOLICY_POLICY,  /* kext_policy: what a person approved */
	KEXTPOLICY_MDM,     /* kext_policy_mdm: what a profile allows */
	KEXTPOLICY_HISTORY, /* kext_load_history_v3: what was loaded */
	KEXTPOLICY_STORE_COUNT
};

/* A row. Strings are owned by the arena; NULL is NULL in the database or a column
 * that the table lacks, "" stays "" (a kext without a team has either). */
struct kextpolicy_row {
	enum kextpolicy_store store;
	const char *bundle_id;
	const char *team_id;
	const char *path;         /* history */
	const char *cdhash;       /* history */
	const char *payload_uuid; /* MDM: the profile's */
	const char *last_seen;    /* history: "2020-04-13 16:30:58", as written */
	int allowed;              /* policy, MDM: 0 or 1; history: -1 */
};

/*
 * Reads all rows of the copy at db_path, store by store. 0; -FAULT_DAMAGED (no
 * database, or a broken one), _COUNT, _SIZE, _SYNTAX (a NUL in a text),
 * _MISSING (not one of the tables is there), -errno. After a fault there are no rows.
 */
int kextpolicy_read(struct arena *arena, const char *db_path, const struct kextpolicy_row **rows,
    size_t *count) __attribute__((warn_unused_result));

#endif
