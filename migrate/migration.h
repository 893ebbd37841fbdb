/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Migration: what comes before and behind the removal of a kext so that its device stays
 * driven: prepare, activate, the removal's own steps, one restart, verify.
 */
#ifndef MIGRATE_MIGRATION_H
#define MIGRATE_MIGRATION_H

#include "migrate/activation.h"
#include "migrate/removal.h"

/* One product's replacement. */
struct takeover {
	const struct rule *rule;
	struct activation activation;
	bool later; /* not before the restart: it is not staged beside its kext */
};

struct migration {
	struct removal *removal; /* borrowed; its migrates is set */
	struct takeover *items;
	size_t count;
};

/* After removal_plan: looks at each product's replacement, refuses where one cannot take
 * over, and puts prepare, activate and verify into the plan. */
void migration_plan(struct migration *migration, struct removal *removal);

/* The replacements' part of the exit status: what a dry run expects, what a run came to. */
int migration_expected_exit(const struct migration *migration);
int migration_exit(struct migration *migration);

/* Whether a restart now would find every replacement enabled that can be: one that still
 * waits for a person would leave its device without a driver. */
bool migration_may_restart(const struct migration *migration);

/* For plan and uninstall: adds a step that says when a replacement can be activated only
 * behind the restart, and when by whom. */
void migration_tell_order(struct removal *removal);

/* Goes on with the handoffs of the selected cases that a migrate waits for, where the kext is
 * out of the way; what is missing becomes a problem, and what the migration came to stands in
 * its run and among the removal's steps. The worst exit status, 0 where nothing waits. */
int migration_continue(struct removal *removal);

#endif
