/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The history of installations: when a package that lists a kext was installed
 * (docs/facts.md#receipts). It names packages, never kexts: the receipts, read
 * before, say which kexts those brought. Updates of macOS name no packages.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kmutil-helpers/plist.h"
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

#define HISTORY "/Library/Receipts/InstallHistory.plist"

/* A kext that a receipt lists. */
struct listed {
	const char *package, *kext_path;
};

static int
compare_packages(const void *a, const void *b)
{
	const struct listed *left = a, *right = b;

	return strcmp(left->package, right->package);
}

/* What the receipts list, by package. */
static struct listed *
list_kexts(struct scan *scan, size_t *count)
{
	struct listed *listed = arena_array(scan->arena, scan->traces.count + 1, sizeof(*listed));
	const struct trace *trace;
	const char *leaf;
	size_t i;

	*count = 0;
	for (i = 0; i < scan->traces.count; i++) {
		trace = &scan->traces.items[i];
		if (trace->source != SOURCE_RECEIPT)
			continue;
		leaf = path_leaf(trace->container);
		listed[(*count)++] = (struct listed){.kext_path = trace->path,
		    .package =
			arena_strndup(scan->arena, leaf, (size_t)(strrchr(leaf, '.') - leaf))};
	}
	if (*count > 1)
		qsort(listed, *count, sizeof(*listed), compare_packages);
	return listed;
}

/* The first kext of a package; its others follow. NULL when it lists none. */
static const struct listed *
find_package(const struct listed *listed, size_t count, const char *package)
{
	size_t low = 0, high = count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(listed[middle].package, package) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && strcmp(listed[low].package, package) == 0 ? &listed[low] : NULL;
}

/* A date in RFC 3339; NULL when it is none. */
static const char *
date_text(struct arena *arena, const struct plist *value)
{
	char text[32];
	int64_t seconds;
	struct tm tm;
	time_t when;

	if (plist_date(value, &seconds) != 0)
		return NULL;
	when = (time_t)seconds;
	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return NULL;
	return arena_strdup(arena, text);
}

/* Whether a trace of the same entry, from `first` on, speaks of the bundle. */
static bool
is_added(const struct scan *scan, size_t first, const char *kext_path)
{
	size_t i;

	for (i = first; i < scan->traces.count; i++)
		if (strcmp(scan->traces.items[i].kext_path, kext_path) == 0)
			return true;
	return false;
}

static void
read_entry(struct scan *scan, const struct plist *entry, const struct listed *listed, size_t count)
{
	const struct plist *packages = plist_find(entry, "packageIdentifiers");
	const struct listed *kext;
	const char *package;
	struct trace *trace;
	size_t first = scan->traces.count, i;

	for (i = 0; i < plist_count(packages); i++) {
		package = plist_text(plist_item(packages, i));
		kext = package != NULL ? find_package(listed, count, package) : NULL;
		for (; kext != NULL && kext < listed + count && strcmp(kext->package, package) == 0;
		     kext++) {
			if (is_added(scan, first, kext->kext_path))
				continue;
			trace = scan_add(scan, SOURCE_INSTALL_HISTORY);
			trace->kext_path = kext->kext_path;
			trace->container = HISTORY;
			trace->version = plist_find_text(entry, "displayVersion");
			trace->note = date_text(scan->arena, plist_find(entry, "date"));
		}
	}
}

static bool
is_entry(const struct plist *entry)
{
	const struct plist *packages = plist_find(entry, "packageIdentifiers");

	return plist_type(entry) == PLIST_DICT &&
	       (packages == NULL || plist_type(packages) == PLIST_ARRAY);
}

static void
install_history_read(struct scan *scan)
{
	const struct plist *history = scan_read_plist(scan, SOURCE_INSTALL_HISTORY, HISTORY);
	const struct listed *listed;
	bool malformed = history != NULL && plist_type(history) != PLIST_ARRAY;
	size_t count, i;

	listed = list_kexts(scan, &count);
	for (i = 0; i < plist_count(history) && !malformed; i++) {
		malformed = !is_entry(plist_item(history, i));
		if (!malformed)
			read_entry(scan, plist_item(history, i), listed, count);
	}
	if (malformed)
		scan_problem(scan, SOURCE_INSTALL_HISTORY, HISTORY, -FAULT_TYPE);
}

const struct source source_install_history = {
    .name = "install-history",
    .role = TRACE_MEMORY,
    .keeper = KEEPER_NONE,
    .unknown = "when its packages were installed is unknown",
    .read = install_history_read,
};
