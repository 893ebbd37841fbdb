/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pending handoffs, in one small file of the state folder that everyone may read
 * ("handoff-pending", a rule's id a line): the agent in a person's session cannot read the
 * ledger. No file, or an empty one: nothing is pending, and the agent ends at once.
 */
#ifndef MIGRATE_PENDING_H
#define MIGRATE_PENDING_H

#include "migrate/session.h"

/* The ids; owned by the arena. None where the file is absent, or where others than root
 * could have written it. folder: the state folder. */
void pending_read(
    struct arena *arena, const char *folder, const char *const **rules, size_t *count);

/* Adds or takes out a rule, as root; what cannot be written becomes a problem. Nothing is
 * written where it is so already. */
void pending_note(struct session *session, const char *rule, bool pending);

#endif
