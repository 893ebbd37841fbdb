/* SPDX-License-Identifier: BSD-2-Clause */
/* Joining traces to cases. */
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/path.h"
#include "rules/apple.h"
#include "uninstall/case.h"
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

#define STAGING "/Library/StagedExtensions"

/* A trace with the key that it joins by. */
struct keyed {
	const struct trace *trace;
	const char *id, *path;
	size_t order;
};

const char *
trace_original_path(const struct trace *trace)
{
	if (trace->kext_path != NULL)
		return trace->kext_path;
	if (trace->path == NULL || trace->source == SOURCE_STASHED ||
	    trace->source == SOURCE_LAUNCHD)
		return NULL;
	if (path_is_below(trace->path, STAGING) && trace->path[strlen(STAGING)] != '\0')
		return trace->path + strlen(STAGING);
	return trace->path;
}

static int
compare_paths(const void *a, const void *b)
{
	const struct keyed *left = a, *right = b;
	int order = strcmp(left->path, right->path);

	if (order != 0)
		return order;
	return left->order < right->order ? -1 : left->order > right->order;
}

/* Traces that name both an id and a path, by path. */
static struct keyed *
index_paths(struct arena *arena, const struct trace_list *traces, size_t *count)
{
	struct keyed *index = arena_array(arena, traces->count + 1, sizeof(*index));
	const char *path;
	size_t i;

	*count = 0;
	for (i = 0; i < traces->count; i++) {
		path = trace_original_path(&traces->items[i]);
		if (path != NULL && traces->items[i].bundle_id != NULL)
			index[(*count)++] = (struct keyed){.trace = &traces->items[i],
			    .id = traces->items[i].bundle_id,
			    .path = path,
			    .order = i};
	}
	if (*count > 1)
		qsort(index, *count, sizeof(*index), compare_paths);
	return index;
}

