/* SPDX-License-Identifier: BSD-2-Clause */
/* What "rules lint" does. */
#ifndef MIGRATE_RULES_LINT_H
#define MIGRATE_RULES_LINT_H

#include "migrate/options.h"

/* Checks the files behind the word "lint", or all files of the folder of rules, and
 * prints what is wrong. 0, or 65 when anything is; a file that is not there ends the
 * process with 66. */
int rules_lint(const struct options *options);

#endif
