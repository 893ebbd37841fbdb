/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding and loading rules. Their XML is read in rule_xml.c. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/fault.h"
#include "rules/lint.h"
#include "rules/pattern.h"
#include "rules/rule.h"
#include "kmutil-helpers/banned.h"

static void
add_fault(struct arena *arena, struct rule_set *set, const struct rule_fault *fault)
{
	struct rule_fault *added =
	    arena_push(arena, &set->faults, &set->fault_count, &set->fault_room, sizeof(*added));

	*added = *fault;
}

/* The rule of a file in the open folder, when it can be read and lint has nothing to
 * say; path is for messages. */
static const struct rule *
load_file(const struct root *folder, const char *path, struct arena *arena, struct rule_set *set)
{
	struct rule_fault fault = {.file = path};
	struct lint lint = {.arena = arena};
	const struct rule *rule = NULL;
	char *bytes;
	size_t len;
	int error = path_read(folder, strrchr(path, '/'), RULE_MAX_BYTES, arena, &bytes, &len);

	if (error != 0)
		fault.message = fault_sentence(error);
	else
		rule = rule_parse(arena, path, bytes, len, &fault);
	if (rule != NULL)
		lint_check_rule(&lint, path, rule);
	if (rule == NULL || lint.count > 0) {
		add_fault(arena, set, rule == NULL ? &fault : &lint.faults[0]);
		return NULL;
	}
	return rule;
}

static int
compare_rules(const void *a, const void *b)
{
	return strcmp(((const struct rule *)a)->id, ((const struct rule *)b)->id);
}

/* Leaves out each rule that says what one before it says already. */
static void
take_rules(struct arena *arena, const struct rule *const *rules, size_t count, struct rule_set *set)
{
	struct lint lint = {.arena = arena};
	size_t i, j;

	lint_check_set(&lint, rules, count);
	for (i = 0; i < count; i++) {
		for (j = 0; j < lint.count && lint.faults[j].file != rules[i]->file; j++)
			continue;
		if (j < lint.count)
			add_fault(arena, set, &lint.faults[j]);
		else
			set->rules[set->count++] = *rules[i];
	}
	if (set->count > 1)
		qsort(set->rules, set->count, sizeof(*set->rules), compare_rules);
}

int
rules_load(const struct root *root, const char *folder, struct arena *arena, struct rule_set *set)
{
	/* The way to the folder is walked once, not for each of its files. */
	struct root in_folder = {.data_fd = -1, .preboot_fd = -1, .live = root->live};
	const struct rule **rules;
	char **names;
	size_t count = 0, read = 0, i;
	int error = path_open_folder(root, folder, &in_folder.fd);

	if (error == 0)
		error = folder_list(in_folder.fd, arena, &names, &count);
	if (error != 0)
		count = 0;
	rules = arena_array(arena, count + 1, sizeof(*rules));
	*set = (struct rule_set){.rules = arena_array(arena, count + 1, sizeof(*set->rules))};
	for (i = 0; i < count; i++) {
		if (!path_has_suffix(names[i], ".xml"))
			continue;
		rules[read] = load_file(
		    &in_folder, arena_printf(arena, "%s/%s", folder, names[i]), arena, set);
		read += rules[read] != NULL ? 1 : 0;
	}
	take_rules(arena, rules, read, set);
	if (in_folder.fd >= 0)
		(void)close(in_folder.fd);
	return error;
}

char
rule_grade_of(const struct rule *rule, char own)
{
	return own != 0 || rule->evidence_count == 0 ? own : rule->evidences[0].grade;
}

const struct rule *
rules_find(const struct rule_set *set, const char *id)
{
	const struct rule key = {.id = id};

	return set->count == 0 ? NULL
			       : bsearch(&key, set->rules, set->count, sizeof(key), compare_rules);
}

const char *
rule_find_keep(const struct rule *rule, enum rule_keep_kind kind, const char *what)
{
	const struct rule_keep *keep;
	size_t i;

	for (i = 0; i < rule->keep_count; i++) {
		keep = &rule->keeps[i];
		if (keep->kind == kind &&
		    (kind == KEEP_PATH ? path_is_below_folded(what, keep->what)
				       : strcmp(what, keep->what) == 0))
			return keep->why;
	}
	return NULL;
}

const struct rule_dext *
rule_dext(const struct rule *rule, size_t i)
{
	const struct rule_replacement *replacement = &rule->replacement;
	size_t j;

	for (j = 0; j < replacement->dext_count; j++)
		if (replacement->dexts[j].team != NULL && i-- == 0)
			return &replacement->dexts[j];
	return NULL;
}

static bool
kext_matches(const struct rule_kext *kext, const char *bundle_id, const char *path)
{
	const char *id = kext->bundle_id != NULL ? kext->bundle_id : kext->pattern;
	size_t i;

	if (bundle_id != NULL && id != NULL)
		return pattern_matches(id, bundle_id);
	/* A place names a kext only where no other id contradicts it. */
	for (i = 0; path != NULL && i < kext->place_count; i++)
		if (pattern_matches(kext->places[i], path))
			return true;
	return false;
}

const struct rule *
rules_find_kext(const struct rule_set *set, const char *bundle_id, const char *path,
    const struct rule_kext **kext)
{
	size_t i, j;

	for (i = 0; i < set->count; i++)
		for (j = 0; j < set->rules[i].kext_count; j++)
			if (kext_matches(&set->rules[i].kexts[j], bundle_id, path)) {
				if (kext != NULL)
					*kext = &set->rules[i].kexts[j];
				return &set->rules[i];
			}
	if (kext != NULL)
		*kext = NULL;
	return NULL;
}
