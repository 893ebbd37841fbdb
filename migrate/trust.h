/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trust: a command that changes something as root believes only folders that
 * nobody but root can write, all the way down from "/".
 */
#ifndef MIGRATE_TRUST_H
#define MIGRATE_TRUST_H

#include "kmutil-helpers/arena.h"
#include "kmutil-helpers/path.h"

/* Ends the process with 77 and the folder's name when the path, or a folder above
 * it, is someone else's or writable by others. What does not exist yet is fine. */
void trust_check(struct arena *arena, const char *path);

/* The same for the state folder, its vault, and the files of its ledger, which have to be
 * ordinary ones with no other name. */
void trust_check_state(struct arena *arena, const char *folder);

/* The same for a folder of rules and every rule in it. */
void trust_check_rules(struct arena *arena, const struct root *root, const char *folder);

#endif
