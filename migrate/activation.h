/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Activation: asking the vendor's app, and nothing else, to activate its dext, as
 * the person at the console. Vendor code never runs as root.
 */
#ifndef MIGRATE_ACTIVATION_H
#define MIGRATE_ACTIVATION_H

#include "migrate/replacement.h"

struct activation {
	int exit;         /* 0: the dext is enabled; 4: it waits; 5: refused */
	const char *text; /* what happened, what to do next */
	const struct sysext *dext; /* its best row now, or NULL */
	bool asked;       /* the app's helper was run */
};

/* Looks at the dext of a rule and, unless it is active already or dry_run, asks
 * its app to activate it: the app must be at its place, signed by the rule's team
 * with the rule's identifier, and a person logged in. */
void activation_request(struct session *session, const struct rule *rule, bool dry_run,
    struct activation *activation);

#endif
