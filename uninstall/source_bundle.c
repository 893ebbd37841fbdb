/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bundles on disk, wherever vendors put them, nested ones too
 * (docs/facts.md#bundles). The vault is skipped.
 */
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

#define APPLE_EXTENSIONS "/Library/Apple/System/Library/Extensions"

/* Folders and how deep they are looked into. Vendors nest bundles in app bundles
 * (VMware: Contents/Library/kexts), in *.fs and in their support folders. */
static const struct {
	const char *folder;
	int depth;
} bundle_folders[] = {
    {"/Library/Extensions", 6},
    {"/Library/Filesystems", 8},
    {"/Library/Application Support", 8},
    {"/Applications", 7},
    {"/usr/local", 6},
    {"/opt", 6},
};

static void
bundle_read(struct scan *scan)
{
	size_t i, before;

	for (i = 0; i < sizeof(bundle_folders) / sizeof(*bundle_folders); i++)
		scan_walk_bundles(scan, SOURCE_BUNDLE, bundle_folders[i].folder,
		    bundle_folders[i].depth);
	if (!scan->all)
		return;
	before = scan->traces.count;
	scan_walk_bundles(scan, SOURCE_BUNDLE, APPLE_EXTENSIONS, 4);
	for (i = before; i < scan->traces.count; i++)
		scan->traces.items[i].keeper = KEEPER_APPLE;
}

const struct source source_bundle = {
    .name = "bundle",
    .role = TRACE_CARRIER,
    .keeper = KEEPER_ROOT,
    .unknown = "whether a kext lies there is unknown",
    .read = bundle_read,
};
