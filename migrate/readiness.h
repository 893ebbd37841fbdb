/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Readiness: whether the replacement's app can be asked, before anything is: it is there,
 * where macOS activates from, as its vendor signed it, for this macOS, and policy does not
 * forbid it (docs/facts.md#handoff). Looks, and changes nothing.
 */
#ifndef MIGRATE_READINESS_H
#define MIGRATE_READINESS_H

#include "kmutil-helpers/tool_sysext.h"
#include "migrate/session.h"

struct readiness {
	const char *obstacle; /* a sentence, path first, with what to do; NULL: it is ready */
	bool allowed;         /* a profile allows its dexts: no person is needed for that */
	const char *program;  /* of the app itself, as its Info.plist names it; NULL */
};

/* Why no person may allow the dext here, by a profile; NULL: nothing forbids it. */
const char *readiness_forbidden(struct session *session, const struct rule_dext *dext);

/* dexts: what macOS lists now, for the place where it knows the app. */
void readiness_check(struct session *session, const struct rule *rule,
    const struct sysext_list *dexts, struct readiness *readiness);

/* The same for putting the dexts aside, of which no policy and no macOS has a say. */
void readiness_check_withdrawal(struct session *session, const struct rule *rule,
    const struct sysext_list *dexts, struct readiness *readiness);

#endif
