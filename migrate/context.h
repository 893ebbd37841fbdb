/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Context: in whose hands a command runs that changes something. In an installer the
 * bundles go to the vault and nothing else is touched: its own receipts are being
 * written, what it laid may be in the product's old receipt, and a failing script would
 * fail the installation.
 */
#ifndef MIGRATE_CONTEXT_H
#define MIGRATE_CONTEXT_H

#include "migrate/options.h"

/* As given by --context, else found: an installer by what PackageKit sets for its
 * scripts and by the names of the processes above; a terminal by stdin; else MDM. A
 * command that changes nothing is not told apart. */
enum context context_find(const struct options *options);

/* As in the JSON: "terminal", "mdm", "login", "installer". */
const char *context_name(enum context context);

/* The status for the shell: in an installer 0 to 7 become 0, with --strict not 5 and 6. */
int context_exit(enum context context, const struct options *options, int exit);

#endif
