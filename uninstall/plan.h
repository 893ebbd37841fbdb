/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plan: cases, rules, host and policy in; steps, refusals and what stays out. A
 * pure function, without any I/O. More evidence never yields fewer refusals.
 */
#ifndef UNINSTALL_PLAN_H
#define UNINSTALL_PLAN_H

#include "uninstall/belief.h"
#include "uninstall/case.h"
#include "uninstall/dependents.h"
#include "uninstall/jobs.h"
#include "uninstall/ownership.h"
#include "uninstall/standing.h"
#include "uninstall/step.h"

/* What is known of the driver that takes over: asked by the caller, since this
 * room knows nothing of dexts. */
enum replacement_state {
	REPLACEMENT_READY,     /* active, staged, or its app is there and policy allows it */
	REPLACEMENT_NOT_READY,
	REPLACEMENT_NOT_KNOWN  /* no rule names one */
};

struct plan_target {
	const struct kext_case *kext;
	enum rebuild_state rebuild; /* from the ledger; REBUILD_NOT_NEEDED without a case */
	enum replacement_state replacement;
	const char *replacement_text; /* why it is not ready */
	const char *agent; /* of a security product: what of it is still there; NULL */
	bool agent_known;  /* somebody has said what its agent is */
};

struct plan_input {
	const struct plan_target *targets;
	size_t target_count;
	const struct case_list *cases; /* of the whole Mac: the bystanders are among them */
	const struct rule *const *rules; /* of the targets, and those named without one */
	size_t rule_count;
	const struct rule_set *catalogue; /* all rules; NULL: no others are known */
	/* Cases of the ledger whose bundles are gone: a rebuild that drops them is what they
	 * wait for. */
	const struct kext_case *const *leaving;
	size_t leaving_count;
	const struct claim_list *claims;
	const struct job_list *jobs; /* of the claims and traces; NULL: none */
	const char *const *keep_below; /* paths that stay (the replacement's app); NULL-ended */
	const struct dependent_list *dependents; /* of the targets; NULL: not asked */
	unsigned int accepted_losses;            /* 1 << enum loss, each */
	const struct belief_list *beliefs; /* what this Mac shows; NULL: not asked */
	int macos_major;
	bool has_rebuild;
	bool collection_unreadable;
	bool loaded_unreadable; /* nobody knows what is in the kernel: each target may be */
	bool ask_approval;
	bool safe_mode; /* macOS sees nothing to change in its collection */
	bool installer; /* bundles go to the vault, all else is left alone */
	bool accept_bystanders, without_replacement, keep_receipts;
};

struct kept {
	const char *path, *why;
};

struct bystander {
	const char *bundle_id, *effect, *why;
};

struct plan {
	struct step *steps;
	size_t step_count, step_room;
	size_t bundles_end; /* of the steps before it those that move are the bundles' */
	struct kept *kept;
	size_t kept_count, kept_room;
	struct bystander *bystanders;
	size_t bystander_count, bystander_room;
	const char **refusals; /* sentences; any: nothing is done */
	size_t refusal_count, refusal_room;
	bool wants_rebuild;   /* the collection lists a target, or cannot be read */
	bool nothing_to_drop; /* only stash and instructions name one: a rebuild, which compares
				 the collection with the disk (assumption
				 rebuild-without-collection-keeps-stash), changes nothing */
	bool restart_needed;  /* a target is loaded, or listed there */
	bool only_bundles;    /* this macOS is newer than any assumption: the other steps are
				 listed, and not taken */
};

/* A target, or another kext of a target's product: no bystander. */
bool plan_is_of_targets(const struct plan_input *input, const struct kext_case *kext);

/* Adds a refusal: a sentence that names the kext and says what to do instead. */
void plan_refuse(struct arena *arena, struct plan *plan, const char *sentence);

/* All texts owned by the arena. */
void plan_make(struct arena *arena, const struct plan_input *input, struct plan *plan);

#endif
