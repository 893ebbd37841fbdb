/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replacement: the dext that takes over, as systemextensionsctl and db.plist tell of it
 * (docs/facts.md#systemextensions).
 */
#ifndef MIGRATE_REPLACEMENT_H
#define MIGRATE_REPLACEMENT_H

#include "kmutil-helpers/tool_sysext.h"
#include "migrate/session.h"
#include "uninstall/plan.h"

struct dexts {
	struct sysext_list list;  /* what is judged by */
	struct sysext_list shown; /* the same, or sysextd's own list where the tool failed */
	bool known; /* the tool answered; of a copied disk: sysextd's own list was read */
};

/* Asks systemextensionsctl, and sets its answer beside sysextd's db.plist; of a Mac that
 * does not run db.plist alone. Where the two disagree, a problem says so. */
void dexts_read(struct session *session, struct dexts *dexts);

/* The best row of one that takes over, among those that are new enough for the rule if there
 * is one that is not ending; NULL: macOS does not list it. */
const struct sysext *replacement_row(
    const struct dexts *dexts, const struct rule *rule, const struct rule_dext *named);
/* Whether the row is of a version that does not drive the device, by the rule. */
bool replacement_is_too_old(const struct rule *rule, const struct sysext *row);

/* The ids of all that takes over, "a and b". */
const char *replacement_ids(struct arena *arena, const struct rule *rule);
/* Why nobody can say whether the rule's replacement is there. */
const char *replacement_not_known(struct arena *arena, const struct rule *rule);

/* Whether the rule's replacement could take over now, and if not, why not. */
enum replacement_state replacement_judge(
    struct session *session, const struct dexts *dexts, const struct rule *rule, const char **text);

/* The dext's part of a subject's exit status: 4 while a kext is out of the way and
 * its dext still waits, else the subject's own. */
int replacement_exit(
    const struct session *session, const struct dexts *dexts, const struct subject *subject);

/* The rule of a subject; NULL when none is known. */
const struct rule *subject_rule_of(const struct session *session, const struct subject *subject);

/* What is still there of a security product's agent, by its rule: its app, its system
 * extension; NULL when nothing is. *known: the rule says what the agent is. */
const char *replacement_agent(
    struct session *session, const struct dexts *dexts, const struct rule *rule, bool *known);

#endif
