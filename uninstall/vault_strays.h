/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strays: what lies in the vault and is not in its register, since the ledger that knew
 * it was damaged or lost. Nothing of it is ever touched; it is told where it lies.
 */
#ifndef UNINSTALL_VAULT_STRAYS_H
#define UNINSTALL_VAULT_STRAYS_H

#include "uninstall/ledger.h"

struct vault_strays {
	int64_t run;
	size_t count; /* at least 1 */
};

/* The runs that have strays, by their number. 0 or -errno: -EACCES for who may not look
 * into the vault. No vault is an empty one. */
int vault_strays_list(struct ledger *ledger, struct arena *arena, struct vault_strays **runs,
    size_t *count) __attribute__((warn_unused_result));
/* How many there are of one run, 0 too where it cannot be told. */
size_t vault_strays_of(struct ledger *ledger, struct arena *arena, int64_t run);

/* The highest number of a run that has a folder in the vault, 0 without any. */
int64_t vault_last_run(struct ledger *ledger, struct arena *arena);

#endif
