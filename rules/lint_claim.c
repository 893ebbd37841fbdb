/* SPDX-License-Identifier: BSD-2-Clause */
/* Lint of what a rule claims beside its kexts: jobs, extra paths, what stays, the
 * replacement, and how each of them is known. */
#include <string.h>
#include <strings.h>

#include "rules/apple.h"
#include "rules/lint_rule.h"
#include "rules/pattern.h"
#include "rules/places.h"
#include "kmutil-helpers/banned.h"

#define JOB_LABELS 3
#define NOT_ENOUGH 'C' /* a Homebrew cask alone: for detecting */

/* Whether two ids have their first two labels in common: com.example. */
static bool
has_prefix_of(const char *label, const char *id)
{
	const char *dot = id != NULL ? strchr(id, '.') : NULL;
	size_t len;

	if (dot == NULL)
		return false;
	len = (size_t)(dot - id) + 1 + strcspn(dot + 1, ".[");
	return strncasecmp(label, id, len) == 0 && label[len] == '.';
}

/* Whether a label begins as a name of the product does. */
static bool
is_of_product(const struct rule *rule, const char *label)
{
	size_t i;

	for (i = 0; i < rule->kext_count; i++)
		if (has_prefix_of(label, rule->kexts[i].bundle_id) ||
		    has_prefix_of(label, rule->kexts[i].pattern))
			return true;
	for (i = 0; i < rule->receipt_count; i++)
		if (has_prefix_of(label, rule->receipts[i]))
			return true;
	return false;
}

/* A kept thing that the rule claims, too. */
static void
refuse_kept(const struct checker *checker, const struct rule_claim *claim, enum rule_keep_kind kind)
{
	if (rule_find_keep(checker->rule, kind, claim->text) != NULL)
		lint_add(checker, claim->line, "%s goes and stays at once: <keep> has it too",
		    claim->text);
}

static void
check_job(const struct checker *checker, size_t n)
{
	const struct rule *rule = checker->rule;
	const struct rule_claim *job = &rule->jobs[n];
	size_t i;

	if (lint_labels(job->text, LINT_LABEL) == 0)
		lint_add(checker, job->line,
		    "%s is no label of a job: letters, digits, - and _ between dots; no pattern",
		    job->text);
	else if (apple_claims_id(job->text))
		lint_add(
		    checker, job->line, "%s is a job of Apple's: no rule may name it", job->text);
	else if (lint_labels(job->text, LINT_LABEL) < JOB_LABELS || !is_of_product(rule, job->text))
		lint_add(checker, job->line,
		    "%s has no prefix of this product: a job's label begins with the two labels "
		    "of a kext or package of the rule, such as com.example.daemon",
		    job->text);
	for (i = 0; i < n; i++)
		if (strcmp(rule->jobs[i].text, job->text) == 0)
			lint_add(checker, job->line, "%s stands here twice", job->text);
	refuse_kept(checker, job, KEEP_JOB);
}

/* What may not lie in, or be, what is taken away whole. */
static void
check_extra_holds(const struct checker *checker, const struct rule_claim *extra)
{
	const struct rule_replacement *replacement = &checker->rule->replacement;
	const struct rule_keep *keep;
	const char *app =
	    replacement->app_path != NULL ? replacement->app_path : replacement->unproven_app;
	size_t i;

	if (app != NULL &&
	    (path_is_below_folded(app, extra->text) || path_is_below_folded(extra->text, app)))
		lint_add(checker, extra->line,
		    "%s and the replacement's app, which stays, lie in one another", extra->text);
	for (i = 0; i < checker->rule->keep_count; i++) {
		keep = &checker->rule->keeps[i];
		if (keep->kind == KEEP_PATH && (path_is_below_folded(keep->what, extra->text) ||
						   path_is_below_folded(extra->text, keep->what)))
			lint_add(checker, extra->line,
			    "%s and %s, which stays, lie in one another: name what else goes",
			    extra->text, keep->what);
	}
}

static void
check_extra(const struct checker *checker, size_t n)
{
	const struct rule *rule = checker->rule;
	const struct rule_claim *extra = &rule->extras[n];
	const char *why = places_refuse(extra->text, NULL);
	size_t i;

	if (why != NULL)
		lint_add(checker, extra->line, "%s %s", extra->text, why);
	else if (pattern_is(extra->text))
		lint_add(checker, extra->line, "%s must be whole: an extra path is no pattern",
		    extra->text);
	else if (path_has_suffix(extra->text, ".kext") || apple_ships_at(extra->text))
		lint_add(
		    checker, extra->line, "%s is a kext: write <kext> with a <place>", extra->text);
	for (i = 0; i < n; i++)
		if (path_is_below_folded(extra->text, rule->extras[i].text) ||
		    path_is_below_folded(rule->extras[i].text, extra->text))
			lint_add(checker, extra->line, "%s and %s lie in one another", extra->text,
			    rule->extras[i].text);
	check_extra_holds(checker, extra);
}

