/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of devices by value and mask. */
#include "migrate/cube.h"
#include "kmutil-helpers/banned.h"

void
cube_add(struct arena *arena, struct cube_list *list, const struct cube *cube)
{
	*(struct cube *)arena_push(arena, &list->items, &list->count, &list->room, sizeof(*cube)) =
	    *cube;
}

bool
cube_and(const struct cube *a, const struct cube *b, struct cube *both)
{
	int i;

	for (i = 0; i < CUBE_WORDS; i++) {
		if (((a->value[i] ^ b->value[i]) & a->mask[i] & b->mask[i]) != 0)
			return false;
		both->mask[i] = a->mask[i] | b->mask[i];
		both->value[i] = a->value[i] | b->value[i];
	}
	return true;
}

/* Adds what a cube has and `less`, which meets it, has not: for each bit that only
 * `less` fixes, those that differ there and agree in the bits before. */
static void
add_rest(
    struct arena *arena, struct cube_list *out, const struct cube *whole, const struct cube *less)
{
	struct cube rest = *whole, other;
	uint32_t bit;
	int i;

	for (i = 0; i < CUBE_WORDS; i++)
		for (bit = UINT32_C(1) << 31; bit != 0; bit >>= 1) {
			if ((less->mask[i] & ~whole->mask[i] & bit) == 0)
				continue;
			rest.mask[i] |= bit;
			rest.value[i] |= less->value[i] & bit;
			other = rest;
			other.value[i] ^= bit;
			cube_add(arena, out, &other);
		}
}

bool
cube_subtract(struct arena *arena, struct cube_list *list, const struct cube *less)
{
	struct cube_list rest = {0};
	struct cube both;
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (cube_and(&list->items[i], less, &both))
			add_rest(arena, &rest, &list->items[i], less);
		else
			cube_add(arena, &rest, &list->items[i]);
		if (rest.count > CUBE_MAX)
			return false;
	}
	*list = rest;
	return true;
}
