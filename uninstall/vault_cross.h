/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vault cross: between the vault and another volume, where nothing can be renamed. What
 * leaves is copied whole, synced and given its slot; the original then gets a name that
 * nothing looks for, in one step, is compared with the copy, and only then removed. Each
 * step can be cut off: the ledger says what is half on its way (ledger_vault_list_begun),
 * and vault_cross_finish leads it on or back.
 */
#ifndef UNINSTALL_VAULT_CROSS_H
#define UNINSTALL_VAULT_CROSS_H

#include "uninstall/ledger.h"
#include "uninstall/problem.h"

/* Copies an entry to part, a name of ours in the folder of to, syncs it, compares it, and
 * gives it its name: to is whole or not there. 0, -EEXIST, or as tree_copy. */
int vault_cross_copy(const struct place *from, const struct place *part, const struct place *to)
    __attribute__((warn_unused_result));

/* Takes the registered item from its place into its slot in the open folder of its run. 0;
 * 2: it is in the vault, and what is left of the original waits for vault_cross_finish;
 * -FAULT_CHANGED: it is not what was registered; -errno: then it is where it was. */
int vault_cross_put(struct ledger *ledger, const struct vaulted *item, const struct place *from,
    int folder) __attribute__((warn_unused_result));

/* Removes what is in a slot, for good: it loses its name first, so that a slot is whole or not
 * there; what is left of one that was cut off goes, too. 0 or -errno. */
int vault_cross_drop(const struct place *slot) __attribute__((warn_unused_result));

/* Gives an item back from its slot: copied, synced, compared, then renamed into its place.
 * Never replaces anything: -EEXIST. 0, -errno: then it is in the vault. */
int vault_cross_restore(const struct vaulted *item, const struct place *slot,
    const struct place *to) __attribute__((warn_unused_result));

/* Leads on or back whatever is half on its way; what cannot be is a problem, and is tried
 * again the next time. 0, or the ledger's fault. */
int vault_cross_finish(struct ledger *ledger, struct arena *arena, struct problem_list *problems)
    __attribute__((warn_unused_result));

#endif
