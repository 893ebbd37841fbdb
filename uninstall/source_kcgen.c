/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What macOS builds the collection from: the build instructions, and the list of
 * kexts that it may load (docs/facts.md#instructions). The two may disagree.
 */
#include <errno.h>

#include "kmutil-helpers/plist.h"
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

#define CURRENT "/private/var/db/KernelExtensionManagement/AuxKC/CurrentAuxKC/"
#define INSTRUCTIONS CURRENT "com.apple.kcgen.instructions.plist"
#define LOADABLE_LIST CURRENT "com.apple.kcgen.uakl.plist"

static void
add_instruction(struct scan *scan, const char *id, const struct plist *entry)
{
	struct trace *trace = scan_add(scan, SOURCE_KCGEN);
	const char *team = plist_text(plist_find(entry, "teamID"));

	trace->bundle_id = id;
	trace->path = plist_text(plist_find(entry, "bundlePathMainOS"));
	trace->container = INSTRUCTIONS;
	trace->cdhash = plist_text(plist_find(entry, "cdHash"));
	trace->team_id = team != NULL && team[0] != '\0' ? team : NULL;
}

static void
kcgen_read(struct scan *scan)
{
	const struct plist *store = scan_read_plist(scan, SOURCE_KCGEN, INSTRUCTIONS), *list;
	size_t i;

	if (store == NULL)
		return;
	/* A dictionary by bundle id; one public reader accepts a list as well. */
	list = plist_find(store, "kextsToBuild");
	if (list == NULL || (plist_type(list) != PLIST_DICT && plist_type(list) != PLIST_ARRAY)) {
		scan_problem(scan, SOURCE_KCGEN, INSTRUCTIONS,
		    list == NULL ? -FAULT_MISSING : -FAULT_TYPE);
		return;
	}
	for (i = 0; i < plist_count(list); i++) {
		if (plist_type(list) == PLIST_DICT)
			add_instruction(scan, plist_key(list, i), plist_value(list, i));
		else
			add_instruction(scan,
			    plist_text(plist_find(plist_item(list, i), "bundleIdentifier")),
			    plist_item(list, i));
	}
}

static void
add_signed(struct scan *scan, const char *team, const struct plist *pairs)
{
	struct trace *trace;
	size_t i;

	for (i = 0; i < plist_count(pairs); i++) {
		trace = scan_add(scan, SOURCE_UAKL);
		trace->bundle_id = plist_text(plist_item(plist_item(pairs, i), 0));
		trace->cdhash = plist_text(plist_item(plist_item(pairs, i), 1));
		trace->team_id = team;
		trace->container = LOADABLE_LIST;
	}
}

static void
uakl_read(struct scan *scan)
{
	const struct plist *store = scan_read_plist(scan, SOURCE_UAKL, LOADABLE_LIST), *by_team;
	size_t i;

	if (store == NULL)
		return;
	by_team = plist_find(store, "SignedKernelExtensions");
	if (by_team != NULL && plist_type(by_team) != PLIST_DICT) {
		scan_problem(scan, SOURCE_UAKL, LOADABLE_LIST, -FAULT_TYPE);
		return;
	}
	for (i = 0; by_team != NULL && i < plist_count(by_team); i++)
		add_signed(scan, plist_key(by_team, i), plist_value(by_team, i));
}

const struct source source_kcgen = {
    .name = "kcgen",
    .role = TRACE_CARRIER,
    .keeper = KEEPER_REBUILD,
    .unknown = "which kexts macOS builds in again is unknown",
    .read = kcgen_read,
};

const struct source source_uakl = {
    .name = "uakl",
    .role = TRACE_CARRIER,
    .keeper = KEEPER_REBUILD,
    .unknown = "which kexts macOS may load is unknown",
    .read = uakl_read,
};
