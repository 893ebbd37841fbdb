/* SPDX-License-Identifier: BSD-2-Clause */
/* What a rule may not say. Pure: it looks at the rule and at nothing else. */
#include <stdarg.h>
#include <string.h>

#include "rules/apple.h"
#include "rules/lint.h"
#include "rules/places.h"
#include "kmutil-helpers/banned.h"

#define ID_MAX 255
#define TEAM_LEN 10
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* One rule of one file, as it is checked. */
struct checker {
	struct lint *lint;
	const char *file;
	const struct rule *rule;
};

static void add(const struct checker *checker, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
add(const struct checker *checker, int line, const char *format, ...)
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

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static bool
is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

/* Two labels or more of the letters given, such as com.example.x. */
static bool
is_dotted(const char *id, const char *letters)
{
	size_t len, labels = 0;

	if (strlen(id) > ID_MAX)
		return false;
	for (;; id += len + 1) {
		len = strspn(id, letters);
		if (len == 0)
			return false;
		labels++;
		if (id[len] == '\0')
			return labels > 1;
		if (id[len] != '.')
			return false;
	}
}

static void
check_bundle_id(const struct checker *checker, int line, const char *id)
{
	if (!is_dotted(id, LOWER UPPER DIGITS "-_"))
		add(checker, line,
		    "%s is no bundle id: two labels or more of letters, digits, - and _, such as "
		    "com.example.driver; no pattern",
		    id);
	else if (apple_claims_id(id))
		add(checker, line, "%s is Apple's: no rule may name it", id);
}

static void
check_team(const struct checker *checker, int line, const char *team)
{
	if (strlen(team) != TEAM_LEN || strspn(team, UPPER DIGITS) != TEAM_LEN)
		add(checker, line, "%s is no Team ID: ten of A to Z and 0 to 9", team);
}

static void
check_head(const struct checker *checker)
{
	const struct rule *rule = checker->rule;

	if (strspn(rule->id, LOWER DIGITS "-") != strlen(rule->id) || rule->id[0] == '-' ||
	    strlen(rule->id) > ID_MAX)
		add(checker, rule->line,
		    "%s is no id of a rule: lower-case letters, digits and dashes, such as "
		    "example-capture",
		    rule->id);
	if (is_blank(rule->vendor))
		add(checker, rule->line, "the vendor is empty");
	if (is_blank(rule->product))
		add(checker, rule->line, "the product is empty");
	if (is_blank(rule->evidence))
		add(checker, rule->evidence_line,
		    "the evidence is empty: say who showed these facts, and where");
}

static void
check_place(const struct checker *checker, const struct rule_kext *kext, size_t i)
{
	const char *place = kext->places[i], *app = checker->rule->replacement.app_path;
	const char *why = places_refuse(place, ".kext");
	size_t j;

	if (why != NULL)
		add(checker, kext->place_lines[i], "%s %s", place, why);
	else if (apple_ships_at(place))
		add(checker, kext->place_lines[i], "%s ships with macOS: no rule may name it",
		    place);
	if (app != NULL && path_is_below(place, app))
		add(checker, kext->place_lines[i], "%s lies in the replacement's app, which stays",
		    place);
	for (j = 0; j < i; j++)
		if (strcmp(kext->places[j], place) == 0)
			add(checker, kext->place_lines[i], "%s stands here twice", place);
}

/* The id, or else the place, that two kexts both have; NULL when they differ. */
static const char *
shared_name(const struct rule_kext *a, const struct rule_kext *b)
{
	size_t i, j;

	if (is_same(a->bundle_id, b->bundle_id))
		return a->bundle_id;
	for (i = 0; i < a->place_count; i++)
		for (j = 0; j < b->place_count; j++)
			if (strcmp(a->places[i], b->places[j]) == 0)
				return a->places[i];
	return NULL;
}

static void
check_kext(const struct checker *checker, size_t n)
{
	const struct rule_kext *kext = &checker->rule->kexts[n];
	const char *name;
	size_t i;

	if (kext->bundle_id != NULL) {
		check_bundle_id(checker, kext->line, kext->bundle_id);
		if (apple_ships(kext->bundle_id, NULL))
			add(checker, kext->line, "%s ships with macOS: no rule may name it",
			    kext->bundle_id);
	}
	if (kext->team_id != NULL)
		check_team(checker, kext->line, kext->team_id);
	for (i = 0; i < kext->place_count; i++)
		check_place(checker, kext, i);
	for (i = 0; i < n; i++)
		if ((name = shared_name(kext, &checker->rule->kexts[i])) != NULL)
			add(checker, kext->line, "%s stands in two kexts of this rule", name);
}

/* Packages may have blanks in their names. */
static void
check_receipt(const struct checker *checker, size_t n)
{
	const struct rule *rule = checker->rule;
	const char *id = rule->receipts[n];
	size_t i;

	if (!is_dotted(id, LOWER UPPER DIGITS "-_ "))
		add(checker, rule->receipt_lines[n],
		    "%s is no package id: labels of letters, digits, blanks, - and _, such as "
		    "com.example.pkg; no pattern",
		    id);
	else if (apple_claims_id(id))
		add(checker, rule->receipt_lines[n],
		    "%s is a package of Apple's: its files are not this product's to take", id);
	for (i = 0; i < n; i++)
		if (strcmp(rule->receipts[i], id) == 0)
			add(checker, rule->receipt_lines[n], "%s stands here twice", id);
}

static void
check_replacement(const struct checker *checker)
{
	const struct rule_replacement *replacement = &checker->rule->replacement;
	const char *why;
	size_t i;

	if (replacement->dext_id == NULL)
		return;
	check_bundle_id(checker, replacement->line, replacement->dext_id);
	check_team(checker, replacement->line, replacement->dext_team);
	for (i = 0; i < checker->rule->kext_count; i++)
		if (is_same(checker->rule->kexts[i].bundle_id, replacement->dext_id))
			add(checker, replacement->line, "%s cannot replace itself",
			    replacement->dext_id);
	if (replacement->app_path == NULL)
		return;
	check_bundle_id(checker, replacement->line, replacement->app_id);
	check_team(checker, replacement->line, replacement->app_team);
	why = places_refuse(replacement->app_path, ".app");
	if (why != NULL)
		add(checker, replacement->line, "%s %s", replacement->app_path, why);
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
	check_replacement(&checker);
}

void
lint_check_pair(struct lint *lint, const char *file, const struct rule *rule,
    const char *other_file, const struct rule *other)
{
	const struct checker checker = {.lint = lint, .file = file, .rule = rule};
	const char *name;
	size_t i, j;

	if (strcmp(rule->id, other->id) == 0) {
		add(&checker, rule->line, "%s has the rule %s too", other_file, rule->id);
		return;
	}
	for (i = 0; i < rule->kext_count; i++)
		for (j = 0; j < other->kext_count; j++)
			if ((name = shared_name(&rule->kexts[i], &other->kexts[j])) != NULL)
				add(&checker, rule->kexts[i].line,
				    "%s is a kext of the rule %s too (%s)", name, other->id,
				    other_file);
}
