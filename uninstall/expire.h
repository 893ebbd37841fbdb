/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Expire: removing from the vault what no undo will be asked for. Whether something has
 * expired is decided elsewhere and stands in the ledger before the first step
 * (ledger_job_expire); what cannot be removed is tried again by the next recheck.
 */
#ifndef UNINSTALL_EXPIRE_H
#define UNINSTALL_EXPIRE_H

#include "uninstall/run.h"

/* The steps that remove the items; owned by the arena. */
void expire_plan(struct arena *arena, const struct vaulted *items, size_t count,
    struct step **steps, size_t *step_count);

/* Carries out one of them. */
int expire_act(struct run *run, struct step *step) __attribute__((warn_unused_result));

#endif
