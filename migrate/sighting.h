/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sightings of this look: what the ledger's history is to remember of where each kext
 * is now. Kexts that no case is about are among them, so that the history begins
 * before the first removal; Apple's are not.
 */
#ifndef MIGRATE_SIGHTING_H
#define MIGRATE_SIGHTING_H

#include "migrate/session.h"

/* The places of a case's facts, as bits. */
unsigned int sighting_places(const struct case_facts *facts, bool unread);

/* Records what changed since the last sighting of each kext, in the transaction that
 * the caller has open; a look that changes nothing writes nothing. 0 or a fault. */
int sightings_record(struct session *session) __attribute__((warn_unused_result));

#endif
