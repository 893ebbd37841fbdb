/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vault space: whether what a plan will write has room on the vault's volume. Asked before
 * the first step, so that a full volume is noticed before anything moves. Reads only.
 */
#ifndef UNINSTALL_VAULT_SPACE_H
#define UNINSTALL_VAULT_SPACE_H

#include "uninstall/plan.h"

/* What ledger and journal grow by at most, beside a row for each path that is remembered. */
#define SPACE_RESERVE_BYTES ((uint64_t)4 << 20)
#define SPACE_ROW_BYTES ((uint64_t)1024)

struct space {
	uint64_t needed, free; /* bytes */
};

/* For the planned steps: the files that lie on another volume than the state folder, which
 * may not exist yet; copies of receipts; ledger and journal. What moves on the vault's own
 * volume needs nothing. 0 or -errno: then nothing is known. */
int space_look(const struct root *root, const char *state, const struct plan *plan,
    const struct claim_list *claims, struct space *space) __attribute__((warn_unused_result));

/* Refuses the plan where its room is too small; what cannot be told refuses nothing. */
void space_check(struct arena *arena, const struct root *root, const char *state,
    const struct claim_list *claims, struct plan *plan);

#endif
