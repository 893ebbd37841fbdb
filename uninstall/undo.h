/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Undo: giving back what runs moved: one, or all of a job (ledger_job_list), the last
 * first. Its steps are made from the ledger's register, last moved first; each is
 * repeated safely.
 */
#ifndef UNINSTALL_UNDO_H
#define UNINSTALL_UNDO_H

#include "uninstall/run.h"

/* The runs that are undone together, the last first; borrowed. */
struct undo_runs {
	const struct ledger_run *items;
	size_t count;
};

bool undo_runs_have(struct undo_runs runs, int64_t run);

/* The steps that give back what the runs moved and is not back yet; owned by the arena. */
int undo_plan(struct ledger *ledger, struct arena *arena, struct undo_runs runs,
    struct step **steps, size_t *count) __attribute__((warn_unused_result));

/* The ledger's cases whose bundle the runs moved, a later one may have acted on them too, as
 * one that only asks for the rebuild; and those that the runs acted on, but what another run
 * of their job keeps away. Owned by the arena. */
int undo_cases(struct ledger *ledger, struct arena *arena, struct undo_runs runs,
    struct ledger_case **cases, size_t *count) __attribute__((warn_unused_result));

/* What the runs moved at all, last moved first; owned by the arena. */
int undo_list_moved(struct ledger *ledger, struct arena *arena, struct undo_runs runs,
    struct vaulted **moved, size_t *count) __attribute__((warn_unused_result));

/* The item of the register that a step on something in the vault speaks of, whose "why"
 * begins with "run N"; NULL when there is none. */
int undo_find_item(struct run *run, const struct step *step, struct vaulted **item)
    __attribute__((warn_unused_result));

/* Carries out a restore step. */
int undo_act(struct run *run, struct step *step) __attribute__((warn_unused_result));

/* Ends the undo `id` whose steps are all done: the runs that it undid count as
 * undone, their cases are closed, and the undo has its exit status; one transaction. */
int undo_finish(struct ledger *ledger, struct arena *arena, int64_t id, struct undo_runs runs,
    int exit) __attribute__((warn_unused_result));

#endif
