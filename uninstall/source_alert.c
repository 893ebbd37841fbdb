/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Alerts: the kexts that macOS warned of once (docs/facts.md#policy). It writes
 * the file itself, and remembers a kext after it is gone.
 */
#include "kmutil-helpers/plist.h"
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

#define ALERTS "/private/var/db/loadedkextmt.plist"

/* Adds an alert. false when it names no kext. */
static bool
add_alert(struct scan *scan, const struct plist *alert)
{
	const char *id = plist_find_text(alert, "com.apple.message.bundleID");
	struct trace *trace;

	if (id == NULL)
		return false;
	trace = scan_add(scan, SOURCE_ALERT);
	trace->bundle_id = id;
	trace->version = plist_find_text(alert, "com.apple.message.version");
	trace->container = ALERTS;
	return true;
}

static void
alert_read(struct scan *scan)
{
	const struct plist *store = scan_read_plist(scan, SOURCE_ALERT, ALERTS);
	const struct plist *list = plist_find(store, "Alerts sent");
	bool complete = list != NULL;
	size_t i;

	if (store == NULL)
		return;
	for (i = 0; i < plist_count(list); i++)
		complete = add_alert(scan, plist_item(list, i)) && complete;
	if (list != NULL && plist_type(list) != PLIST_ARRAY)
		scan_problem(scan, SOURCE_ALERT, ALERTS, -FAULT_TYPE);
	else if (!complete)
		scan_problem(scan, SOURCE_ALERT, ALERTS, -FAULT_MISSING);
}

const struct source source_alert = {
    .name = "alert",
    .role = TRACE_MEMORY,
    .keeper = KEEPER_RECOVERY,
    .unknown = "which kexts macOS warned of is unknown",
    .read = alert_read,
};
