/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gate of undo: a kext that comes back while its dext holds the device would fight
 * with it for the device. The dext is put aside first, where that can be done.
 */
#ifndef MIGRATE_UNDO_GATE_H
#define MIGRATE_UNDO_GATE_H

#include "migrate/session.h"

/* NULL: nothing holds the device of these cases any more. Otherwise why the undo is refused
 * and what to do first, in a sentence. Where the rule says how the dext is deactivated, and
 * a person may be asked, its app is asked to do it (not with dry_run): *aside tells of that,
 * else it is NULL. */
const char *undo_gate(
    struct session *session, const struct ledger_case *cases, size_t count, const char **aside);

#endif
