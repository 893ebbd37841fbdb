/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Driver: a kext or a dext on disk, as far as matching is concerned: its Info.plist,
 * and of a dext what it is signed for and the profile beside it.
 */
#ifndef MIGRATE_DRIVER_H
#define MIGRATE_DRIVER_H

#include "kmutil-helpers/plist.h"
#include "migrate/session.h"

struct driver {
	const struct plist *info;
	bool has_code;                    /* an executable was there and could be read */
	const struct plist *entitlements; /* NULL: none */
	const struct plist *profile;      /* NULL: none */
};

/*
 * Reads the driver that an argument names: a bundle, or an Info.plist by itself. All
 * memory is the session's. A path that leads nowhere, or a list that is no list, ends
 * the process with 66 or 65; an executable or a profile that cannot be read is a
 * problem of the scan.
 */
void driver_read(struct session *session, const char *argument, struct driver *out);

#endif
