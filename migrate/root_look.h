/* SPDX-License-Identifier: BSD-2-Clause */
/* What a root that somebody names holds of a Mac, and what is missing of it. */
#ifndef MIGRATE_ROOT_LOOK_H
#define MIGRATE_ROOT_LOOK_H

#include "kmutil-helpers/root_parts.h"
#include "uninstall/problem.h"

/* Completes the root and adds a problem for each volume that is missing; it matters
 * where a kext could lie on that volume. */
void root_look(struct root *root, struct problem_list *problems);

#endif
