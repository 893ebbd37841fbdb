/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Patterns of bundle ids and places whose name changes with each version: plain
 * characters, and sets with a count, such as v[0-9]{6} or [0-9]{1,2}. There is no
 * star: how long a match can be, and of what, is said by the pattern itself.
 */
#ifndef RULES_PATTERN_H
#define RULES_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#define PATTERN_MAX_REPEAT 64

/* Whether the text holds a set, so that it is a pattern and no plain name. */
bool pattern_is(const char *text);
/* Why the text cannot be read as a pattern; NULL when it can. */
const char *pattern_refuse(const char *text);
/* Whether every set of a sound pattern is [0-9]. */
bool pattern_is_digits(const char *text);
/* Characters before the first set: what every match begins with. */
size_t pattern_literal(const char *text);
/* Whether a sound pattern, or a plain name, matches the whole of a name. */
bool pattern_matches(const char *pattern, const char *name);
/* Whether any name matches both; either may be plain. */
bool pattern_meet(const char *a, const char *b);

#endif
