/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The I/O Registry as ioreg -a archives it: a property list in XML, a dictionary for
 * each entry (an array of them with -r), children below IORegistryEntryChildren. Read
 * as a stream, in any order of keys; only what tells who drives what is kept. Format:
 * docs/facts.md#ioreg.
 */
#ifndef KMUTIL_HELPERS_IOREG_H
#define KMUTIL_HELPERS_IOREG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmutil-helpers/arena.h"
#include "kmutil-helpers/fault.h"

#define IOREG_MAX_ENTRIES ((size_t)1 << 16)
#define IOREG_MAX_TEXT_BYTES ((size_t)8 << 20) /* of all kept texts together */
#define IOREG_NO_PARENT SIZE_MAX

/* Texts are owned by the arena; NULL where the entry has no such property. */
struct ioreg_entry {
	size_t parent; /* its place in the list, before this one; IOREG_NO_PARENT */
	const char *name;
	const char *bundle_id;   /* of the kext that drives it */
	const char *bsd_name;    /* "disk4s1", "en5" */
	const char *transport;   /* of a HID device: "USB", "SPI", "Virtual" */
	const char *user_server; /* the dext's program that drives it, or that it is */
	bool keyboard;           /* a HID device whose primary usage is a keyboard's */
	int64_t dexts_matched;   /* IODEXTMatchCount, those that drive it included; or 0 */
};

struct ioreg {
	struct ioreg_entry *items;
	size_t count, room;
};

struct ioreg_reader;

/* A reader into *registry, which lives as long as the arena. Caller frees; never NULL. */
struct ioreg_reader *ioreg_reader_new(struct arena *arena, struct ioreg *registry);
void ioreg_reader_free(struct ioreg_reader *reader);
/* Takes the next bytes; a fault sticks. */
void ioreg_reader_feed(struct ioreg_reader *reader, const void *bytes, size_t len);
/* Says that there are no more bytes. 0; nothing at all is an empty list, which is how
 * ioreg -r says that nothing matches; -FAULT_COUNT and _SIZE beyond the limits,
 * -FAULT_SYNTAX, _DEPTH, _SHORT. */
int ioreg_reader_finish(struct ioreg_reader *reader) __attribute__((warn_unused_result));

/* Whether entry `below` is entry `above`, or lies anywhere below it. */
bool ioreg_is_below(const struct ioreg *registry, size_t below, size_t above);

/* Whether more dexts match the device than drive it: one waits. The kernel counts both, and
 * lets the count stand when a dext goes (docs/facts.md#matching). */
bool ioreg_has_waiting(const struct ioreg *registry, size_t device);

#endif
