/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What macOS remembers of approvals and loads: KextPolicy, a live SQLite
 * database that is only ever read as a copy (docs/facts.md#policy).
 */
#include <errno.h>

#include "kmutil-helpers/kextpolicy.h"
#include "kmutil-helpers/snapshot.h"
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

#define POLICY "/private/var/db/SystemPolicyConfiguration/KextPolicy"

/* Absent is absent, whether it is written as NULL or as "". */
static const char *
text_or_null(const char *text)
{
	return text != NULL && text[0] != '\0' ? text : NULL;
}

static void
add_row(struct scan *scan, const struct kextpolicy_row *row)
{
	static const enum source_id by_store[] = {
	    [KEXTPOLICY_POLICY] = SOURCE_POLICY,
	    [KEXTPOLICY_MDM] = SOURCE_POLICY_MDM,
	    [KEXTPOLICY_HISTORY] = SOURCE_LOAD_HISTORY,
	};
	struct trace *trace = scan_add(scan, by_store[row->store]);

	trace->bundle_id = text_or_null(row->bundle_id);
	trace->team_id = text_or_null(row->team_id);
	trace->path = scan_path(scan, text_or_null(row->path));
	trace->cdhash = row->cdhash;
	trace->container = POLICY;
	if (row->store == KEXTPOLICY_MDM)
		trace->note = row->payload_uuid;
}

static void
policy_read(struct scan *scan)
{
	const struct kextpolicy_row *rows;
	struct snapshot snapshot;
	const char *copy;
	size_t count, i;
	int error = snapshot_database(scan->root, POLICY, scan->arena, &snapshot, &copy);

	if (error == 0)
		error = kextpolicy_read(scan->arena, copy, &rows, &count);
	for (i = 0; error == 0 && i < count; i++)
		add_row(scan, &rows[i]);
	snapshot_done(&snapshot);
	if (error != 0)
		scan_problem(scan, SOURCE_POLICY, POLICY, error);
}

const struct source source_policy = {
    .name = "policy",
    .role = TRACE_MEMORY,
    .keeper = KEEPER_RECOVERY,
    .unknown = "which kexts were approved is unknown",
    .read = policy_read,
};

/* Filled by source_policy. */
const struct source source_load_history = {
    .name = "load-history",
    .role = TRACE_MEMORY,
    .keeper = KEEPER_RECOVERY,
    .unknown = "which kexts were loaded before is unknown",
};
