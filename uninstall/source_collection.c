/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The auxiliary kernel collection: on Intel one file on the Data volume, on Apple
 * silicon one in each boot folder of each volume group on Preboot
 * (docs/facts.md#collections, #preboot). Only the active boot folder of the
 * running system's volume group is this system's.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/kc.h"
#include "kmutil-helpers/tool_host.h"
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

#define INTEL_COLLECTION "/Library/KernelCollections/AuxiliaryKernelExtensions.kc"
#define BOOT_CACHES "System/Library/Caches/com.apple.kernelcaches"
#define COLLECTION_PREFIX "kernelcache.auxkc"
#define ACTIVE_CAP_BYTES 4096

/* Whether the kernel takes a member: not when its bundle is gone
 * (assumption missing-bundle-not-loadable). */
static enum tristate
member_loadable(const struct scan *scan, const char *path)
{
	struct stat st;
	int error;

	if (path == NULL || path[0] != '/')
		return UNKNOWN;
	error = path_stat(scan->root, path, &st);
	return error == 0 ? YES : error == -ENOENT || error == -ENOTDIR ? NO : UNKNOWN;
}

static void
read_collection(struct scan *scan, enum source_id source, const char *path, bool other_system)
{
	const struct kc *kc;
	struct fault fault = {0};
	struct trace *trace;
	size_t i;
	int fd;

	fault.code = path_open_file(scan->root, path, &fd, NULL);
	if (fault.code == 0) {
		fault.code = kc_read(scan->arena, fd, &kc, &fault);
		(void)close(fd);
	}
	if (fault.code != 0) {
		scan_fault(scan, source, path, fault);
		return;
	}
	for (i = 0; i < kc->member_count; i++) {
		trace = scan_add(scan, source);
		trace->bundle_id = kc->members[i].id;
		trace->path = kc->members[i].path;
		trace->version = kc->members[i].version;
		trace->uuid = kc->members[i].uuid;
		trace->container = path;
		trace->loadable = member_loadable(scan, trace->path);
		if (other_system)
			trace->keeper = KEEPER_OTHER_SYSTEM;
	}
	if (!other_system) {
		scan->collection_uuid = kc->uuid;
		scan->collection_base_uuid = kc->base_uuid;
	}
}

static void
auxkc_read(struct scan *scan)
{
	read_collection(scan, SOURCE_AUXKC, INTEL_COLLECTION, false);
}

/* Reads the collections of one boot folder. */
static void
read_boot_folder(struct scan *scan, const char *boot_folder, bool other_system)
{
	const char *caches = arena_printf(scan->arena, "%s/" BOOT_CACHES, boot_folder);
	char **names;
	size_t count, i;
	int error = path_list(scan->root, caches, scan->arena, &names, &count);

	if (error != 0) {
		scan_problem(scan, SOURCE_PREBOOT, caches, error);
		return;
	}
	for (i = 0; i < count; i++)
		if (strncmp(names[i], COLLECTION_PREFIX, strlen(COLLECTION_PREFIX)) == 0)
			read_collection(scan, SOURCE_PREBOOT,
			    arena_printf(scan->arena, "%s/%s", caches, names[i]), other_system);
}

/* The name in the file "active", which may end in a newline; NULL when absent. */
static const char *
active_boot_folder(struct scan *scan, const char *boot)
{
	const char *path = arena_printf(scan->arena, "%s/active", boot);
	char *text;
	size_t len;
	int error = path_read(scan->root, path, ACTIVE_CAP_BYTES, scan->arena, &text, &len);

	if (error != 0) {
		scan_problem(scan, SOURCE_PREBOOT, path, error);
		return NULL;
	}
	text[strcspn(text, "\r\n")] = '\0';
	return text;
}

/* Without a readable "active" every boot folder counts as this system's: more is
 * seen, never less. */
static void
read_volume_group(struct scan *scan, const char *group, bool other_system)
{
	const char *boot = arena_printf(scan->arena, PREBOOT_PATH "/%s/boot", group), *active;
	char **names;
	size_t count, i;
	struct stat st;
	int error = path_list(scan->root, boot, scan->arena, &names, &count);

	if (error != 0) {
		if (error != -ENOTDIR)
			scan_problem(scan, SOURCE_PREBOOT, boot, error);
		return;
	}
	active = active_boot_folder(scan, boot);
	for (i = 0; i < count; i++) {
		const char *folder = arena_printf(scan->arena, "%s/%s", boot, names[i]);

		if (path_stat(scan->root, folder, &st) != 0 || !S_ISDIR(st.st_mode))
			continue;
		read_boot_folder(scan, folder,
		    other_system || (active != NULL && strcmp(active, names[i]) != 0));
	}
}

/* Whether a folder of Preboot belongs to the running system. The boot objects
 * path names it; where that is unknown, all may be. */
static bool
is_own_group(const struct scan *scan, const char *group)
{
	const char *boot_objects = scan->host != NULL ? scan->host->boot_objects_path : NULL;
	const char *at = boot_objects != NULL ? strstr(boot_objects, group) : NULL;

	if (boot_objects == NULL || strstr(boot_objects, PREBOOT_PATH) != boot_objects)
		return true;
	return at != NULL && at[strlen(group)] == '/';
}

/* A system volume by itself: its collections are on volumes that are not here. */
static bool
lacks_collections(const struct scan *scan)
{
	return !scan->root->live && path_exists(scan->root, "/System/Library/Kernels") &&
	       !path_exists(scan->root, "/System/Library/KernelCollections") &&
	       !path_exists(scan->root, "/Library/KernelCollections");
}

static void
preboot_read(struct scan *scan)
{
	char **groups;
	size_t count, i;
	int error = path_list(scan->root, PREBOOT_PATH, scan->arena, &groups, &count);

	if ((error == -ENOENT || (error == 0 && count == 0)) && lacks_collections(scan))
		problem_add_text(&scan->problems, PREBOOT_PATH, source_preboot.name,
		    "is not here, and no other collection is; which kexts it holds is unknown; "
		    "--preboot names the mounted Preboot volume",
		    true);
	if (error != 0) {
		scan_problem(scan, SOURCE_PREBOOT, PREBOOT_PATH, error);
		return;
	}
	for (i = 0; i < count; i++)
		read_volume_group(scan, groups[i], !is_own_group(scan, groups[i]));
}

const struct source source_auxkc = {
    .name = "auxkc",
    .role = TRACE_CARRIER,
    .keeper = KEEPER_REBUILD,
    .unknown = "which kexts the collection holds is unknown",
    .read = auxkc_read,
};

const struct source source_preboot = {
    .name = "preboot",
    .role = TRACE_CARRIER,
    .keeper = KEEPER_REBUILD,
    .unknown = "which kexts the collection holds is unknown",
    .read = preboot_read,
};
