/* SPDX-License-Identifier: BSD-2-Clause */
/* What a rule may not say of itself, its kexts and its receipts. Pure: it looks at the
 * rule and at nothing else. */
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "rules/apple.h"
#include "rules/lint_rule.h"
#include "rules/pattern.h"
#include "rules/places.h"
#include "kmutil-helpers/banned.h"

#define ID_MAX 255
#define TEAM_LEN 10
#define PATTERN_LABELS 2

void
lint_add(const struct checker *checker, int line, const char *format, ...)
{
	struct lint *lint = checker->lint;
	struct rule_fault *fault =
	    arena_push(lint->arena, &lint->faults, &lint->count, &lint->room, sizeof(*fault));
	va_list args;

	va_start(args, format);
	*fault = (struct rule_fault){.file = checker->file,
	    .line = line,
	    .message = arena_vprintf(lint->arena, format, args)};
	va_end(args);
}

bool
lint_is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

bool
lint_is_blank(const char *text)
{
	return text == NULL || text[strspn(text, " \t\r\n")] == '\0';
}

size_t
lint_labels(const char *id, const char *letters)
{
	size_t len, labels = 0;

	if (strlen(id) > ID_MAX)
		return 0;
	for (;; id += len + 1) {
		len = strspn(id, letters);
		if (len == 0)
			return 0;
		labels++;
		if (id[len] == '\0')
			return labels;
		if (id[len] != '.')
			return 0;
	}
}

void
lint_check_bundle_id(const struct checker *checker, int line, const char *id)
{
	if (lint_labels(id, LINT_LABEL) < 2)
		lint_add(checker, line,
		    "%s is no bundle id: two labels or more of letters, digits, - and _, such as "
		    "com.example.driver; no pattern",
		    id);
	else if (apple_claims_id(id))
		lint_add(checker, line, "%s is Apple's: no rule may name it", id);
	else if (apple_ships(id, NULL))
		lint_add(checker, line, "%s ships with macOS: no rule may name it", id);
}

void
lint_check_team(const struct checker *checker, int line, const char *team)
{
	if (strlen(team) != TEAM_LEN || strspn(team, LINT_UPPER LINT_DIGITS) != TEAM_LEN)
		lint_add(checker, line, "%s is no Team ID: ten of A to Z and 0 to 9", team);
}

static void
check_head(const struct checker *checker)
{
	const struct rule *rule = checker->rule;

	if (strspn(rule->id, LINT_LOWER LINT_DIGITS "-") != strlen(rule->id) ||
	    rule->id[0] == '-' || strlen(rule->id) > ID_MAX)
		lint_add(checker, rule->line,
		    "%s is no id of a rule: lower-case letters, digits and dashes, such as "
		    "example-capture",
		    rule->id);
	if (lint_is_blank(rule->vendor))
		lint_add(checker, rule->line, "the vendor is empty");
	if (lint_is_blank(rule->product))
		lint_add(checker, rule->line, "the product is empty");
}

/* Whole labels before the first set. */
static size_t
literal_labels(const char *pattern)
{
	size_t len = pattern_literal(pattern), i, count = 0;

	for (i = 0; i < len; i++)
		count += pattern[i] == '.' && i > 0 && pattern[i - 1] != '.' ? 1 : 0;
	return count;
}

static void
check_pattern(const struct checker *checker, const struct rule_kext *kext)
{
	const char *pattern = kext->pattern, *why = pattern_refuse(pattern);

	if (why != NULL)
		lint_add(checker, kext->line, "%s %s", pattern, why);
	else if (!pattern_is(pattern))
		lint_add(checker, kext->line, "%s has no set: write it as an id", pattern);
	else if (strspn(pattern, LINT_LABEL ".[]{},") != strlen(pattern))
		lint_add(checker, kext->line, "%s has characters that no bundle id has", pattern);
	else if (literal_labels(pattern) < PATTERN_LABELS)
		lint_add(checker, kext->line,
		    "%s could match another vendor's kexts: begin with two whole labels, such as "
		    "com.example.",
		    pattern);
	else if (apple_claims_id(pattern) || apple_ships_like(pattern))
		lint_add(checker, kext->line, "%s matches what is Apple's, or ships with macOS",
		    pattern);
	else if (!checker->rule->detects_only && !pattern_is_digits(pattern))
		lint_add(checker, kext->line,
		    "%s could match another product of the vendor: a rule that acts has [0-9] "
		    "alone, for versions",
		    pattern);
}

