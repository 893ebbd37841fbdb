/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kexts that a profile allows, as its payload lies on a managed Mac
 * (docs/facts.md#mdm). What the system made of it, the table kext_policy_mdm, comes
 * with source_policy. A payload allows kexts by id, or all of a team: then it speaks
 * of those of that team that other sources have shown.
 */
#include <string.h>

#include "kmutil-helpers/plist.h"
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

#define PAYLOAD "/Library/Managed Preferences/com.apple.syspolicy.kernel-extension-policy.plist"

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Adds what the payload says of a kext, once: its traces begin at `first`. */
static void
add_allowed(struct scan *scan, size_t first, const char *id, const char *team, const char *uuid)
{
	struct trace *trace;
	size_t i;

	for (i = first; i < scan->traces.count; i++)
		if (is_same(scan->traces.items[i].bundle_id, id))
			return;
	trace = scan_add(scan, SOURCE_POLICY_MDM);
	trace->bundle_id = id;
	trace->team_id = team;
	trace->container = PAYLOAD;
	trace->note = uuid;
}

/* {team: [id, ...]}. false when it is something else. */
static bool
add_kexts(struct scan *scan, size_t first, const struct plist *by_team, const char *uuid)
{
	const struct plist *ids;
	bool complete = by_team == NULL || plist_type(by_team) == PLIST_DICT;
	size_t i, j;

	for (i = 0; complete && by_team != NULL && i < plist_count(by_team); i++) {
		ids = plist_value(by_team, i);
		complete = plist_type(ids) == PLIST_ARRAY;
		for (j = 0; j < plist_count(ids); j++) {
			if (plist_text(plist_item(ids, j)) != NULL)
				add_allowed(scan, first, plist_text(plist_item(ids, j)),
				    plist_key(by_team, i), uuid);
			else
				complete = false;
		}
	}
	return complete;
}

static bool
add_teams(struct scan *scan, size_t first, const struct plist *teams, const char *uuid)
{
	const struct trace *trace;
	const char *team;
	size_t i, j;

	for (i = 0; i < plist_count(teams); i++) {
		team = plist_text(plist_item(teams, i));
		if (team == NULL)
			return false;
		for (j = 0; j < first; j++) {
			trace = &scan->traces.items[j];
			if (trace->bundle_id != NULL && is_same(trace->team_id, team))
				add_allowed(scan, first, trace->bundle_id, team, uuid);
		}
	}
	return teams == NULL || plist_type(teams) == PLIST_ARRAY;
}

static void
policy_mdm_read(struct scan *scan)
{
	const struct plist *payload = scan_read_plist(scan, SOURCE_POLICY_MDM, PAYLOAD);
	const char *uuid = plist_find_text(payload, "PayloadUUID");
	size_t first = scan->traces.count;
	bool complete;

	if (payload == NULL)
		return;
	complete = plist_type(payload) == PLIST_DICT;
	complete = add_kexts(scan, first, plist_find(payload, "AllowedKernelExtensions"), uuid) &&
		   complete;
	complete =
	    add_teams(scan, first, plist_find(payload, "AllowedTeamIdentifiers"), uuid) && complete;
	if (!complete)
		scan_problem(scan, SOURCE_POLICY_MDM, PAYLOAD, -FAULT_TYPE);
}

const struct source source_policy_mdm = {
    .name = "policy-mdm",
    .role = TRACE_MEMORY,
    .keeper = KEEPER_MDM,
    .unknown = "which kexts a profile allows is unknown",
    .read = policy_mdm_read,
};
