/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Activation: asking the vendor's app, and nothing else, to activate its dext, as
 * the person at the console. Vendor code never runs as root.
 */
#ifndef MIGRATE_ACTIVATION_H
#define MIGRATE_ACTIVATION_H

#include "migrate/matching.h"
#include "migrate/readiness.h"
#include "migrate/replacement.h"

struct activation {
	int exit;                   /* 0: the dext is enabled; 4: it waits; 5: refused */
	const char *text;           /* what is, and what to do next */
	const struct sysext *dext;  /* its best row now, or NULL */
	struct readiness readiness; /* of its app, where that was looked at */
	bool may_ask;               /* nothing but asking its app is left to do now */
	bool forbidden;             /* it waits for a person, and a profile gives none a say */
	bool asked;                 /* the app was asked */
	enum matching matching;     /* who drives the device, where the dext is enabled */
};

/* Looks at the dext of a rule, and, where it is not enabled, at its app. */
void activation_prepare(
    struct session *session, const struct rule *rule, struct activation *activation);

/* After activation_prepare said that it may: asks the app, and looks again. What the app
 * starts is given a time, and is then left to itself. */
void activation_ask(
    struct session *session, const struct rule *rule, struct activation *activation);

/* Both; with dry_run it says what would be asked. */
void activation_request(
    struct session *session, const struct rule *rule, bool dry_run, struct activation *activation);

/* Whether a dext of the rule holds the device, as a kext that comes back would find it:
 * *text says which, and how that is known. What nobody can tell counts as held, unless a
 * kext of the product is in the kernel. */
bool activation_holds_device(struct session *session, const struct rule *rule, const char **text);

/* Has the app deactivate the dext, as an undo of a migration may want it. 0: it is not
 * enabled any more; 4: it still is, or a person or a restart is missing; 5: refused. */
void activation_withdraw(
    struct session *session, const struct rule *rule, bool dry_run, struct activation *activation);

#endif
