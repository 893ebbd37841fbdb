/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Witnesses: independent accounts of the collection, which must agree before
 * anything is called gone: our reading of the file, kmutil inspect, the
 * collection that this boot loaded, and what the boot policy has sealed.
 */
#ifndef MIGRATE_WITNESS_H
#define MIGRATE_WITNESS_H

#include "migrate/session.h"

/* Whether they agree; a disagreement is a problem of the scan too. */
bool witness_agree(struct session *session);

#endif
