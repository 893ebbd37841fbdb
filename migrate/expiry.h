/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Expiry: what lies in the vault is removed where the setting VaultDays says so; off without
 * it. A job expires as a whole, once it has been over for so many days: each look of recheck
 * found all its kexts gone, and no dext waiting. The days are counted by a clock that nobody
 * can set, from look to look within a boot, so that they may be more than the calendar's and
 * are never fewer.
 */
#ifndef MIGRATE_EXPIRY_H
#define MIGRATE_EXPIRY_H

#include "migrate/removal.h"

/* Behind recheck's look: counts, and takes the steps for what has expired, or for what an
 * earlier recheck has left of that; the removal gets run, steps and exit status. With dry_run
 * the steps are only planned. Returns when recheck has to look again for it, in
 * os_steady_seconds; 0: it has not. */
int64_t expiry_take(struct removal *removal);

#endif
