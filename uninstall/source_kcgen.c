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

/* false when the entry does not name a kext. */
static bool
add_instruction(struct scan *scan, const char *id, const struct plist *entry)
{
	const char *team = plist_find_text(entry, "teamID");
	struct trace *trace;

	if (id == NULL || plist_type(entry) != PLIST_DICT)
		return false;
	trace = scan_add(scan, SOURCE_KCGEN);
	trace->bundle_id = id;
	trace->path = scan_path(scan, plist_text(plist_find(entry, "bundlePathMainOS")));
	trace->container = INSTRUCTIONS;
	trace->cdhash = plist_text(plist_find(entry, "cdHash"));
	trace->team_id = team != NULL && team[0] != '\0' ? team : NULL;
	return true;
}

static void
kcgen_read(struct scan *scan)
{
	const struct plist *store = scan_read_plist(scan, SOURCE_KCGEN, INSTRUCTIONS), *list;
	bool complete = true;
	size_t i;

	if (store == NULL)
		return;
	/* A dictionary by bundle id; one public reader accepts a list as well. */
	list = plist_find(store, "kextsToBuild");
	if (list == NULL || (plist_type(list) != PLIST_DICT && plist_type(list) != PLIST_ARRAY)) {
		scan_problem(
		    scan, SOURCE_KCGEN, INSTRUCTIONS, list == NULL ? -FAULT_MISSING : -FAULT_TYPE);
		return;
	}
	for (i = 0; i < plist_count(list); i++) {
		if (plist_type(list) == PLIST_DICT)
			complete =
			    add_instruction(scan, plist_key(list, i), plist_value(list, i)) &&
			    complete;
		else
			complete = add_instruction(scan,
				       plist_find_text(plist_item(list, i), "bundleIdentifier"),
				       plist_item(list, i)) &&
				   complete;
	}
	if (!complete)
		scan_problem(scan, SOURCE_KCGEN, INSTRUCTIONS, -FAULT_TYPE);
}

/* Pairs of id and cdhash. false when one is none. */
static bool
add_signed(struct scan *scan, const char *team, const struct plist *pairs)
{
	const struct plist *pair;
	struct trace *trace;
	size_t i;

	for (i = 0; i < plist_count(pairs); i++) {
		pair = plist_item(pairs, i);
		if (plist_text(plist_item(pair, 0)) == NULL)
			return false;
		trace = scan_add(scan, SOURCE_UAKL);
		trace->bundle_id = plist_text(plist_item(pair, 0));
		trace->cdhash = plist_text(plist_item(pair, 1));
		trace->team_id = team;
		trace->container = LOADABLE_LIST;
	}
	return plist_type(pairs) == PLIST_ARRAY;
}

/* Kexts that nobody signed stand there by their cdhash alone. */
static bool
add_unsigned(struct scan *scan, const struct plist *hashes)
{
	struct trace *trace;
	size_t i;

	for (i = 0; i < plist_count(hashes); i++) {
		if (plist_text(plist_item(hashes, i)) == NULL)
			return false;
		trace = scan_add(scan, SOURCE_UAKL);
		trace->cdhash = plist_text(plist_item(hashes, i));
		trace->container = LOADABLE_LIST;
		trace->note = "it is listed without an id: nobody signed it";
	}
	return hashes == NULL || plist_type(hashes) == PLIST_ARRAY;
}

static void
uakl_read(struct scan *scan)
{
	const struct plist *store = scan_read_plist(scan, SOURCE_UAKL, LOADABLE_LIST), *by_team;
	bool complete;
	size_t i;

	if (store == NULL)
		return;
	by_team = plist_find(store, "SignedKernelExtensions");
	complete = plist_type(store) == PLIST_DICT &&
		   (by_team == NULL || plist_type(by_team) == PLIST_DICT);
	for (i = 0; complete && by_team != NULL && i < plist_count(by_team); i++)
		complete = add_signed(scan, plist_key(by_team, i), plist_value(by_team, i));
	complete = add_unsigned(scan, plist_find(store, "UnsignedKernelExtensions")) && complete;
	if (!complete)
		scan_problem(scan, SOURCE_UAKL, LOADABLE_LIST, -FAULT_TYPE);
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
