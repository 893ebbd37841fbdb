/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vault: where removed files wait. Nothing is deleted on the way: a file or folder is renamed
 * into a slot of its run, so that it keeps owner, mode, flags, ACL, extended
 * attributes and times; from another volume it is carried over (vault_cross.h).
 * Registered in the ledger before the act, with a digest by which it is known again;
 * each call can be repeated after a crash.
 */
#ifndef UNINSTALL_VAULT_H
#define UNINSTALL_VAULT_H

#include "uninstall/ledger.h"

/* Moves path into the slot of run and step n. 0; 1: it was gone already; 2: it is in the
 * vault, and the next run removes what is left of it on its own volume; -ENOTEMPTY: a folder
 * that is not empty, left alone (only_empty); -FAULT_CHANGED; -FAULT_MOUNT; -errno. */
int vault_put(struct ledger *ledger, struct arena *arena, int64_t run, int n, const char *path,
    bool only_empty) __attribute__((warn_unused_result));
/* Whether a step that was cut off may be taken again. *against is NULL where what stands at
 * its path is what was registered, or nothing does; else why not, in a sentence. 0, or the
 * ledger's fault. */
int vault_resume(struct ledger *ledger, struct arena *arena, int64_t run, int n, const char *path,
    const char **against) __attribute__((warn_unused_result));
/* Copies a file, with its metadata, and leaves it where it is. 0, 1, or as above. */
int vault_copy(struct ledger *ledger, struct arena *arena, int64_t run, int n, const char *path,
    const char *suffix) __attribute__((warn_unused_result));
/* Gives an item back: moves it, or writes the copy, to where it was. Never replaces
 * anything: -EEXIST. 0, -ENOENT: it is not in the vault any more, -FAULT_TAMPERED: it is
 * not what went in, and stays there; -errno. */
int vault_restore(struct ledger *ledger, const struct vaulted *item)
    __attribute__((warn_unused_result));

/* Removes an item that has expired from the vault, for good, if it is what went in: the one
 * place where bytes of others are deleted. Follows no link; what was cut off is finished. 0; 1:
 * it is not in the vault any more; -FAULT_TAMPERED: it stays, and so does what has no digest;
 * -errno. */
int vault_remove(struct ledger *ledger, const struct vaulted *item)
    __attribute__((warn_unused_result));

#endif
