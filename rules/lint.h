/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lint: what a rule may not say although its XML can be read: ids, Team IDs and
 * places that are malformed, Apple's, everybody's, or another rule's.
 */
#ifndef RULES_LINT_H
#define RULES_LINT_H

#include "rules/rule.h"

/* The faults found so far, in the order of the checks; owned by the arena. */
struct lint {
	struct arena *arena;
	struct rule_fault *faults;
	size_t count, room;
};

/* Adds what is wrong with a rule by itself; file is for the messages. */
void lint_check_rule(struct lint *lint, const char *file, const struct rule *rule);
/* Adds what the rule says although the other one, of other_file, says it already:
 * the same id, else the same kexts or places. */
void lint_check_pair(struct lint *lint, const char *file, const struct rule *rule,
    const char *other_file, const struct rule *other);

#endif
