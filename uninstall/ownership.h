/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ownership: which files of the product's receipts are really the product's. A
 * file goes only if its receipts alone claim it and it is as they installed it.
 */
#ifndef UNINSTALL_OWNERSHIP_H
#define UNINSTALL_OWNERSHIP_H

#include "uninstall/problem.h"
#include "uninstall/receipt.h"

enum claim_state {
	CLAIM_ABSENT,       /* not on disk */
	CLAIM_AS_INSTALLED, /* type, size, mode and checksum as in the receipt */
	CLAIM_CHANGED,      /* on disk, but not as installed */
	CLAIM_FOLDER,       /* a folder, on disk */
	CLAIM_UNKNOWN       /* could not be looked at */
};

/* One path of one target receipt. */
struct claim {
	const char *path;
	const char *receipt; /* its id; NULL: no target receipt lists it, see why */
	const char *why;     /* why it is the product's all the same; NULL with a receipt */
	const char *other;   /* another receipt that claims the path too, or NULL */
	enum claim_state state;
	struct bom_entry listed; /* as the receipt has it; path is NULL */
	bool remembered;         /* the receipt is gone: the ledger knows what it listed */
};

/* What a receipt listed when a run was recorded. */
struct owned {
	const char *receipt, *path;
	const char *other; /* as of a claim */
	struct bom_entry listed;
};

struct claim_list {
	struct claim *items; /* sorted by path; owned by the arena */
	size_t count, room;
	/* The target receipts that exist, and those of them that could not be read. */
	const char **receipts;
	size_t receipt_count;
	bool unreadable;
};

/* A path that is the product's although its receipts need not say so: a rule names it,
 * or it does nothing but load the kext. */
struct claim_extra {
	const char *path, *why;
};

/* What the product is known to own. */
struct ownership_sources {
	const char *const *ids; /* of its receipts */
	size_t id_count;
	const struct claim_extra *extras;
	size_t extra_count;
	const struct owned *owned; /* used of receipts that are not there any more */
	size_t owned_count;
};

/* Collects the claims of the receipts, and of the extra paths that none of them lists.
 * What cannot be read becomes a problem and sets unreadable: nothing may then be taken on
 * its word. */
void ownership_collect(const struct root *root, struct arena *arena,
    const struct ownership_sources *sources, struct problem_list *problems,
    struct claim_list *claims);

#endif
