/* SPDX-License-Identifier: BSD-2-Clause */
/* A rule as text and as JSON. */
#include "migrate/rules_show.h"
#include "kmutil-helpers/banned.h"

static const char *
grade_text(char grade)
{
	static const char *const says[] = {['S'] = "S: read from a signed binary or package",
	    ['D'] = "D: a public document that inspected it",
	    ['V'] = "V: the vendor's own script or documentation",
	    ['L'] = "L: records of a Mac",
	    ['U'] = "U: someone else's how-to",
	    ['C'] = "C: a Homebrew cask"};

	return grade != 0 ? says[(unsigned char)grade] : NULL;
}

static void
json_grade(struct json *json, const char *key, char grade)
{
	const char text[2] = {grade, '\0'};

	json_text(json, key, grade != 0 ? text : NULL);
}

static void
json_kext(struct json *json, const struct rule *rule, const struct rule_kext *kext)
{
	size_t i;

	json_object_begin(json, NULL);
	json_text(json, "bundle_id", kext->bundle_id);
	json_text(json, "pattern", kext->pattern);
	json_text(json, "team_id", kext->team_id);
	json_array_begin(json, "places");
	for (i = 0; i < kext->place_count; i++)
		json_text(json, NULL, kext->places[i]);
	json_end(json);
	json_grade(json, "grade", rule_grade_of(rule, kext->grade));
	json_end(json);
}

void
rules_json_head(struct json *json, const struct rule *rule)
{
	size_t i;

	json_text(json, "id", rule->id);
	json_text(json, "vendor", rule->vendor);
	json_text(json, "product", rule->product);
	json_array_begin(json, "kexts");
	for (i = 0; i < rule->kext_count; i++)
		json_kext(json, rule, &rule->kexts[i]);
	json_end(json);
	json_text(json, "evidence", rule->evidence);
	json_text(json, "acts", rule->detects_only ? "detect" : "remove");
}

void
rules_text_row(struct buf *out, const struct rule *rule)
{
	buf_name(out, rule->id);
	buf_text(out, "  ");
	buf_name(out, rule->vendor);
	buf_text(out, ", ");
	buf_name(out, rule->product);
	buf_printf(out, " (%s)%s\n", rule->class_name != NULL ? rule->class_name : "class unknown",
	    rule->detects_only ? ", detects only" : "");
}

static void
json_words(struct json *json, const char *key, const char *const *words)
{
	if (words == NULL) {
		json_null(json, key);
		return;
	}
	json_array_begin(json, key);
	for (; *words != NULL; words++)
		json_text(json, NULL, *words);
	json_end(json);
}

static void
json_replacement(struct json *json, const struct rule *rule)
{
	const struct rule_replacement *replacement = &rule->replacement;
	const struct rule_dext *first = rule_dext(rule, 0);
	size_t i;

	if (replacement->line == 0) {
		json_null(json, "replacement");
		return;
	}
	json_object_begin(json, "replacement");
	json_text(json, "dext_id", first != NULL ? first->id : NULL);
	json_text(json, "dext_team", first != NULL ? first->team : NULL);
	json_text(json, "app_id", replacement->app_id);
	json_text(json, "app_team", replacement->app_team);
	json_text(json, "app_path",
	    replacement->app_path != NULL ? replacement->app_path : replacement->unproven_app);
	json_words(json, "activate", replacement->activate);
	json_words(json, "deactivate", replacement->deactivate);
	json_boolean(json, "opens", replacement->opens);
	json_boolean(json, "coexists", !replacement->alone);
	json_text(json, "minimum", replacement->minimum);
	if (replacement->first_macos != 0)
		json_integer(json, "macos", replacement->first_macos);
	else
		json_null(json, "macos");
	json_array_begin(json, "extensions");
	for (i = 0; i < replacement->dext_count; i++) {
		json_object_begin(json, NULL);
		json_text(json, "id", replacement->dexts[i].id);
		json_text(json, "team_id", replacement->dexts[i].team);
		json_text(json, "kind", replacement->dexts[i].is_sysext ? "sysext" : "dext");
		json_end(json);
	}
	json_end(json);
	json_end(json);
}

static void
json_claims(struct json *json, const char *key, const struct rule_claim *claims, size_t count)
{
	size_t i;

	json_array_begin(json, key);
	for (i = 0; i < count; i++)
		json_text(json, NULL, claims[i].text);
	json_end(json);
}

