/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies that macOS made for itself: the staging folder, which mirrors the
 * bundle's own path, and the stash of the collection's members
 * (docs/facts.md#staging, #stash). Both are kept by SIP.
 */
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

#define STASH "/private/var/db/KernelExtensionManagement/AuxKC/CurrentAuxKC/StashedExtensions"

static void
staged_read(struct scan *scan)
{
	scan_walk_bundles(scan, SOURCE_STAGED, STAGING, 12);
}

static void
stashed_read(struct scan *scan)
{
	scan_walk_bundles(scan, SOURCE_STASHED, STASH, 8);
}

const struct source source_staged = {
    .name = "staged",
    .role = TRACE_CARRIER,
    .keeper = KEEPER_CLEAR_STAGING,
    .unknown = "which kexts are staged is unknown",
    .read = staged_read,
};

const struct source source_stashed = {
    .name = "stashed",
    .role = TRACE_CARRIER,
    .keeper = KEEPER_REBUILD,
    .unknown = "which kexts are stashed is unknown",
    .read = stashed_read,
};
