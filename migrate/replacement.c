/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of the driver that takes over. */
#include "migrate/replacement.h"
#include "kmutil-helpers/banned.h"

void
dexts_read(struct session *session, struct dexts *dexts)
{
	int error;

	*dexts = (struct dexts){0};
	if (!session->root.live)
		return;
	error = sysext_read_list(session->arena, &dexts->list);
	dexts->known = error == 0;
	if (error != 0)
		problem_add(&session->scan.problems, NULL, "systemextensionsctl", error,
		    "what state the replacement is in remains unknown", false);
}

const struct rule *
subject_rule_of(const struct session *session, const struct subject *subject)
{
	if (subject->kext != NULL && subject->kext->rule != NULL)
		return subject->kext->rule;
	return subject->row != NULL && subject->row->rule != NULL
	    ? rules_find(&session->rules, subject->row->rule)
	    : NULL;
}

enum replacement_state
replacement_judge(struct session *session, const struct dexts *dexts, const struct rule *rule,
    const char **text)
{
	const struct sysext *dext;

	if (rule == NULL || rule->replacement.dext_id == NULL) {
		*text = "no rule knows a replacement for it";
		return REPLACEMENT_NOT_KNOWN;
	}
	dext = sysext_find(&dexts->list, rule->replacement.dext_id, rule->replacement.dext_team);
	if (dext != NULL && (dext->stage == SYSEXT_ENABLED || dext->stage == SYSEXT_WAITING)) {
		*text = "its replacement is there";
		return REPLACEMENT_READY;
	}
	*text = arena_printf(session->arena, "its replacement %s is %s", rule->replacement.dext_id,
	    dext != NULL ? dext->state : "not activated");
	return REPLACEMENT_NOT_READY;
}

int
replacement_exit(const struct session *session, const struct dexts *dexts,
    const struct subject *subject)
{
	const struct rule *rule = subject_rule_of(session, subject);
	const struct sysext *dext;
	bool out_of_the_way = subject->now.standing == STANDING_GONE;

	if (!out_of_the_way || rule == NULL || rule->replacement.dext_id == NULL || !dexts->known)
		return subject->exit;
	dext = sysext_find(&dexts->list, rule->replacement.dext_id, rule->replacement.dext_team);
	if (dext == NULL)
		return subject->now.migrates ? 4 : subject->exit;
	return dext->stage == SYSEXT_ENABLED ? subject->exit : 4;
}
