/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding and loading rules. Their XML is read in rule_xml.c. */
#include <string.h>

#include "kmutil-helpers/fault.h"
#include "rules/rule.h"
#include "kmutil-helpers/banned.h"

static void
load_file(const struct root *root, const char *path, struct arena *arena, struct rule_set *set)
{
	struct rule_fault *fault = &set->faults[set->fault_count];
	const struct rule *rule = NULL;
	char *bytes;
	size_t len;
	int error = path_read(root, path, RULE_MAX_BYTES, arena, &bytes, &len);

	*fault = (struct rule_fault){.file = path};
	if (error != 0)
		fault->message = fault_sentence(error);
	else
		rule = rule_parse(arena, path, bytes, len, fault);
	if (rule != NULL && rules_find(set, rule->id) != NULL) {
		fault->message = arena_printf(arena, "another file has the rule %s too", rule->id);
		rule = NULL;
	}
	if (rule == NULL)
		set->fault_count++;
	else
		set->rules[set->count++] = *rule;
}

int
rules_load(const struct root *root, const char *folder, struct arena *arena, struct rule_set *set)
{
	char **names;
	size_t count, i;
	int error = path_list(root, folder, arena, &names, &count);

	*set = (struct rule_set){
	    .rules = arena_array(arena, count + 1, sizeof(*set->rules)),
	    .faults = arena_array(arena, count + 1, sizeof(*set->faults)),
	};
	for (i = 0; error == 0 && i < count; i++)
		if (path_has_suffix(names[i], ".xml"))
			load_file(root, arena_printf(arena, "%s/%s", folder, names[i]), arena,
			    set);
	return error;
}

const struct rule *
rules_find(const struct rule_set *set, const char *id)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (strcmp(set->rules[i].id, id) == 0)
			return &set->rules[i];
	return NULL;
}

static bool
kext_matches(const struct rule_kext *kext, const char *bundle_id, const char *path)
{
	size_t i;

	if (bundle_id != NULL && kext->bundle_id != NULL && strcmp(kext->bundle_id, bundle_id) == 0)
		return true;
	/* A place names a kext only where no other id contradicts it. */
	if (bundle_id != NULL && kext->bundle_id != NULL)
		return false;
	for (i = 0; path != NULL && i < kext->place_count; i++)
		if (strcmp(kext->places[i], path) == 0)
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
