/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a dext is in the way of an undo, and putting it aside. */
#include <string.h>

#include "migrate/activation.h"
#include "migrate/removal.h"
#include "migrate/undo_gate.h"
#include "kmutil-helpers/banned.h"

/* What a person does where undo cannot do it by itself. */
static const char *
first_do(struct session *session, const struct rule *rule)
{
	if (rule->replacement.deactivate != NULL)
		return arena_printf(
		    session->arena, "kextirpate handoff --deactivate %s puts it aside", rule->id);
	return rule->replacement.app_path != NULL
		   ? arena_printf(session->arena, "removing %s in the Finder deactivates it",
			 rule->replacement.app_path)
		   : "its vendor's app deactivates it";
}

/* The rule's dext is asked to go; NULL when it went, or would be asked. */
static const char *
put_aside(struct session *session, const struct rule *rule, const char *held, const char **aside)
{
	struct activation activation;

	activation_withdraw(session, rule, session->options->dry_run, &activation);
	if (activation.exit != 0 && !(session->options->dry_run && activation.exit == 4))
		return arena_printf(
		    session->arena, "%s, and could not be put aside: %s", held, activation.text);
	*aside = activation.text;
	return NULL;
}

static const char *
check_rule(struct session *session, const struct rule *rule, const char **aside)
{
	const char *held;

	if (!activation_holds_device(session, rule, &held))
		return NULL;
	if (rule->replacement.deactivate != NULL && removal_may_ask(session->options))
		return put_aside(session, rule, held, aside);
	return arena_printf(session->arena,
	    "%s, and the kext would fight with it for the device; %s, and then undo goes on", held,
	    first_do(session, rule));
}

static bool
is_seen(const struct ledger_case *cases, size_t count, const char *rule)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (cases[i].rule != NULL && strcmp(cases[i].rule, rule) == 0)
			return true;
	return false;
}

const char *
undo_gate(
    struct session *session, const struct ledger_case *cases, size_t count, const char **aside)
{
	const struct rule *rule;
	const char *why = NULL;
	size_t i;

	*aside = NULL;
	for (i = 0; i < count && why == NULL; i++) {
		if (cases[i].rule == NULL || is_seen(cases, i, cases[i].rule))
			continue;
		rule = rules_find(&session->rules, cases[i].rule);
		if (rule != NULL)
			why = check_rule(session, rule, aside);
	}
	return why;
}
