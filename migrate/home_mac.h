/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Home Mac: whether the ledger was written on this Mac. Migration Assistant, a cloned
 * disk and an image copy the state folder too; what another Mac's ledger says of
 * standings, ownership and unfinished runs is true there alone.
 */
#ifndef MIGRATE_HOME_MAC_H
#define MIGRATE_HOME_MAC_H

#include "migrate/session.h"

/* For the session's open ledger: notes whose it is when that is not known, and sets
 * another Mac's aside, whole, with a problem that says where; for reading it is taken for
 * an empty one, unless --state named it. Ends the process when it cannot be set aside, or
 * lies in a folder that --state named. Where ioreg does not tell which Mac this is, nothing is
 * judged. */
void home_mac_check(struct session *session, bool write);

#endif
