/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vault tree: one entry of an open folder, a file, a link or a folder with all that it
 * holds, as the vault copies and removes it. Links are entries and never followed; where
 * another volume is mounted inside nothing is entered; sockets, pipes and devices are
 * refused. Knows no ledger and no path.
 */
#ifndef UNINSTALL_VAULT_TREE_H
#define UNINSTALL_VAULT_TREE_H

#include <limits.h>

#include "kmutil-helpers/path.h"

#define TREE_DEPTH 64 /* folders in folders; more is -FAULT_DEPTH */

/* One walk over one entry; ended with tree_walk_done. */
struct tree_walk {
	struct arena *arena;
	dev_t device; /* of the entry at the top, once it was opened */
	int depth;
};

/* What stands at a place, opened. */
struct tree_node {
	struct stat st;
	int fd;                /* of a file or folder, else -1 */
	char target[PATH_MAX]; /* of a link */
	char **names;          /* of a folder, sorted; owned by the walk */
	size_t count;
};

struct tree_walk tree_walk_begin(void);
void tree_walk_done(struct tree_walk *walk);

/* Opens what stands there. 0, -ENOENT, -FAULT_MOUNT, -FAULT_CHANGED, -FAULT_DEPTH, -errno.
 * In any case ended with tree_close. */
int tree_open(struct tree_walk *walk, const struct place *at, struct tree_node *node)
    __attribute__((warn_unused_result));
void tree_close(struct tree_node *node);
/* The place of a name in an open folder; borrows its descriptor. */
struct place tree_child(const struct tree_node *folder, const char *name);

/* Copies from to to, which must not exist, with owner, mode, flags, ACL, attributes and
 * times; each file and folder is synced, the folder that holds `to` is not. What fails leaves
 * a half copy. 0, -EPERM: a flag locks it; -FAULT_NOT_FILE, as above. */
int tree_copy(const struct place *from, const struct place *to) __attribute__((warn_unused_result));

/* What a copy takes up, in bytes: of each file and folder rounded up to a block. As above. */
int tree_size(const struct place *at, uint64_t *bytes) __attribute__((warn_unused_result));

/* Removes what is there; nothing there is no error. As above. */
int tree_remove(const struct place *at) __attribute__((warn_unused_result));

#endif
