/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bundles on disk, wherever vendors put them, nested ones too
 * (docs/facts.md#bundles): in the folders where they usually lie, and at every
 * path that a receipt, a collection, macOS's instructions or a job names. The vault
 * is skipped.
 */
#include <errno.h>
#include <string.h>

#include "kmutil-helpers/path_link.h"
#include "rules/apple.h"
#include "uninstall/case.h"
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

#define LIBRARY "/Library"
#define LIBRARY_DEPTH 6
#define APPLE_EXTENSIONS "/Library/Apple/System/Library/Extensions"
#define SYSTEM_EXTENSIONS "/System/Library/Extensions"

/* Folders and how deep they are looked into. Vendors nest bundles in app bundles
 * (VMware: Contents/Library/kexts), in *.fs and in their support folders. */
static const struct {
	const char *folder;
	int depth;
} bundle_folders[] = {
    {"/Library/Extensions", 6},
    {"/Library/Filesystems", 8},
    {"/Applications", 7},
    {"/usr/local", 6},
    {"/opt", 6},
    {"/Users/Shared", 5},
};

/* What in /Library is left out, sorted: folders of other rows and other sources, and
 * those in which macOS alone writes, some of which nobody may list. A kext there is
 * still found where anything names it. */
static const char *const library_left_out[] = {"Apple", "Application Support", "AutoBugCapture",
    "Caches", "Catacomb", "CoreAnalytics", "Developer", "DriverExtensions", "Extensions",
    "Filesystems", "GPUBundles", "InstallerSandboxes", "KernelCollections", "Keychains",
    "LaunchAgents", "LaunchDaemons", "Logs", "Managed Preferences", "OSAnalytics", "Receipts",
    "Relocated Extensions", "Sandbox", "StagedDriverExtensions", "StagedExtensions",
    "SystemExtensions", "SystemMigration", "Trial", "Updates"};

static bool
is_left_out(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(library_left_out) / sizeof(*library_left_out); i++)
		if (strcmp(library_left_out[i], name) == 0)
			return true;
	return false;
}

/* Whether the problem is of the path, or of no bundle being seen in a folder above it. */
static bool
is_told(const struct problem *problem, const char *path)
{
	if (problem->path == NULL || !path_is_below(path, problem->path))
		return false;
	return strcmp(problem->path, path) == 0 ||
	       strcmp(problem->source, source_get(SOURCE_BUNDLE)->name) == 0;
}

/* What cannot be looked at is a problem, once: several traces may name it. */
static void
tell_unread(struct scan *scan, const char *path, int error)
{
	size_t i;

	if (error == 0 || error == -ENOENT || error == -ENOTDIR)
		return;
	for (i = 0; i < scan->problems.count; i++)
		if (is_told(&scan->problems.items[i], path))
			return;
	scan_problem(scan, SOURCE_BUNDLE, path, error);
}

/* The folder that the path leads to; NULL: there is none. A link on the way is read on the
 * running system, too: macOS takes a kext that lies behind one, and what acts later goes by
 * the place that it leads to. */
static const char *
find_folder(struct scan *scan, const char *path)
{
	char place[PATH_MAX];
	struct stat st;
	int error = path_stat(scan->root, path, &st);

	if (error == -FAULT_LINK && path_resolve(scan->root, path, false, place) == 0) {
		path = arena_strdup(scan->arena, place);
		error = path_stat(scan->root, path, &st);
	}
	tell_unread(scan, path, error);
	return error == 0 && S_ISDIR(st.st_mode) ? path : NULL;
}

/* Vendors' own folders in `folder`, each looked into. */
static void
walk_folders_of(
    struct scan *scan, const char *folder, bool (*left_out)(const char *name), int depth)
{
	struct arena *scratch = arena_new(0);
	char **names;
	size_t count, i;
	int error = path_list(scan->root, folder, scratch, &names, &count);
	const char *path;

	scan_problem(scan, SOURCE_BUNDLE, folder, error);
	for (i = 0; error == 0 && i < count; i++) {
		path = arena_printf(scratch, "%s/%s", folder, names[i]);
		if (left_out(names[i]) || scan_skips(scan, path) ||
		    find_folder(scan, path) == NULL)
			continue;
		if (path_has_suffix(path, ".kext"))
			scan_add_bundle(scan, SOURCE_BUNDLE, arena_strdup(scan->arena, path));
		scan_walk_bundles(scan, SOURCE_BUNDLE, path, depth - 1);
	}
	arena_free(scratch);
}

/* The privacy database's folder: closed to root too, and macOS's alone. */
static bool
is_privacy_folder(const char *name)
{
	return strcmp(name, "com.apple.TCC") == 0;
}

static void
bundle_read(struct scan *scan)
{
	size_t i, before;

	for (i = 0; i < sizeof(bundle_folders) / sizeof(*bundle_folders); i++)
		scan_walk_bundles(
		    scan, SOURCE_BUNDLE, bundle_folders[i].folder, bundle_folders[i].depth);
	walk_folders_of(scan, LIBRARY "/Application Support", is_privacy_folder, 8);
	walk_folders_of(scan, LIBRARY, is_left_out, LIBRARY_DEPTH);
	if (!scan->all)
		return;
	before = scan->traces.count;
	scan_walk_bundles(scan, SOURCE_BUNDLE, APPLE_EXTENSIONS, 4);
	scan_walk_bundles(scan, SOURCE_BUNDLE, SYSTEM_EXTENSIONS, 6);
	for (i = before; i < scan->traces.count; i++)
		scan->traces.items[i].keeper = KEEPER_APPLE;
}

/* Whether the trace may name a bundle that no folder led to. What only Recovery can
 * change is not asked: a quick look does not read it, and must see as much. */
static bool
may_name(const struct trace *trace)
{
	return trace->source == SOURCE_RECEIPT || trace->source == SOURCE_AUXKC ||
	       trace->source == SOURCE_KCGEN || trace->source == SOURCE_STAGED ||
	       trace->source == SOURCE_LAUNCHD ||
	       (trace->source == SOURCE_PREBOOT && trace->keeper != KEEPER_OTHER_SYSTEM);
}

static bool
is_seen(const struct scan *scan, const char *path)
{
	const struct trace *trace;

	for (trace = scan->traces.items; trace < scan->traces.items + scan->traces.count; trace++)
		if ((trace->source == SOURCE_BUNDLE || trace->source == SOURCE_STAGED ||
			trace->source == SOURCE_STASHED || trace->source == SOURCE_RELOCATED) &&
		    strcmp(trace->path, path) == 0)
			return true;
	return false;
}

static bool
is_elsewhere(const struct scan *scan, const char *path)
{
	return apple_keeps_path(path) || path_is_below(path, STAGING) || scan_skips(scan, path);
}

void
scan_named_bundles(struct scan *scan)
{
	size_t count = scan->traces.count, i;
	const char *path;

	for (i = 0; i < count; i++) {
		path = trace_original_path(&scan->traces.items[i]);
		if (!may_name(&scan->traces.items[i]) || path == NULL ||
		    !path_has_suffix(path, ".kext") || is_elsewhere(scan, path))
			continue;
		path = find_folder(scan, path);
		if (path != NULL && !is_elsewhere(scan, path) && !is_seen(scan, path))
			scan_add_bundle(scan, SOURCE_BUNDLE, path);
	}
}

const struct source source_bundle = {
    .name = "bundle",
    .role = TRACE_CARRIER,
    .keeper = KEEPER_ROOT,
    .unknown = "whether a kext lies there is unknown",
    .read = bundle_read,
};
