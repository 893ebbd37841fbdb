/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Matching: who drives the device now, by the I/O Registry (docs/facts.md#matching). XNU
 * lets an attached kext keep its device from a dext of the same match category, whatever
 * the probe scores are; the dext is then only counted, in IODEXTMatchCount, with those
 * that drive it.
 */
#ifndef MIGRATE_MATCHING_H
#define MIGRATE_MATCHING_H

#include "kmutil-helpers/ioreg.h"

enum matching {
	MATCHING_UNKNOWN,   /* the registry could not be read */
	MATCHING_RUNS,      /* the dext's program runs */
	MATCHING_NO_SERVER, /* it has a device, but its program does not run */
	MATCHING_HELD,      /* it waits behind an attached kext */
	MATCHING_NONE       /* it has no device, and waits for none */
};

/* Texts are borrowed from the registries. */
struct matching_view {
	enum matching now;
	const char *kext, *device; /* of MATCHING_HELD; device may be NULL */
};

/* Asks the registry of this Mac, and judges. 0, or the fault by which it is unknown. */
int matching_look(struct arena *arena, const char *dext_id, const char *const *kexts,
    size_t kext_count, struct matching_view *view) __attribute__((warn_unused_result));

/* Judges two extracts of the registry, those of ioreg_read_served and ioreg_read_waiting:
 * the dext of that id, and the ids of the kexts that it replaces. Pure. */
void matching_judge(const struct ioreg *served, const struct ioreg *waiting, const char *dext_id,
    const char *const *kexts, size_t kext_count, struct matching_view *view);

#endif
