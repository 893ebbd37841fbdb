/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Assumptions: what is believed of macOS, as data. The table is made from
 * rules/assumptions.xml by rules/assumption_gen.c at build time; code names an
 * assumption by its enumerator (ASSUMPTION_REBUILD_DROPS_MISSING), so that a
 * wrong id does not compile.
 */
#ifndef RULES_ASSUMPTION_H
#define RULES_ASSUMPTION_H

#include <stdbool.h>

#include "gen/assumptions.inc"

enum assumption_grade { GRADE_VERBATIM, GRADE_INFERRED, GRADE_GUESS };

enum assumption_id {
#define ASSUMPTION_ENUM(                                                                           \
    name, id, grade, cure, starts, from, until, says, source, checked, depends)                    \
	ASSUMPTION_##name,
	ASSUMPTION_TABLE(ASSUMPTION_ENUM)
#undef ASSUMPTION_ENUM
	    ASSUMPTION_COUNT
};

struct assumption {
	const char *id;
	enum assumption_grade grade;
	bool cure;       /* one of the five without which no removal exists */
	bool starts;     /* what the simulator starts with */
	int from, until; /* macOS majors, both included */
	const char *says, *source;
	const char *checked; /* how doctor tells, or who else can */
	const char *depends; /* what is wrong when it does not hold */
};

/* The versions of macOS, by their major, that anything here was seen or said of. */
#define KNOWN_MACOS_FIRST 11
#define KNOWN_MACOS_LAST 27

/* Whether an assumption says anything about a macOS. */
bool assumption_covers(enum assumption_id id, int macos);

/* The row of an assumption; never NULL. */
const struct assumption *assumption_get(enum assumption_id id);
/* "verbatim", "inferred", "guess". */
const char *assumption_grade_name(enum assumption_grade grade);

#endif
