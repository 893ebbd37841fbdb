/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One auxiliary kernel collection: its members, whether macOS takes it, and Intel's
 * place for it (docs/facts.md#collections, #loadable).
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "kmutil-helpers/kc.h"
#include "kmutil-helpers/tool_host.h"
#include "uninstall/source_collection.h"
#include "kmutil-helpers/banned.h"

#define INTEL_COLLECTION "/Library/KernelCollections/AuxiliaryKernelExtensions.kc"
#define INTEL_BASE "/System/Library/KernelCollections/BootKernelExtensions.kc"
#define INTEL_PAGEABLE "/System/Library/KernelCollections/SystemKernelExtensions.kc"

/* Whether the kernel takes a member: not when its bundle is gone (assumption
 * missing-bundle-not-loadable). Of a stale collection it takes none, until macOS has
 * built it again (assumption stale-collection-is-refused). */
static enum tristate
member_loadable(const struct scan *scan, const char *path, bool stale)
{
	struct stat st;
	int error;

	if (path == NULL || path[0] != '/')
		return UNKNOWN;
	error = path_stat(scan->root, path, &st);
	if (error == -ENOENT || error == -ENOTDIR)
		return NO;
	return error == 0 && !stale ? YES : UNKNOWN;
}

/* The UUID of a base collection: what its file says, else what this boot says. */
static const char *
base_uuid(const struct scan *scan, const char *path, bool intel, const char *otherwise)
{
	const char *uuid = NULL;
	int fd;

	if (path != NULL && path_open_file(scan->root, path, &fd, NULL) == 0) {
		if (kc_read_uuid(scan->arena, fd, intel, &uuid) != 0)
			uuid = NULL;
		(void)close(fd);
	}
	return uuid != NULL ? uuid : otherwise;
}

static bool
differs(const char *named, const char *found)
{
	return found != NULL && (named == NULL || strcasecmp(named, found) != 0);
}

/* Why macOS refuses the whole collection; NULL: nothing speaks against it. */
static const char *
stale_reason(const struct scan *scan, const struct collection *file, const struct kc *kc)
{
	const char *running =
	    !file->other_system && scan->host != NULL ? scan->host->base_kc_uuid : NULL;
	const char *base = base_uuid(scan, file->base, file->intel, running);
	const char *pageable = base_uuid(scan, file->pageable, file->intel, NULL);

	if (differs(kc->base_uuid, base))
		return arena_printf(scan->arena,
		    "linked against the base collection %s, and this one is %s",
		    kc->base_uuid != NULL ? kc->base_uuid : "of no name", base);
	if (differs(kc->pageable_uuid, pageable))
		return arena_printf(scan->arena,
		    "linked against the system collection %s, and this one is %s",
		    kc->pageable_uuid != NULL ? kc->pageable_uuid : "of no name", pageable);
	return NULL;
}

static const char *
member_note(const struct kc_member *member, bool stale)
{
	if (!member->has_info)
		return "its code is in the collection, but the collection's list does not "
		       "describe it";
	if (member->names_code && !member->has_entry)
		return "the collection's list describes it, but its code is not there";
	if (!member->names_code && member->has_entry)
		return "the collection's list says that it has no code, but its code is there";
	if (stale)
		return "macOS refuses this collection until it is built again";
	return member->codeless ? "it has no code" : NULL;
}

static void
add_members(struct scan *scan, const struct collection *file, const struct kc *kc, bool stale)
{
	const struct kc_member *member;
	struct trace *trace;

	for (member = kc->members; member < kc->members + kc->member_count; member++) {
		trace = scan_add(scan, file->source);
		trace->bundle_id = member->id;
		trace->path = scan_path(scan, member->path);
		trace->version = member->version;
		trace->uuid = member->uuid;
		trace->container = file->path;
		trace->loadable = member_loadable(scan, trace->path, stale);
		trace->note = member_note(member, stale);
		if (file->other_system)
			trace->keeper = KEEPER_OTHER_SYSTEM;
	}
}

/* Of several files of this system the one that this boot loaded counts. */
static void
note_uuid(struct scan *scan, const struct kc *kc)
{
	const char *boot = scan->host != NULL ? scan->host->aux_kc_uuid : NULL;

	if (scan->collection_uuid != NULL &&
	    (boot == NULL || kc->uuid == NULL || strcasecmp(kc->uuid, boot) != 0))
		return;
	scan->collection_uuid = kc->uuid;
	scan->collection_base_uuid = kc->base_uuid;
}

void
collection_read(struct scan *scan, const struct collection *file)
{
	const struct kc *kc = NULL;
	struct fault fault = {0};
	const char *stale;
	int fd;

	fault.code = path_open_file(scan->root, file->path, &fd, NULL);
	if (fault.code == 0) {
		fault.code = kc_read(scan->arena, fd, file->intel, &kc, &fault);
		(void)close(fd);
	}
	/* Signatures that lie beside a collection hold no kext. */
	if (fault.code == -FAULT_MANIFEST)
		return;
	scan_fault(scan, file->source, file->path, fault);
	if (kc == NULL)
		return;
	stale = stale_reason(scan, file, kc);
	add_members(scan, file, kc, stale != NULL);
	if (file->other_system)
		return;
	note_uuid(scan, kc);
	if (stale != NULL)
		problem_add_text(&scan->problems, file->path, source_get(file->source)->name,
		    arena_printf(scan->arena,
			"is stale: it was %s; macOS refuses all of it, and an OS update or an "
			"approved rebuild can bring back what it lists",
			stale),
		    false);
}

static void
auxkc_read(struct scan *scan)
{
	collection_read(scan, &(struct collection){.source = SOURCE_AUXKC,
				  .path = INTEL_COLLECTION,
				  .base = INTEL_BASE,
				  .pageable = INTEL_PAGEABLE,
				  .intel = true});
}

const struct source source_auxkc = {
    .name = "auxkc",
    .role = TRACE_CARRIER,
    .keeper = KEEPER_REBUILD,
    .unknown = "which kexts the collection holds is unknown",
    .read = auxkc_read,
};
