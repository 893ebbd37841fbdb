/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kind of Mac this is, as far as it decides what can be done: protection, boot
 * policy, management, privacy, who is there, updates. Facts, not assumptions: nothing
 * fails by them. Read-only, and no dialog comes.
 */
#ifndef MIGRATE_DOCTOR_HOST_H
#define MIGRATE_DOCTOR_HOST_H

#include "migrate/session.h"
#include "uninstall/trace.h"

struct host_fact {
	const char *id;    /* "full-disk-access" */
	const char *claim; /* a sentence */
	enum tristate holds;
	const char *evidence; /* NULL: it cannot be told */
	const char *todo;     /* where it stands in somebody's way; NULL */
};

#define HOST_FACTS 11

/* Of a Mac that does not run all but the updates stay unknown. */
void host_facts_read(struct session *session, struct host_fact facts[HOST_FACTS]);

#endif
