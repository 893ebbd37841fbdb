/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cubes: sets of devices as value and mask, the way personalities name them. A cube
 * fixes some bits of what identifies a device and leaves the others free; what one
 * set of cubes has and another has not is found exactly. Pure.
 */
#ifndef MIGRATE_CUBE_H
#define MIGRATE_CUBE_H

#include <stdbool.h>
#include <stdint.h>

#include "kmutil-helpers/arena.h"

#define CUBE_WORDS 3
#define CUBE_MAX 8192 /* of a difference */

struct cube {
	uint32_t value[CUBE_WORDS]; /* 0 where the mask is */
	uint32_t mask[CUBE_WORDS];  /* the bits that are fixed */
};

struct cube_list {
	struct cube *items; /* owned by the arena that it was made with */
	size_t count, room;
};

void cube_add(struct arena *arena, struct cube_list *list, const struct cube *cube);

/* What both have, in *both; false when that is nothing. */
bool cube_and(const struct cube *a, const struct cube *b, struct cube *both);

/* Takes from every cube of the list what `less` has. False when the list would grow
 * beyond CUBE_MAX; it is then as it was. */
bool cube_subtract(struct arena *arena, struct cube_list *list, const struct cube *less);

#endif
