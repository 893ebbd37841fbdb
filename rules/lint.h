/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lint: what a rule may not say although its XML can be read: ids, Team IDs and
 * places that are malformed, Apple's, everybody's, or another rule's; an act without
 * evidence. rules_load leaves out every rule that this refuses.
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
/* Adds what rules say although one before them says it already: the same id, kext,
 * place, receipt, job, or a path in what another product takes away. The fault is the
 * later rule's. No two of them are the same rule. */
void lint_check_set(struct lint *lint, const struct rule *const *rules, size_t count);

#endif