static void
json_keeps(struct json *json, const struct rule *rule)
{
	static const char *const kinds[] = {
	    [KEEP_PATH] = "path", [KEEP_RECEIPT] = "receipt", [KEEP_JOB] = "job"};
	size_t i;

	json_array_begin(json, "keep");
	for (i = 0; i < rule->keep_count; i++) {
		json_object_begin(json, NULL);
		json_text(json, "kind", kinds[rule->keeps[i].kind]);
		json_text(json, "what", rule->keeps[i].what);
		json_text(json, "why", rule->keeps[i].why);
		json_end(json);
	}
	json_end(json);
}

static void
json_evidences(struct json *json, const struct rule *rule)
{
	size_t i;

	json_array_begin(json, "evidences");
	for (i = 0; i < rule->evidence_count; i++) {
		json_object_begin(json, NULL);
		json_grade(json, "grade", rule->evidences[i].grade);
		json_text(json, "text", rule->evidences[i].text);
		json_end(json);
	}
	json_end(json);
}

void
rules_json_rule(struct json *json, const struct rule *rule)
{
	size_t i;

	json_object_begin(json, "rule");
	rules_json_head(json, rule);
	json_text(json, "class", rule->class_name);
	json_text(json, "policy", rule->report_only ? "report" : "repair");
	json_array_begin(json, "receipts");
	for (i = 0; i < rule->receipt_count; i++)
		json_text(json, NULL, rule->receipts[i]);
	json_end(json);
	json_claims(json, "jobs", rule->jobs, rule->job_count);
	json_claims(json, "extras", rule->extras, rule->extra_count);
	json_keeps(json, rule);
	json_text(json, "uninstaller", rule->uninstaller);
	json_replacement(json, rule);
	json_evidences(json, rule);
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
text_kext(struct buf *out, const struct rule_kext *kext)
{
	const char *name = kext->bundle_id != NULL ? kext->bundle_id : kext->pattern;
	size_t i;

	text_fact(out, "kext", name != NULL ? name : "id unknown",
	    kext->team_id != NULL ? kext->team_id : "team unknown");
	for (i = 0; i < kext->place_count; i++)
		text_fact(out, "  at", kext->places[i], NULL);
}

static void
text_replacement(struct buf *out, const struct rule_replacement *replacement)
{
	size_t i;

	for (i = 0; i < replacement->dext_count; i++)
		text_fact(out, replacement->dexts[i].is_sysext ? "sysext" : "dext",
		    replacement->dexts[i].id,
		    replacement->dexts[i].team != NULL ? replacement->dexts[i].team
						       : "team unknown");
	text_fact(out, "app", replacement->app_path, replacement->app_id);
	text_fact(out, "app", replacement->unproven_app, "id or team unknown");
	text_fact(out, "minimum", replacement->minimum, NULL);
	if (replacement->alone)
		text_fact(out, "order", "the kext must be gone first", NULL);
}

void
rules_text_rule(struct buf *out, const struct rule *rule)
{
	static const char *const stays[] = {
	    [KEEP_PATH] = "stays", [KEEP_RECEIPT] = "stays pkg", [KEEP_JOB] = "stays job"};
	size_t i;

	rules_text_row(out, rule);
	for (i = 0; i < rule->kext_count; i++)
		text_kext(out, &rule->kexts[i]);
	for (i = 0; i < rule->receipt_count; i++)
		text_fact(out, "receipt", rule->receipts[i], NULL);
	for (i = 0; i < rule->job_count; i++)
		text_fact(out, "job", rule->jobs[i].text, NULL);
	for (i = 0; i < rule->extra_count; i++)
		text_fact(out, "goes too", rule->extras[i].text, NULL);
	for (i = 0; i < rule->keep_count; i++)
		text_fact(out, stays[rule->keeps[i].kind], rule->keeps[i].what, rule->keeps[i].why);
	text_replacement(out, &rule->replacement);
	text_fact(out, "advice", rule->uninstaller, "the vendor's own uninstaller; never run");
	if (rule->report_only)
		text_fact(out, "policy", "report", "recheck never repairs it by itself");
	for (i = 0; i < rule->evidence_count; i++)
		text_fact(
		    out, "evidence", rule->evidences[i].text, grade_text(rule->evidences[i].grade));
}
