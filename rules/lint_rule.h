/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of lint share; of this room alone. */
#ifndef RULES_LINT_RULE_H
#define RULES_LINT_RULE_H

#include "rules/lint.h"

#define LINT_LOWER "abcdefghijklmnopqrstuvwxyz"
#define LINT_UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LINT_DIGITS "0123456789"
#define LINT_LABEL LINT_LOWER LINT_UPPER LINT_DIGITS "-_"

/* One rule of one file, as it is checked. */
struct checker {
	struct lint *lint;
	const char *file;
	const struct rule *rule;
};

void lint_add(const struct checker *checker, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool lint_is_same(const char *a, const char *b);
/* Nothing but blanks; NULL is blank. */
bool lint_is_blank(const char *text);
/* How many labels of the letters given, such as com.example.x; 0: it is no such id. */
size_t lint_labels(const char *id, const char *letters);
void lint_check_bundle_id(const struct checker *checker, int line, const char *id);
void lint_check_team(const struct checker *checker, int line, const char *team);

/* lint_claim.c: jobs, extra paths, what stays, the replacement, evidence. */
void lint_check_claims(const struct checker *checker);

#endif
