/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Targets: what a person names on the command line, as the subjects and receipts
 * that it means on this Mac.
 */
#ifndef MIGRATE_TARGET_H
#define MIGRATE_TARGET_H

#include "migrate/session.h"

struct selection {
	struct subject **subjects;
	size_t count;
	const char **receipts; /* ids of the packages that the targets name */
	size_t receipt_count;
	const struct rule **rules; /* the rules that the targets name or lead to */
	size_t rule_count;
	const struct rule **whole; /* those whose kexts are all selected: the product goes */
	size_t whole_count;
};

/* Selects by the command's targets; without any: everything that is not Apple's
 * (with --all: that too). An unknown target ends the process with 64; for a
 * command that acts, a pattern that is too wide does too. */
void targets_select(struct session *session, bool acts, struct selection *selection);

#endif