static void
check_place(const struct checker *checker, const struct rule_kext *kext, size_t i)
{
	const char *place = kext->places[i], *app = checker->rule->replacement.app_path;
	const char *why = places_refuse(place, ".kext");
	size_t j;

	if (app == NULL)
		app = checker->rule->replacement.unproven_app;
	if (why != NULL)
		lint_add(checker, kext->place_lines[i], "%s %s", place, why);
	else if (pattern_is(place) && kext->pattern == NULL)
		lint_add(checker, kext->place_lines[i],
		    "%s must be whole: only a kext with a pattern has places with one", place);
	else if (apple_ships_at(place) || apple_ships_like(place))
		lint_add(checker, kext->place_lines[i], "%s ships with macOS: no rule may name it",
		    place);
	if (app != NULL && path_is_below_folded(place, app))
		lint_add(checker, kext->place_lines[i],
		    "%s lies in the replacement's app, which stays", place);
	for (j = 0; j < i; j++)
		if (strcasecmp(kext->places[j], place) == 0)
			lint_add(checker, kext->place_lines[i], "%s stands here twice", place);
}

static const char *
id_of(const struct rule_kext *kext)
{
	return kext->bundle_id != NULL ? kext->bundle_id : kext->pattern;
}

/* The id, or else the place, that two kexts both have; NULL when they differ. */
static const char *
shared_name(const struct rule_kext *a, const struct rule_kext *b)
{
	size_t i, j;

	if (id_of(a) != NULL && id_of(b) != NULL && pattern_meet(id_of(a), id_of(b)))
		return id_of(a);
	for (i = 0; i < a->place_count; i++)
		for (j = 0; j < b->place_count; j++)
			if (strcasecmp(a->places[i], b->places[j]) == 0)
				return a->places[i];
	return NULL;
}

static void
check_kext(const struct checker *checker, size_t n)
{
	const struct rule_kext *kext = &checker->rule->kexts[n];
	const char *name;
	size_t i;

	if (kext->bundle_id != NULL)
		lint_check_bundle_id(checker, kext->line, kext->bundle_id);
	if (kext->pattern != NULL)
		check_pattern(checker, kext);
	if (kext->team_id != NULL)
		lint_check_team(checker, kext->line, kext->team_id);
	for (i = 0; i < kext->place_count; i++)
		check_place(checker, kext, i);
	for (i = 0; i < n; i++)
		if ((name = shared_name(kext, &checker->rule->kexts[i])) != NULL)
			lint_add(checker, kext->line, "%s stands in two kexts of this rule", name);
}

/* Packages may have blanks in their names. */
static void
check_receipt(const struct checker *checker, size_t n)
{
	const struct rule *rule = checker->rule;
	const char *id = rule->receipts[n];
	size_t i;

	if (lint_labels(id, LINT_LABEL " ") < 2)
		lint_add(checker, rule->receipt_lines[n],
		    "%s is no package id: labels of letters, digits, blanks, - and _, such as "
		    "com.example.pkg; no pattern",
		    id);
	else if (apple_claims_id(id))
		lint_add(checker, rule->receipt_lines[n],
		    "%s is a package of Apple's: its files are not this product's to take", id);
	for (i = 0; i < n; i++)
		if (strcmp(rule->receipts[i], id) == 0)
			lint_add(checker, rule->receipt_lines[n], "%s stands here twice", id);
}

void
lint_check_rule(struct lint *lint, const char *file, const struct rule *rule)
{
	const struct checker checker = {.lint = lint, .file = file, .rule = rule};
	size_t i;

	check_head(&checker);
	for (i = 0; i < rule->kext_count; i++)
		check_kext(&checker, i);
	for (i = 0; i < rule->receipt_count; i++)
		check_receipt(&checker, i);
	lint_check_claims(&checker);
}
