/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of assumptions. */
#include "rules/assumption.h"

static const struct assumption assumptions[ASSUMPTION_COUNT] = {
#define ASSUMPTION_ROW(name, id, grade, cure, starts, from, until, says, source, checked, depends) \
	[ASSUMPTION_##name] = {                                                                    \
	    id, grade, cure, starts, from, until, says, source, checked, depends},
    ASSUMPTION_TABLE(ASSUMPTION_ROW)
#undef ASSUMPTION_ROW
};

const struct assumption *
assumption_get(enum assumption_id id)
{
	return &assumptions[id];
}

bool
assumption_covers(enum assumption_id id, int macos)
{
	return macos >= KNOWN_MACOS_FIRST && macos <= KNOWN_MACOS_LAST &&
	       macos >= assumptions[id].from && macos <= assumptions[id].until;
}

const char *
assumption_grade_name(enum assumption_grade grade)
{
	static const char *const names[] = {"verbatim", "inferred", "guess"};

	return names[grade];
}
