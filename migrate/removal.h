/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Removal: from a selection to a plan, and from a plan to a run. uninstall, approve,
 * recheck and migrate share it.
 */
#ifndef MIGRATE_REMOVAL_H
#define MIGRATE_REMOVAL_H

#include "migrate/replacement.h"
#include "migrate/report.h"
#include "migrate/target.h"
#include "uninstall/plan.h"
#include "uninstall/run.h"

struct removal {
	struct session *session;
	const char *command; /* as the ledger names the run */
	struct selection selection;
	struct dexts dexts;
	bool ask_approval;
	bool only_rebuild; /* approve: no file is touched */
	/* The replacement is activated first, by steps of the caller's before and behind those
	 * that take the kexts away; it is the caller who refuses where that cannot be. */
	bool migrates;
	int (*act)(struct run *run, struct step *step, void *act_payload);
	void *act_payload;
	struct claim_list claims;
	struct job_list jobs;
	struct dependent_list dependents;
	struct plan plan;
	struct run run;
	int exit;
};

/* Whether a person may be asked: as told, else only on a terminal. */
bool removal_may_ask(const struct options *options);

/* The kexts that runs before this one have taken away and that macOS has not let go of
 * yet: no bystanders. */
const struct kext_case *const *removal_find_leaving(const struct session *session, size_t *count);

/* Makes the plan for removal->selection; asks for dexts and receipts. */
void removal_plan(struct removal *removal);

/* Whether a step of the plan is still to be taken. */
bool removal_has_work(const struct plan *plan);

/* The exit status that carrying the plan out would have. */
int removal_expected_exit(const struct removal *removal);

/* Carries the plan out, looks again and records what is true now; removal->exit is
 * the command's status. Refusals leave everything as it was (5). */
void removal_run(struct removal *removal);

/* Prints steps, kept, bystanders, kexts, dexts, next; returns the status. */
int removal_report(struct removal *removal, const char *command);

#endif
