/* SPDX-License-Identifier: BSD-2-Clause */
/* rules: the catalogue: its list, one rule; its lint is in rules_lint.c. */
#include <string.h>

#include "kmutil-helpers/die.h"
#include "migrate/command.h"
#include "migrate/report.h"
#include "migrate/rules_lint.h"
#include "kmutil-helpers/banned.h"

static void
json_kext(struct json *json, const struct rule_kext *kext)
{
	size_t i;

	json_object_begin(json, NULL);
	json_text(json, "bundle_id", kext->bundle_id);
	json_text(json, "team_id", kext->team_id);
	json_array_begin(json, "places");
	for (i = 0; i < kext->place_count; i++)
		json_text(json, NULL, kext->places[i]);
	json_end(json);
	json_end(json);
}

static const char *
acts_of(const struct rule *rule)
{
	return rule->detects_only ? "detect" : "remove";
}

/* The members that list and show have in common. */
static void
json_head(struct json *json, const struct rule *rule)
{
	size_t i;

	json_text(json, "id", rule->id);
	json_text(json, "vendor", rule->vendor);
	json_text(json, "product", rule->product);
	json_array_begin(json, "kexts");
	for (i = 0; i < rule->kext_count; i++)
		json_kext(json, &rule->kexts[i]);
	json_end(json);
	json_text(json, "evidence", rule->evidence);
	json_text(json, "acts", acts_of(rule));
}

static void
text_row(struct buf *out, const struct rule *rule)
{
	buf_name(out, rule->id);
	buf_text(out, "  ");
	buf_name(out, rule->vendor);
	buf_text(out, ", ");
	buf_name(out, rule->product);
	buf_printf(out, " (%s)%s\n", rule->class_name != NULL ? rule->class_name : "class unknown",
	    rule->detects_only ? ", detects only" : "");
}

static int
list_rules(const struct options *options)
{
	struct session session;
	struct report report;
	size_t i;
	int exit;

	session_begin(&session, options, SESSION_RULES);
	report_begin(&report, &session, "rules");
	if (report.is_json)
		json_array_begin(&report.json, "rules");
	for (i = 0; i < session.rules.count; i++)
		if (report.is_json) {
			json_object_begin(&report.json, NULL);
			json_head(&report.json, &session.rules.rules[i]);
			json_end(&report.json);
		} else {
			text_row(&report.out, &session.rules.rules[i]);
		}
	if (report.is_json)
		json_end(&report.json);
	exit = report_end(&report, 0);
	session_end(&session);
	return exit;
}

static void
json_replacement(struct json *json, const struct rule_replacement *replacement)
{
	size_t i;

	if (replacement->dext_id == NULL) {
		json_null(json, "replacement");
		return;
	}
	json_object_begin(json, "replacement");
	json_text(json, "dext_id", replacement->dext_id);
	json_text(json, "dext_team", replacement->dext_team);
	json_text(json, "app_id", replacement->app_id);
	json_text(json, "app_team", replacement->app_team);
	json_text(json, "app_path", replacement->app_path);
	json_array_begin(json, "activate");
	for (i = 0; replacement->activate != NULL && replacement->activate[i] != NULL; i++)
		json_text(json, NULL, replacement->activate[i]);
	json_end(json);
	json_end(json);
}

static void
json_rule(struct json *json, const struct rule *rule)
{
	size_t i;

	json_object_begin(json, "rule");
	json_head(json, rule);
	json_text(json, "class", rule->class_name);
	json_array_begin(json, "receipts");
	for (i = 0; i < rule->receipt_count; i++)
		json_text(json, NULL, rule->receipts[i]);
	json_end(json);
	json_replacement(json, &rule->replacement);
	json_end(json);
}

/* "  label value (note)"; nothing when there is no value. */
static void
text_fact(struct buf *out, const char *label, const char *value, const char *note)
{
	if (value == NULL)
		return;
	buf_printf(out, "  %-12s ", label);
	buf_name(out, value);
	if (note != NULL) {
		buf_text(out, " (");
		buf_name(out, note);
		buf_text(out, ")");
	}
	buf_text(out, "\n");
}

static void
text_rule(struct buf *out, const struct rule *rule)
{
	const struct rule_kext *kext;
	size_t i, j;

	text_row(out, rule);
	for (i = 0; i < rule->kext_count; i++) {
		kext = &rule->kexts[i];
		text_fact(out, "kext", kext->bundle_id != NULL ? kext->bundle_id : "id unknown",
		    kext->team_id != NULL ? kext->team_id : "team unknown");
		for (j = 0; j < kext->place_count; j++)
			text_fact(out, "  at", kext->places[j], NULL);
	}
	for (i = 0; i < rule->receipt_count; i++)
		text_fact(out, "receipt", rule->receipts[i], NULL);
	text_fact(out, "dext", rule->replacement.dext_id, rule->replacement.dext_team);
	text_fact(out, "app", rule->replacement.app_path, rule->replacement.app_id);
	text_fact(out, "evidence", rule->evidence, NULL);
}

/* The known rule whose id begins most like the word. */
static const char *
nearest_rule(const struct rule_set *set, const char *id)
{
	const char *best = NULL;
	size_t best_len = 2, len, i;

	for (i = 0; i < set->count; i++) {
		for (len = 0; id[len] != '\0' && id[len] == set->rules[i].id[len]; len++)
			continue;
		if (len > best_len) {
			best_len = len;
			best = set->rules[i].id;
		}
	}
	return best;
}

static int
show_rule(const struct options *options)
{
	struct session session;
	struct report report;
	const struct rule *rule;
	const char *nearest;
	int exit;

	session_begin(&session, options, SESSION_RULES);
	rule = rules_find(&session.rules, options->targets[1]);
	if (rule == NULL) {
		nearest = nearest_rule(&session.rules, options->targets[1]);
		die(EXIT_USAGE, "%s: no rule has that id%s%s%s; kextirpate rules list has them all",
		    options->targets[1], nearest != NULL ? "; did you mean " : "",
		    nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
	}
	report_begin(&report, &session, "rules");
	if (report.is_json)
		json_rule(&report.json, rule);
	else
		text_rule(&report.out, rule);
	exit = report_end(&report, 0);
	session_end(&session);
	return exit;
}

static int
rules_command(const struct options *options)
{
	const char *verb = options->target_count > 0 ? options->targets[0] : "";

	if (strcmp(verb, "list") == 0 && options->target_count == 1)
		return list_rules(options);
	if (strcmp(verb, "show") == 0 && options->target_count == 2)
		return show_rule(options);
	if (strcmp(verb, "lint") == 0)
		return rules_lint(options);
	die(EXIT_USAGE, "rules: list, show ID or lint [FILE...] is needed\nusage: kextirpate %s",
	    cmd_rules.synopsis);
}

const struct command cmd_rules = {
    .name = "rules",
    .synopsis = "rules [OPTIONS] list | show ID | lint [FILE...]",
    .summary = "list the rules, show one, or say what is wrong with a rule's file",
    .max_targets = -1,
    .run = rules_command,
};
