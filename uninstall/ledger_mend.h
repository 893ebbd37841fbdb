/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mending: a ledger that is damaged is kept under another name, and a new one is begun
 * with what can still be read of it. For whoever holds the lock.
 */
#ifndef UNINSTALL_LEDGER_MEND_H
#define UNINSTALL_LEDGER_MEND_H

#include "uninstall/ledger.h"

/* Opens a ledger's file with the ladder of ledger.c; faults as of store_open, and
 * -FAULT_DAMAGED for a file that holds no ledger. */
int ledger_open_file(const char *path, bool read_only, sqlite3 **db)
    __attribute__((warn_unused_result));

/* Makes the new ledger beside the old one, whole, and only then lets them change places;
 * the old one's name ends in ".damaged-" and the time then, and never replaces another.
 * Fills ledger->kept_as and ledger->lost. A run that was not ended is ended as failed:
 * nothing is done on the word of a damaged file. 0 or a fault: then the old one is where
 * it was, or ledger_mend_finish ends it. */
int ledger_mend(struct arena *arena, struct ledger *ledger) __attribute__((warn_unused_result));

/* Whether a mending was cut off between its two renames. */
bool ledger_mend_is_cut_off(struct arena *arena, const struct ledger *ledger);
/* Ends it. */
int ledger_mend_finish(struct arena *arena, struct ledger *ledger)
    __attribute__((warn_unused_result));

#endif
