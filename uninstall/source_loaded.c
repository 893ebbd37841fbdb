/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel holds right now (docs/facts.md#kmutil-showloaded). Apple's own
 * are left out, unless another trace claims the same id.
 */
#include <string.h>

#include "kmutil-helpers/tool_kmutil.h"
#include "rules/apple.h"
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

static bool
is_claimed(const struct scan *scan, const char *id)
{
	const struct trace *trace;

	for (trace = scan->traces.items; trace < scan->traces.items + scan->traces.count; trace++)
		if (trace->bundle_id != NULL && strcmp(trace->bundle_id, id) == 0)
			return true;
	return false;
}

static void
loaded_read(struct scan *scan)
{
	struct kmutil_list list;
	struct trace *trace;
	size_t i;
	int error = kmutil_list_loaded(scan->arena, &list);

	if (error != 0) {
		problem_add(
		    &scan->problems, NULL, source_loaded.name, error, source_loaded.unknown, true);
		return;
	}
	for (i = 0; i < list.count; i++) {
		if (!scan->all && apple_claims_id(list.items[i].id) &&
		    !is_claimed(scan, list.items[i].id))
			continue;
		trace = scan_add(scan, SOURCE_LOADED);
		trace->bundle_id = list.items[i].id;
		trace->version = list.items[i].version;
		trace->uuid = list.items[i].uuid;
	}
}

const struct source source_loaded = {
    .name = "loaded",
    .role = TRACE_CARRIER,
    .keeper = KEEPER_RESTART,
    .live = true,
    .unknown = "which kexts are loaded is unknown",
    .read = loaded_read,
};
