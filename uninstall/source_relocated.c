/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bundles that another tool put aside (docs/facts.md#bundles). macOS does not look
 * for kexts there.
 */
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

static void
relocated_read(struct scan *scan)
{
	scan_walk_bundles(scan, SOURCE_RELOCATED, "/Library/Relocated Extensions", 6);
}

const struct source source_relocated = {
    .name = "relocated",
    .role = TRACE_MEMORY,
    .keeper = KEEPER_ROOT,
    .unknown = "which kexts were put aside is unknown",
    .read = relocated_read,
};
