/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of sources, and what they share. */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/plist.h"
#include "rules/apple.h"
#include "uninstall/case.h"
#include "uninstall/executable.h"
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

#define INFO_PLIST_CAP_BYTES ((size_t)4 << 20)
#define STORE_CAP_BYTES ((size_t)8 << 20)
#define BUNDLE_SUFFIX ".kext"

static const struct source *const sources[] = {
    [SOURCE_BUNDLE] = &source_bundle,
    [SOURCE_RECEIPT] = &source_receipt,
    [SOURCE_AUXKC] = &source_auxkc,
    [SOURCE_PREBOOT] = &source_preboot,
    [SOURCE_STAGED] = &source_staged,
    [SOURCE_STASHED] = &source_stashed,
    [SOURCE_KCGEN] = &source_kcgen,
    [SOURCE_UAKL] = &source_uakl,
    [SOURCE_LOADED] = &source_loaded,
    [SOURCE_LAUNCHD] = &source_launchd,
    [SOURCE_POLICY] = &source_policy,
    [SOURCE_POLICY_MDM] = &source_policy_mdm,
    [SOURCE_LOAD_HISTORY] = &source_load_history,
    [SOURCE_ALERT] = &source_alert,
    [SOURCE_INSTALL_HISTORY] = &source_install_history,
    [SOURCE_RELOCATED] = &source_relocated,
};
static_assert(sizeof(sources) / sizeof(*sources) == SOURCE_COUNT, "a row for each source");

const struct source *
source_get(enum source_id id)
{
	return sources[id];
}

const char *
keeper_name(enum keeper keeper)
{
	static const char *const names[KEEPER_COUNT] = {
	    [KEEPER_ROOT] = "root",
	    [KEEPER_REBUILD] = "rebuild",
	    [KEEPER_CLEAR_STAGING] = "clear-staging",
	    [KEEPER_RESTART] = "restart",
	    [KEEPER_RECOVERY] = "recovery",
	    [KEEPER_MDM] = "mdm",
	    [KEEPER_NONE] = "none",
	    [KEEPER_APPLE] = "apple",
	    [KEEPER_OTHER_SYSTEM] = "other-system",
	};

	return names[keeper];
}

const char *
signature_name(enum signature signature)
{
	static const char *const names[] = {
	    [SIGNATURE_UNKNOWN] = NULL,
	    [SIGNATURE_NONE] = "none",
	    [SIGNATURE_UNVERIFIED] = "unverified",
	    [SIGNATURE_VERIFIED] = "verified",
	    [SIGNATURE_INVALID] = "invalid",
	};

	return names[signature];
}

void
scan_run(struct scan *scan)
{
	int id;

	scan->problems.arena = scan->arena;
	for (id = 0; id < SOURCE_COUNT; id++) {
		if (sources[id]->read == NULL || (sources[id]->live && !scan->root->live))
			continue;
		if (scan->carriers_only &&
		    (sources[id]->keeper == KEEPER_RECOVERY || sources[id]->keeper == KEEPER_MDM))
			continue;
		sources[id]->read(scan);
	}
	scan_named_bundles(scan);
}

struct trace *
scan_add(struct scan *scan, enum source_id source)
{
	struct trace_list *list = &scan->traces;
	struct trace *trace =
	    arena_push(scan->arena, &list->items, &list->count, &list->room, sizeof(*trace));

	*trace = (struct trace){
	    .source = source, .keeper = sources[source]->keeper, .loadable = UNKNOWN};
	return trace;
}

void
scan_fault(struct scan *scan, enum source_id source, const char *path, struct fault fault)
{
	const struct source *row = sources[source];

	if (fault.code == 0 || fault.code == -ENOENT)
		return;
	problem_add_fault(
	    &scan->problems, path, row->name, fault, row->unknown, row->role == TRACE_CARRIER);
}

void
scan_problem(struct scan *scan, enum source_id source, const char *path, int code)
{
	scan_fault(scan, source, path, (struct fault){.code = code});
}

const struct plist *
scan_read_plist(struct scan *scan, enum source_id source, const char *path)
{
	const struct plist *store = NULL;
	struct fault fault = {0};
	char *bytes;
	size_t len;

	fault.code = path_read(scan->root, path, STORE_CAP_BYTES, scan->arena, &bytes, &len);
	if (fault.code == 0 && plist_parse(scan->arena, bytes, len, &store, &fault) != 0)
		store = NULL;
	scan_fault(scan, source, path, fault);
	return store;
}

