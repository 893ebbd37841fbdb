/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Undo: giving back what a run moved. Its steps are made from the ledger's
 * register, last moved first; each is repeated safely.
 */
#ifndef UNINSTALL_UNDO_H
#define UNINSTALL_UNDO_H

#include "uninstall/run.h"

/* The steps that give back what `run` moved and is not back yet; owned by the
 * arena. */
int undo_plan(struct ledger *ledger, struct arena *arena, int64_t run, struct step **steps,
    size_t *count) __attribute__((warn_unused_result));

/* The ledger's cases that `run` acted on, or whose bundle it moved: a later run may have
 * acted on them too, as one that only asks for the rebuild. Owned by the arena. */
int undo_cases(struct ledger *ledger, struct arena *arena, int64_t run, struct ledger_case **cases,
    size_t *count) __attribute__((warn_unused_result));

/* Carries out a restore step. */
int undo_act(struct run *run, struct step *step) __attribute__((warn_unused_result));

/* Ends the undo `id` whose steps are all done: the run that it undid counts as
 * undone, its cases are closed, and the undo has its exit status; one transaction. */
int undo_finish(struct ledger *ledger, struct arena *arena, int64_t id, int64_t run, int exit)
    __attribute__((warn_unused_result));

#endif
