/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule paths: what a product's rule says of this Mac beside its receipts: the extra
 * paths and jobs that go with it, and what stays. Reads folders, changes nothing.
 */
#ifndef MIGRATE_RULE_PATHS_H
#define MIGRATE_RULE_PATHS_H

#include "migrate/session.h"
#include "uninstall/ownership.h"

/* Adds to extras, whose room is kept in *room, every file and folder that the rule's
 * extra paths hold, and the property lists of its jobs. A folder is walked: nothing in
 * it is taken unseen, and kexts in it are left to their own cases. One that holds too
 * much is a problem and stays. */
void rule_paths_add(struct session *session, const struct rule *rule, struct claim_extra **extras,
    size_t *count, size_t *room);

/* The paths that stay: the replacements' apps, and what the rules keep. NULL-ended. */
const char *const *rule_paths_keep(
    struct arena *arena, const struct rule *const *rules, size_t count);

#endif
