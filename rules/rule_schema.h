/* SPDX-License-Identifier: BSD-2-Clause */
/* The schema of rules (rules/rules.rng), compiled in: for lint alone, not for loading. */
#ifndef RULES_RULE_SCHEMA_H
#define RULES_RULE_SCHEMA_H

#include "rules/rule.h"

/* Whether the bytes fit the schema; false with *fault filled. */
bool rule_schema_fits(
    struct arena *arena, const char *file, const char *bytes, size_t len, struct rule_fault *fault);

#endif
