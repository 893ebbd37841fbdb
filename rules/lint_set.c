/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What two rules may not both say. All names of all rules are sorted once, so that a
 * thousand rules are compared in the time that sorting takes.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rules/lint_rule.h"
#include "rules/pattern.h"
#include "kmutil-helpers/banned.h"

enum name_kind { NAME_RULE, NAME_KEXT, NAME_RECEIPT, NAME_JOB, NAME_PATH };

struct name {
	enum name_kind kind;
	const char *text;
	const struct rule *rule;
	size_t order; /* of the rule */
	int line;
	bool is_extra;
};

struct names {
	struct arena *arena;
	struct name *items;
	size_t count, room;
};

/* NULL: there is no such name. */
static struct name *
add_name(struct names *names, enum name_kind kind, const char *text, size_t order,
    const struct rule *rule, int line)
{
	struct name *name;

	if (text == NULL)
		return NULL;
	name = arena_push(names->arena, &names->items, &names->count, &names->room, sizeof(*name));
	*name =
	    (struct name){.kind = kind, .text = text, .rule = rule, .order = order, .line = line};
	return name;
}

static void
add_rule(struct names *names, const struct rule *rule, size_t order)
{
	const struct rule_kext *kext;
	struct name *name;
	size_t i, j;

	(void)add_name(names, NAME_RULE, rule->id, order, rule, rule->line);
	for (i = 0; i < rule->kext_count; i++) {
		kext = &rule->kexts[i];
		(void)add_name(names, NAME_KEXT, kext->bundle_id, order, rule, kext->line);
		(void)add_name(names, NAME_KEXT, kext->pattern, order, rule, kext->line);
		for (j = 0; j < kext->place_count; j++)
			(void)add_name(
			    names, NAME_PATH, kext->places[j], order, rule, kext->place_lines[j]);
	}
	for (i = 0; i < rule->receipt_count; i++)
		(void)add_name(
		    names, NAME_RECEIPT, rule->receipts[i], order, rule, rule->receipt_lines[i]);
	for (i = 0; i < rule->job_count; i++)
		(void)add_name(
		    names, NAME_JOB, rule->jobs[i].text, order, rule, rule->jobs[i].line);
	for (i = 0; i < rule->extra_count; i++) {
		name = add_name(
		    names, NAME_PATH, rule->extras[i].text, order, rule, rule->extras[i].line);
		if (name != NULL)
			name->is_extra = true;
	}
}

static int
compare_names(const void *a, const void *b)
{
	const struct name *left = a, *right = b;
	int order = (int)left->kind - (int)right->kind;

	if (order == 0)
		order = strcasecmp(left->text, right->text);
	if (order != 0)
		return order;
	return left->order < right->order ? -1 : left->order > right->order;
}

/* The fault is the later rule's. */
static void
refuse(struct lint *lint, const struct name *a, const struct name *b)
{
	const struct name *late = a->order > b->order ? a : b, *early = late == a ? b : a;
	const struct checker checker = {.lint = lint, .file = late->rule->file};

	switch (late->kind) {
	case NAME_RULE:
		lint_add(
		    &checker, late->line, "%s has the rule %s too", early->rule->file, late->text);
		break;
	case NAME_KEXT:
		lint_add(&checker, late->line, "%s is a kext of the rule %s too (%s)", late->text,
		    early->rule->id, early->rule->file);
		break;
	case NAME_RECEIPT:
		lint_add(&checker, late->line, "%s is a package of the rule %s too (%s)",
		    late->text, early->rule->id, early->rule->file);
		break;
	case NAME_JOB:
		lint_add(&checker, late->line, "%s is a job of the rule %s too (%s)", late->text,
		    early->rule->id, early->rule->file);
		break;
	case NAME_PATH:
		lint_add(&checker, late->line, "%s is also the rule %s's: %s (%s)", late->text,
		    early->rule->id, early->text, early->rule->file);
		break;
	}
}

/* Equal names stand side by side. */
static void
check_equal(struct lint *lint, const struct names *names)
{
	const struct name *a, *b;
	size_t i;

	for (i = 1; i < names->count; i++) {
		a = &names->items[i - 1];
		b = &names->items[i];
		if (a->kind == b->kind && a->order != b->order && strcasecmp(a->text, b->text) == 0)
			refuse(lint, a, b);
	}
}

/* Patterns are few: each is held against all names of its kind. */
static void
check_pattern(struct lint *lint, const struct names *names, const struct name *pattern)
{
	size_t literal = pattern_literal(pattern->text), other, i;
	const struct name *name;

	for (i = 0; i < names->count; i++) {
		name = &names->items[i];
		other = pattern_literal(name->text);
		if (name->kind != pattern->kind || name->order == pattern->order ||
		    (pattern_is(name->text) && name < pattern) ||
		    strncmp(name->text, pattern->text, other < literal ? other : literal) != 0)
			continue;
		if (strcasecmp(name->text, pattern->text) != 0 &&
		    pattern_meet(pattern->text, name->text))
			refuse(lint, pattern, name);
	}
}

/* What lies in a path that another rule takes away whole: it stands behind it. */
static void
check_extra(struct lint *lint, const struct names *names, const struct name *extra)
{
	const struct name *end = names->items + names->count, *name;
	size_t len = strlen(extra->text);

	for (name = extra + 1; name < end && name->kind == NAME_PATH &&
			       strncasecmp(name->text, extra->text, len) == 0;
	     name++)
		if (name->order != extra->order && name->text[len] == '/')
			refuse(lint, extra, name);
}

void
lint_check_set(struct lint *lint, const struct rule *const *rules, size_t count)
{
	struct names names = {.arena = lint->arena};
	const struct name *name;
	size_t i;

	for (i = 0; i < count; i++)
		add_rule(&names, rules[i], i);
	if (names.count > 1)
		qsort(names.items, names.count, sizeof(*names.items), compare_names);
	check_equal(lint, &names);
	for (i = 0; i < names.count; i++) {
		name = &names.items[i];
		if ((name->kind == NAME_KEXT || name->kind == NAME_PATH) && pattern_is(name->text))
			check_pattern(lint, &names, name);
		if (name->is_extra)
			check_extra(lint, &names, name);
	}
}
