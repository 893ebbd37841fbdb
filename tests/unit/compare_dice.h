/* SPDX-License-Identifier: BSD-2-Clause */
/* What tests of random drivers share: dice that fall alike in every run, and a number as an
 * Info.plist may have it. */
#ifndef TESTS_UNIT_COMPARE_DICE_H
#define TESTS_UNIT_COMPARE_DICE_H

#include <stdint.h>

#include "kmutil-helpers/buf.h"

struct dice {
	uint64_t state;
};

/* 0 to sides - 1. */
static inline uint32_t
dice_roll(struct dice *dice, uint32_t sides)
{
	dice->state = dice->state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(dice->state >> 33) % sides;
}

/* The same number as an integer or as a real. */
static inline void
dice_put_number(struct dice *dice, struct buf *xml, const char *key, uint32_t value)
{
	if (dice_roll(dice, 2))
		buf_printf(xml, "<key>%s</key><integer>%u</integer>", key, value);
	else
		buf_printf(xml, "<key>%s</key><real>%u.0</real>", key, value);
}

#endif