const char *
scan_path(struct scan *scan, const char *path)
{
	const char *canonical = path != NULL ? path_canonical(scan->arena, path) : NULL;

	return canonical != NULL ? canonical : arena_strdup(scan->arena, path);
}

int
scan_read_bundle(struct scan *scan, const char *bundle, struct trace *trace, struct fault *fault)
{
	static const struct {
		const char *info, *code;
	} places[] = {{"/Contents/Info.plist", "/Contents/MacOS"}, {"/Info.plist", ""}};
	struct arena *scratch = arena_new(0);
	const struct plist *info;
	char *bytes;
	size_t len, i;
	int error = -ENOENT;

	for (i = 0; i < sizeof(places) / sizeof(*places) && error == -ENOENT; i++)
		error = path_read(scan->root, arena_printf(scratch, "%s%s", bundle, places[i].info),
		    INFO_PLIST_CAP_BYTES, scratch, &bytes, &len);
	*fault = (struct fault){.code = error};
	if (error == 0)
		error = plist_parse(scratch, bytes, len, &info, fault);
	if (error == 0) {
		trace->bundle_id =
		    arena_strdup(scan->arena, plist_text(plist_find(info, "CFBundleIdentifier")));
		trace->version =
		    arena_strdup(scan->arena, plist_text(plist_find(info, "CFBundleVersion")));
		executable_read(scan, arena_printf(scratch, "%s%s", bundle, places[i - 1].code),
		    plist_text(plist_find(info, "CFBundleExecutable")), trace);
	}
	arena_free(scratch);
	return error;
}

bool
scan_skips(const struct scan *scan, const char *path)
{
	const char *const *skip;

	for (skip = scan->skip; skip != NULL && *skip != NULL; skip++)
		if (path_is_below(path, *skip))
			return true;
	return false;
}

/* Whose a bundle is, is not for its own Info.plist to say. */
static void
note_claim(struct scan *scan, struct trace *trace)
{
	static const char claim[] = "it claims an Apple id in a place that is not Apple's";

	if (trace->bundle_id == NULL || !apple_claims_id(trace->bundle_id) ||
	    apple_keeps_path(trace_original_path(trace)))
		return;
	trace->note =
	    trace->note != NULL ? arena_printf(scan->arena, "%s; %s", claim, trace->note) : claim;
}

void
scan_add_bundle(struct scan *scan, enum source_id source, const char *path)
{
	struct trace *trace = scan_add(scan, source);
	struct fault fault;
	int error = scan_read_bundle(scan, path, trace, &fault);

	trace->path = path;
	if (error == -ENOENT)
		trace->note = "it has no Info.plist";
	else if (error != 0)
		scan_fault(
		    scan, source, arena_printf(scan->arena, "%s/Contents/Info.plist", path), fault);
	if (source == SOURCE_BUNDLE)
		note_claim(scan, trace);
}

/* Names live as long as their folder is walked: a Mac has more of them than memory
 * should hold. */
static void
walk_folder(struct scan *scan, enum source_id source, int fd, const char *folder, int depth)
{
	struct arena *scratch = arena_new(0);
	char **names, *path;
	size_t count, i;
	int child, error = folder_list_folders(fd, scratch, &names, &count);

	if (error != 0)
		scan_problem(scan, source, folder, error);
	for (i = 0; i < count; i++) {
		path = arena_printf(scratch, "%s/%s", folder, names[i]);
		if (path_has_suffix(path, BUNDLE_SUFFIX))
			scan_add_bundle(scan, source, arena_strdup(scan->arena, path));
		if (depth <= 1 || scan_skips(scan, path))
			continue;
		child = folder_open_child(fd, names[i]);
		if (child < 0) {
			scan_problem(scan, source, path, child);
			continue;
		}
		walk_folder(scan, source, child, path, depth - 1);
		(void)close(child);
	}
	arena_free(scratch);
}

void
scan_walk_bundles(struct scan *scan, enum source_id source, const char *folder, int depth)
{
	int fd, error = path_open_folder(scan->root, folder, &fd);

	if (error != 0) {
		scan_problem(scan, source, folder, error);
		return;
	}
	walk_folder(scan, source, fd, folder, depth);
	(void)close(fd);
}
