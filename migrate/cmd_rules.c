/* SPDX-License-Identifier: BSD-2-Clause */
/* rules: the catalogue: its list, one rule; its lint is in rules_lint.c. */
#include <string.h>

#include "kmutil-helpers/die.h"
#include "migrate/command.h"
#include "migrate/nearest.h"
#include "migrate/report.h"
#include "migrate/rules_draft.h"
#include "migrate/rules_lint.h"
#include "migrate/rules_show.h"
#include "kmutil-helpers/banned.h"

static int
list_rules(const struct options *options)
{
	struct session session;
	struct report report;
	size_t i;
	int exit;

	session_begin(&session, options, SESSION_AWAY);
	report_begin(&report, &session, "rules");
	if (report.is_json)
		json_array_begin(&report.json, "rules");
	for (i = 0; i < session.rules.count; i++)
		if (report.is_json) {
			json_object_begin(&report.json, NULL);
			rules_json_head(&report.json, &session.rules.rules[i]);
			json_end(&report.json);
		} else {
			rules_text_row(&report.out, &session.rules.rules[i]);
		}
	if (report.is_json)
		json_end(&report.json);
	exit = report_end(&report, 0);
	session_end(&session);
	return exit;
}

static int
show_rule(const struct options *options)
{
	struct session session;
	struct report report;
	struct nearest nearest = {.word = options->targets[1]};
	const struct rule *rule;
	size_t i;
	int exit;

	session_begin(&session, options, SESSION_AWAY);
	rule = rules_find(&session.rules, options->targets[1]);
	if (rule == NULL) {
		for (i = 0; i < session.rules.count; i++)
			nearest_offer(&nearest, session.rules.rules[i].id);
		die(EXIT_USAGE, "%s: no rule has that id; kextirpate rules list has them all%s",
		    options->targets[1], nearest_text(session.arena, &nearest));
	}
	report_begin(&report, &session, "rules");
	if (report.is_json)
		rules_json_rule(&report.json, rule);
	else
		rules_text_rule(&report.out, rule);
	exit = report_end(&report, 0);
	session_end(&session);
	return exit;
}

static int
rules_command(const struct options *options)
{
	const char *verb = options->target_count > 0 ? options->targets[0] : "";

	if (strcmp(verb, "draft") == 0 && options->target_count == 2)
		return rules_draft(options);
	if (options->root != NULL)
		die_usage(
		    cmd_rules.synopsis, "rules: --root goes with draft, which looks at a Mac");
	if (strcmp(verb, "list") == 0 && options->target_count == 1)
		return list_rules(options);
	if (strcmp(verb, "show") == 0 && options->target_count == 2)
		return show_rule(options);
	if (strcmp(verb, "lint") == 0)
		return rules_lint(options);
	die_usage(
	    cmd_rules.synopsis, "rules: list, show ID, lint [FILE...] or draft TARGET is needed");
}

const struct command cmd_rules = {
    .name = "rules",
    .synopsis = "rules [OPTIONS] list | show ID | lint [FILE...] | draft TARGET",
    .summary = "list the rules, show one, check a rule's file, or draft one from this Mac",
    .groups = OPTIONS_READ,
    .max_targets = -1,
    .run = rules_command,
};
