/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The restart that a removal waits for, when the options ask for it: it ends no
 * person's session and gets in no OS update's way unless it was told to.
 */
#ifndef MIGRATE_RESTART_H
#define MIGRATE_RESTART_H

#include "migrate/options.h"

/* Called last, with everything closed. exit: what the command came to; only 2 is a
 * restart's business. What was done, or why not, goes to stderr. */
void restart_if_told(const struct options *options, int exit);

/* Whether an OS update waits for the next restart, as far as the mount table tells. 0 or
 * -errno. */
int restart_find_update(bool *prepared);

#endif
