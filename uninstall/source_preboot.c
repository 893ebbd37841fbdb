/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Collections of Apple silicon: one in each boot folder of each volume group on
 * Preboot (docs/facts.md#collections, #preboot). Only the folders that the running
 * system booted from or boots from next are this system's.
 */
#include <errno.h>
#include <string.h>

#include "kmutil-helpers/tool_host.h"
#include "uninstall/source_collection.h"
#include "kmutil-helpers/banned.h"

#define BOOT_CACHES "System/Library/Caches/com.apple.kernelcaches"
#define COLLECTION_PREFIX "kernelcache.auxkc"
#define BASE_COLLECTION "kernelcache"
#define ACTIVE_CAP_BYTES 4096

/* Reads the collections of one boot folder. */
static void
read_boot_folder(struct scan *scan, const char *boot_folder, bool other_system)
{
	const char *caches = arena_printf(scan->arena, "%s/" BOOT_CACHES, boot_folder);
	struct collection file = {.source = SOURCE_PREBOOT,
	    .base = arena_printf(scan->arena, "%s/" BASE_COLLECTION, caches),
	    .other_system = other_system};
	char **names;
	size_t count, i;
	int error = path_list(scan->root, caches, scan->arena, &names, &count);

	if (error != 0) {
		scan_problem(scan, SOURCE_PREBOOT, caches, error);
		return;
	}
	for (i = 0; i < count; i++) {
		if (strncmp(names[i], COLLECTION_PREFIX, strlen(COLLECTION_PREFIX)) != 0)
			continue;
		file.path = arena_printf(scan->arena, "%s/%s", caches, names[i]);
		collection_read(scan, &file);
	}
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

static bool
is_among(const char *name, char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* Whether a name is a whole component of the path of this boot's objects, which starts
 * at the root of Preboot. */
static bool
is_booted(const struct scan *scan, const char *name)
{
	const char *path = scan->host != NULL ? scan->host->boot_objects_path : NULL;
	size_t len = strlen(name);
	const char *at;

	for (at = path; at != NULL && *at != '\0'; at += *at == '/') {
		if (strncmp(at, name, len) == 0 && (at[len] == '/' || at[len] == '\0'))
			return true;
		at += strcspn(at, "/");
	}
	return false;
}

/* Where "active" names no folder every boot folder counts as this system's: more is
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
	if (active != NULL && !is_among(active, names, count)) {
		problem_add_text(&scan->problems, arena_printf(scan->arena, "%s/active", boot),
		    source_preboot.name,
		    "names a boot folder that is not there; every boot folder counts as active",
		    false);
		active = NULL;
	}
	for (i = 0; i < count; i++) {
		const char *folder = arena_printf(scan->arena, "%s/%s", boot, names[i]);

		if (path_stat(scan->root, folder, &st) != 0 || !S_ISDIR(st.st_mode))
			continue;
		read_boot_folder(scan, folder,
		    other_system || (active != NULL && strcmp(active, names[i]) != 0 &&
					!is_booted(scan, names[i])));
	}
}

/* Whether a folder holds a collection, of any kind: an empty one tells nothing. */
static bool
holds_collection(const struct scan *scan, const char *folder)
{
	char **names;
	size_t count, i;

	if (path_list(scan->root, folder, scan->arena, &names, &count) != 0)
		return false;
	for (i = 0; i < count; i++)
		if (path_has_suffix(names[i], ".kc"))
			return true;
	return false;
}

/* A system or Data volume by itself: its collections are on volumes that are not here. */
static bool
lacks_collections(const struct scan *scan)
{
	return !scan->root->live &&
	       (path_exists(scan->root, "/System/Library/Kernels") ||
		   path_exists(scan->root, "/private/var/db/KernelExtensionManagement")) &&
	       !holds_collection(scan, "/System/Library/KernelCollections") &&
	       !holds_collection(scan, "/Library/KernelCollections");
}

static void
preboot_read(struct scan *scan)
{
	char **groups;
	size_t count, i;
	bool own_is_known = false;
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
		own_is_known |= is_booted(scan, groups[i]);
	/* What begins with a dot is the volume's own bookkeeping. Where the path of this
	 * boot's objects names no folder that is here, all may be this system's. */
	for (i = 0; i < count; i++)
		if (groups[i][0] != '.')
			read_volume_group(
			    scan, groups[i], own_is_known && !is_booted(scan, groups[i]));
}

const struct source source_preboot = {
    .name = "preboot",
    .role = TRACE_CARRIER,
    .keeper = KEEPER_REBUILD,
    .unknown = "which kexts the collection holds is unknown",
    .read = preboot_read,
};
