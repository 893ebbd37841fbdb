/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run: one execution of a plan under the ledger. Each step is marked begun before
 * it acts and done or failed after, so that the next run can finish what a crash
 * cut off.
 */
#ifndef UNINSTALL_RUN_H
#define UNINSTALL_RUN_H

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/tool_kmutil.h"
#include "uninstall/ledger.h"

struct run {
	struct arena *arena;   /* borrowed */
	struct ledger *ledger; /* borrowed, open for writing */
	int64_t id;
	/* Tells a person what happens, as it happens; may be NULL. */
	void (*tell)(const char *text, void *payload);
	void *payload;
	/* Steps of the caller's own kinds (prepare, activate, verify): sets state and message,
	 * returns the ledger's faults. NULL: this run has none. A step that must keep those
	 * behind it from being taken says why in held. */
	int (*act)(struct run *run, struct step *step, void *act_payload);
	void *act_payload;
	const char *held;
	/* Asked right before a rebuild: what has come up against it since the plan was made,
	 * in a sentence; NULL: nothing. May be NULL itself. */
	const char *(*gate)(void *payload);
	void *gate_payload;
	bool gate_fell;
	/* The cases that the run acts on, as the ledger has them; a rebuild's answer is
	 * recorded with its step. Borrowed. */
	struct ledger_case *rows;
	size_t row_count;
	/* Of each row: its last rebuild was in vain, and the Mac was restarted since. */
	const bool *in_vain;
	bool asked_in_boot; /* macOS has had an answer in this boot, of these cases or others */
	struct kmutil_rebuild rebuild; /* what the last rebuild came to */
	bool was_cut_off_in_boot;      /* a run of this boot was cut off while it asked */
	/* Of recovery: inside an installer nothing but a move to the vault is finished. */
	bool installer;
	int failed;                    /* steps that failed */
	int hindering;                 /* those of them without which a rebuild is in vain */
};

/* Carries out the planned steps, in order. 0, or the ledger's fault: then the run
 * is left for the next one to finish. */
int run_steps(struct run *run, struct step *steps, size_t count)
    __attribute__((warn_unused_result));

/* What recovery found of a run that was cut off. */
struct recovery {
	const struct ledger_run *run; /* NULL: there was none */
	int finished;                 /* steps that were begun, and are done now */
};

/* Finishes the begun steps of a run that was cut off, marks the rest as skipped, or as
 * failed where a bundle is left, and the run as failed: the next plan sees what is left. */
int run_recover(struct run *run, struct recovery *recovery) __attribute__((warn_unused_result));

/* One step of each kind; sets state and message, returns the ledger's faults. */
int step_act(struct run *run, struct step *step) __attribute__((warn_unused_result));

#endif
