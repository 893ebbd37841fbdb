/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Verified: what a migration came to behind its restart, told in the steps of the run that
 * began it, where history finds them: activate, where that had to wait, and verify.
 */
#ifndef MIGRATE_VERIFIED_H
#define MIGRATE_VERIFIED_H

#include "migrate/activation.h"
#include "migrate/removal.h"

/*
 * After a look at kexts and dext, in a command that writes the ledger. Where every kext of
 * the rule is gone or inert and each dext drives its device, the migration is finished: its
 * cases wait for it no more. A kext that is back or will not go makes the step failed; while
 * something is still awaited it stays skipped, with what is missing. The steps join those
 * of the removal, and a ledger that cannot be written is a problem.
 */
void verified_tell(
    struct removal *removal, const struct rule *rule, const struct activation *activation);

/* Whether the dext does what it is for: it has its device, or is of a kind that has none. */
bool verified_dext(const struct activation_dext *one);

#endif
