/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking whether this Mac is as the assumptions say: one table of what can be told, used
 * by doctor and by the gate of plans. Nothing is changed, no dialog comes.
 */
#ifndef MIGRATE_BELIEF_H
#define MIGRATE_BELIEF_H

#include "migrate/session.h"
#include "uninstall/belief.h"

/* Fills the list: with all that can be told, or with what steps rest on. Of a Mac that
 * does not run nothing is asked that only a running one tells. */
void beliefs_read(struct session *session, bool all, struct belief_list *beliefs);

/* Whether a step rests on it. */
bool belief_is_needed(enum assumption_id id);
/* Whether beliefs_read can tell of it at all. */
bool belief_can_be_told(enum assumption_id id);

#endif