static void
check_keep(const struct checker *checker, const struct rule_keep *keep)
{
	size_t i;

	if (lint_is_blank(keep->what) || lint_is_blank(keep->why))
		lint_add(checker, keep->line, "<keep> must name what stays, and say why");
	for (i = 0; keep->kind == KEEP_RECEIPT && i < checker->rule->receipt_count; i++)
		if (lint_is_same(checker->rule->receipts[i], keep->what))
			lint_add(checker, keep->line,
			    "%s goes and stays at once: <receipt> has it too", keep->what);
}

static void
check_app(const struct checker *checker, const struct rule_replacement *replacement)
{
	const char *app =
	    replacement->app_path != NULL ? replacement->app_path : replacement->unproven_app;
	const char *why = app != NULL ? places_refuse(app, ".app") : NULL;

	if (replacement->app_path != NULL) {
		lint_check_bundle_id(checker, replacement->line, replacement->app_id);
		lint_check_team(checker, replacement->line, replacement->app_team);
	}
	if (why != NULL)
		lint_add(checker, replacement->line, "%s %s", app, why);
	else if (app != NULL && pattern_is(app))
		lint_add(checker, replacement->line, "%s must be whole", app);
	if (replacement->opens && replacement->app_path == NULL)
		lint_add(checker, replacement->line,
		    "<open/> needs an <app> whose id and team are known");
}

static void
check_replacement(const struct checker *checker)
{
	const struct rule_replacement *replacement = &checker->rule->replacement;
	const struct rule_dext *dext;
	size_t i, j;

	for (i = 0; i < replacement->dext_count; i++) {
		dext = &replacement->dexts[i];
		lint_check_bundle_id(checker, dext->line, dext->id);
		if (dext->team != NULL)
			lint_check_team(checker, dext->line, dext->team);
		for (j = 0; j < checker->rule->kext_count; j++)
			if (lint_is_same(checker->rule->kexts[j].bundle_id, dext->id))
				lint_add(checker, dext->line, "%s cannot replace itself", dext->id);
		for (j = 0; j < i; j++)
			if (lint_is_same(replacement->dexts[j].id, dext->id))
				lint_add(checker, dext->line, "%s stands here twice", dext->id);
	}
	if (replacement->minimum != NULL &&
	    (replacement->minimum[0] == '\0' ||
		strspn(replacement->minimum, LINT_DIGITS ".") != strlen(replacement->minimum)))
		lint_add(checker, replacement->line,
		    "%s is no version: digits and dots, such as 2.0.1", replacement->minimum);
	check_app(checker, replacement);
}

/* A claim must rest on an <evidence> of its grade, and an act on more than a cask. */
static void
check_grade(const struct checker *checker, int line, const char *what, char own, bool cask_will_do)
{
	const struct rule *rule = checker->rule;
	size_t i;

	for (i = 0; own != 0 && i < rule->evidence_count; i++)
		if (rule->evidences[i].grade == own)
			break;
	if (own != 0 && i == rule->evidence_count)
		lint_add(checker, line,
		    "%s rests on evidence %c, and no <evidence grade=\"%c\"> "
		    "says what that is",
		    what, own, own);
	if (!rule->detects_only && !cask_will_do && own == NOT_ENOUGH)
		lint_add(checker, line,
		    "%s rests on a cask alone: that is enough to detect (acts=\"detect\"), not to "
		    "act",
		    what);
}

static void
check_evidence(const struct checker *checker)
{
	const struct rule *rule = checker->rule;
	char grade = rule_grade_of(rule, 0);
	size_t i;

	for (i = 0; i < rule->evidence_count; i++)
		if (lint_is_blank(rule->evidences[i].text))
			lint_add(checker, rule->evidences[i].line,
			    "the evidence is empty: say who showed these facts, and where");
	if (!rule->detects_only && grade == 0)
		lint_add(checker, rule->evidence_line,
		    "a rule that acts must say how it is known: <evidence grade=\"S\">, D, V, L or "
		    "U; else acts=\"detect\"");
	if (!rule->detects_only && grade == NOT_ENOUGH)
		lint_add(checker, rule->evidence_line,
		    "a cask alone is enough to detect (acts=\"detect\"), not to act");
	for (i = 0; i < rule->kext_count; i++)
		check_grade(checker, rule->kexts[i].line, "this kext", rule->kexts[i].grade, false);
	for (i = 0; i < rule->receipt_count; i++)
		check_grade(checker, rule->receipt_lines[i], rule->receipts[i],
		    rule->receipt_grades[i], true);
	for (i = 0; i < rule->job_count; i++)
		check_grade(
		    checker, rule->jobs[i].line, rule->jobs[i].text, rule->jobs[i].grade, false);
	for (i = 0; i < rule->extra_count; i++)
		check_grade(checker, rule->extras[i].line, rule->extras[i].text,
		    rule->extras[i].grade, false);
}

void
lint_check_claims(const struct checker *checker)
{
	const struct rule *rule = checker->rule;
	size_t i;

	for (i = 0; i < rule->job_count; i++)
		check_job(checker, i);
	for (i = 0; i < rule->extra_count; i++)
		check_extra(checker, i);
	for (i = 0; i < rule->keep_count; i++)
		check_keep(checker, &rule->keeps[i]);
	check_replacement(checker);
	check_evidence(checker);
}
