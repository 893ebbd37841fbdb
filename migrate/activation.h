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

/* One of the dexts that have to run. */
struct activation_dext {
	const struct rule_dext *named; /* the rule's */
	const struct sysext *row;      /* its best row now, or NULL */
	int exit;                      /* 0: it is enabled; 4: it waits */
	const char *text;              /* what is, and what to do next */
	bool may_ask;                  /* nothing but asking its app is left to do now */
	bool forbidden;                /* it waits for a person, and a profile gives none a say */
	enum matching matching;        /* who drives the device, where it is enabled */
};

/* All of them: one that waits makes the whole wait. */
struct activation {
	int exit;         /* 0: each dext is enabled; 4: one waits; 5: refused */
	const char *text; /* of each that waits, else of all */
	struct activation_dext *dexts;
	size_t dext_count;
	struct readiness readiness; /* of their app, where that was looked at */
	bool may_ask;               /* of one of them */
};

/* What it says of one dext; NULL: it is none of the rule's. */
const struct activation_dext *activation_find(const struct activation *activation, const char *id);

/* Looks at the dexts of a rule, and, where one is not enabled, at their app. */
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

/* Has the app deactivate its dexts, as an undo of a migration may want it. 0: none is
 * enabled any more; 4: one still is, or a person or a restart is missing; 5: refused. */
void activation_withdraw(
    struct session *session, const struct rule *rule, bool dry_run, struct activation *activation);

#endif
