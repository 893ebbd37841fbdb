/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Standings: which kexts status speaks of, with which exit status, and the file that
 * says the same to whoever is not root.
 */
#ifndef MIGRATE_STANDINGS_H
#define MIGRATE_STANDINGS_H

#include "migrate/replacement.h"
#include "migrate/session.h"
#include "migrate/target.h"

/* What the options' targets name. Without one: the cases of the ledger, or what is
 * installed where there are none; kexts that are only remembered have no standing. */
void standings_select(struct session *session, struct selection *selection);
int standings_exit(
    const struct session *session, const struct selection *selection, const struct dexts *dexts);

/* Writes status.json beside the ledger: what status --json would answer now for the whole
 * Mac, from the look that the session has. For the command that holds the ledger's lock; a
 * session without it takes the lock, and where another command has it leaves the file
 * to that. A failure is a problem of the session, and the old file or the new one is there, whole.
 * Whether the file is up to date. */
bool standings_write(struct session *session, const struct dexts *dexts);

#endif
