/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Verify: what a fresh look says of a case that the ledger knows. Pure: the
 * ledger's row and what is seen now in, the row as it is now out. status prints
 * it, recheck records it.
 */
#ifndef UNINSTALL_VERIFY_H
#define UNINSTALL_VERIFY_H

#include "uninstall/ledger.h"
#include "uninstall/standing.h"

/* What is seen now of the Mac as a whole. */
struct look {
	const char *build, *boot_uuid;
	bool live, safe_mode, verifying;
	bool has_rebuild;
	bool carrier_unreadable;
	bool ledger_unread; /* there is one, and it could not be read */
	bool witnesses_disagree;
};

/* The evidence on one case; row is NULL when the ledger has none. `unfinished`: a
 * step of its run was begun or failed and is not done. */
struct evidence verify_evidence(const struct look *look, const struct ledger_case *row,
    const struct kext_case *kext, bool unfinished);

/* The row after this look: rebuild state, standing, since, cause. `now` is the
 * time for a standing that is new. */
struct ledger_case verify_case(const struct look *look, const struct ledger_case *row,
    const struct kext_case *kext, bool unfinished, const char *now);

#endif
