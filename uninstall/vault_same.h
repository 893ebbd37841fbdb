/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vault same: whether two entries are alike, and the digest by which one is known again.
 * Reads only.
 */
#ifndef UNINSTALL_VAULT_SAME_H
#define UNINSTALL_VAULT_SAME_H

#include "uninstall/vault_tree.h"

/* Whether all that is in part is in whole, too, alike in kind, owner, mode, contents, time of
 * the last change (of folders: not), flags, ACL and attributes; whole may hold more. 0,
 * -FAULT_CHANGED: it is not; -FAULT_NOT_FILE, -errno. */
int same_check(const struct place *part, const struct place *whole)
    __attribute__((warn_unused_result));

#define SAME_DIGEST_BYTES 65 /* hexadecimal, with a NUL */

/* SHA-256 over the entry and all that it holds, in the order of their names: name, kind,
 * mode (links: none), owner, and the contents or where a link leads. Times, flags, ACL and
 * attributes are left out: macOS changes some of them by itself. 0 or as of tree_open. */
int same_digest(const struct place *at, char hex[SAME_DIGEST_BYTES])
    __attribute__((warn_unused_result));

#endif
