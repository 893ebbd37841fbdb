/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compare: which devices an old driver takes that the new one does not, the other
 * way round, and which both want. Pure: two lists of personalities in, rows out.
 */
#ifndef MIGRATE_COMPARE_H
#define MIGRATE_COMPARE_H

#include "migrate/personality.h"

/* One kind of device. All texts are the arena's. */
struct compare_row {
	enum bus bus;
	struct cube devices;
	int64_t vendor_id, product_id; /* -1 where they are not one number */
	const char *match;             /* in words: "0x1a86:0x55d3", "class 0x02, any vendor" */
	const char *personality;       /* that names it */
	const char *why;
};

struct compare_list {
	struct compare_row *items;
	size_t count, room;
};

struct comparison {
	struct compare_list lost, gained, contested;
};

/* Rows are sorted by bus, vendor and product, and stand once for each kind of
 * device, whatever number of interfaces it has. */
void compare_drivers(struct arena *arena, const struct personality_list *old,
    const struct personality_list *new, struct comparison *out);

#endif
