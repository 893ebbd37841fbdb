/* SPDX-License-Identifier: BSD-2-Clause */
/* Printing a rule, for people and for machines. */
#ifndef MIGRATE_RULES_SHOW_H
#define MIGRATE_RULES_SHOW_H

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/json.h"
#include "rules/rule.h"

/* A line of the list. */
void rules_text_row(struct buf *out, const struct rule *rule);
/* The members of an object of the list. */
void rules_json_head(struct json *json, const struct rule *rule);
/* The whole rule. */
void rules_text_rule(struct buf *out, const struct rule *rule);
/* The whole rule as the member "rule". */
void rules_json_rule(struct json *json, const struct rule *rule);

#endif
