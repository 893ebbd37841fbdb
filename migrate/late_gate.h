/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Late gate: whether a rebuild may still be asked for. Other installers work meanwhile:
 * between the plan and its last step minutes may pass, and a person.
 */
#ifndef MIGRATE_LATE_GATE_H
#define MIGRATE_LATE_GATE_H

#include "migrate/removal.h"

/* For struct run: looks at the whole Mac again. payload is the struct removal, whose
 * plan's bystanders gain whoever is new. A sentence of the session's arena; NULL: go on. */
const char *late_gate(void *payload);

/* Whether a collection of this Mac could not be read in the last look. */
bool late_gate_collection_unreadable(const struct session *session);
/* Whether it could not be told what is loaded; in safe mode nothing is that otherwise would. */
bool late_gate_loaded_unreadable(const struct session *session);

#endif