static const char *
id_at_path(const struct keyed *index, size_t count, const char *path)
{
	size_t low = 0, high = count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(index[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && strcmp(index[low].path, path) == 0 ? index[low].id : NULL;
}

/* The id of a trace that has none: from another trace of the same path, else
 * from the rule that names the path. */
static const char *
missing_id(const struct keyed *index, size_t count, const struct rule_set *rules, const char *path)
{
	const struct rule_kext *kext = NULL;
	const char *id = path != NULL ? id_at_path(index, count, path) : NULL;

	if (id == NULL && path != NULL && rules_find_kext(rules, NULL, path, &kext) != NULL)
		id = kext->bundle_id;
	return id;
}

static int
compare_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int
compare_keys(const void *a, const void *b)
{
	const struct keyed *left = a, *right = b;
	int order = compare_text(left->id, right->id);

	if (order == 0 && left->id == NULL)
		order = compare_text(left->path, right->path);
	if (order != 0)
		return order;
	return left->order < right->order ? -1 : left->order > right->order;
}

static bool
is_same_case(const struct keyed *a, const struct keyed *b)
{
	if (a->id != NULL || b->id != NULL)
		return compare_text(a->id, b->id) == 0;
	return a->path != NULL && b->path != NULL && strcmp(a->path, b->path) == 0;
}

/* Apple's is what lies in an Apple-kept place, or ships with macOS. An Apple id
 * alone makes it so only where no trace puts it anywhere else. */
static void
judge_apple(struct kext_case *kext)
{
	bool elsewhere = false, kept = false;
	const char *path;
	size_t i;

	for (i = 0; i < kext->trace_count; i++) {
		path = trace_original_path(kext->traces[i]);
		if (path == NULL)
			continue;
		if (apple_keeps_path(path))
			kept = true;
		else
			elsewhere = true;
	}
	if (kext->bundle_id == NULL) {
		kext->apple = kept && !elsewhere;
		return;
	}
	kext->apple = apple_ships(kext->bundle_id, kext->path) ||
		      (!elsewhere && (kept || apple_claims_id(kext->bundle_id)));
	kext->claims_apple_id = !kext->apple && apple_claims_id(kext->bundle_id);
}

static void
case_fill(struct kext_case *kext, const struct rule_set *rules)
{
	const struct rule_kext *rule_kext = NULL;
	const char *path;
	size_t i;

	for (i = 0; i < kext->trace_count; i++) {
		path = trace_original_path(kext->traces[i]);
		if (kext->path == NULL && path != NULL)
			kext->path = path;
		if (kext->team_id == NULL)
			kext->team_id = kext->traces[i]->team_id;
		if (kext->rule == NULL)
			kext->rule = rules_find_kext(rules, kext->bundle_id, path, &rule_kext);
	}
	if (kext->team_id == NULL && rule_kext != NULL)
		kext->team_id = rule_kext->team_id;
	judge_apple(kext);
}

void
cases_join(struct arena *arena, const struct trace_list *traces, const struct rule_set *rules,
    struct case_list *cases)
{
	struct keyed *keyed = arena_array(arena, traces->count + 1, sizeof(*keyed)), *index;
	const struct trace **sorted = arena_array(arena, traces->count + 1, sizeof(*sorted)),
			   *trace;
	struct kext_case *kext = NULL;
	size_t indexed, i;

	index = index_paths(arena, traces, &indexed);
	for (i = 0; i < traces->count; i++) {
		trace = &traces->items[i];
		keyed[i] = (struct keyed){.trace = trace,
		    .id = trace->bundle_id,
		    .path = trace_original_path(trace),
		    .order = i};
		if (keyed[i].id == NULL)
			keyed[i].id = missing_id(index, indexed, rules, keyed[i].path);
	}
	if (traces->count > 1)
		qsort(keyed, traces->count, sizeof(*keyed), compare_keys);
	*cases = (struct case_list){
	    .items = arena_array(arena, traces->count + 1, sizeof(*cases->items))};
	for (i = 0; i < traces->count; i++) {
		if (i == 0 || !is_same_case(&keyed[i - 1], &keyed[i])) {
			kext = &cases->items[cases->count++];
			kext->bundle_id = keyed[i].id;
			kext->traces = &sorted[i];
		}
		sorted[i] = keyed[i].trace;
		kext->trace_count++;
	}
	for (i = 0; i < cases->count; i++)
		case_fill(&cases->items[i], rules);
}

struct kext_case *
cases_find(const struct case_list *cases, const char *bundle_id)
{
	size_t i;

	for (i = 0; bundle_id != NULL && i < cases->count; i++)
		if (cases->items[i].bundle_id != NULL &&
		    strcmp(cases->items[i].bundle_id, bundle_id) == 0)
			return &cases->items[i];
	return NULL;
}

const char *
case_name(const struct kext_case *kext)
{
	return kext->bundle_id != NULL ? kext->bundle_id
	       : kext->path != NULL    ? kext->path
				       : "a kext without a name";
}

struct case_facts
case_get_facts(const struct kext_case *kext)
{
	struct case_facts facts = {0};
	const struct trace *trace;
	size_t i;

	for (i = 0; i < kext->trace_count; i++) {
		trace = kext->traces[i];
		if (source_get(trace->source)->role != TRACE_CARRIER ||
		    trace->keeper == KEEPER_OTHER_SYSTEM)
			continue;
		facts.has_carrier = true;
		facts.bundle |= trace->source == SOURCE_BUNDLE;
		facts.loaded |= trace->source == SOURCE_LOADED;
		facts.staged |= trace->source == SOURCE_STAGED;
		facts.kept |= trace->source == SOURCE_KCGEN || trace->source == SOURCE_UAKL ||
			      trace->source == SOURCE_STASHED;
		if (trace->source == SOURCE_AUXKC || trace->source == SOURCE_PREBOOT) {
			facts.listed = true;
			facts.loadable |= trace->loadable != NO;
		}
	}
	return facts;
}
