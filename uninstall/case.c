/* SPDX-License-Identifier: BSD-2-Clause */
/* Joining traces to cases. */
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/path.h"
#include "rules/apple.h"
#include "uninstall/case.h"
#include "uninstall/case_home.h"
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

/* A trace with what it joins by. */
struct keyed {
	const struct trace *trace;
	const char *id, *path;
	size_t order;
};

/* Ids by a text that says which kext is meant: a path, a cdhash. */
struct named {
	const char *text, *id;
	size_t order;
};

struct index {
	struct named *items;
	size_t count;
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
compare_named(const void *a, const void *b)
{
	const struct named *left = a, *right = b;
	int order = strcmp(left->text, right->text);

	if (order != 0)
		return order;
	return left->order < right->order ? -1 : left->order > right->order;
}

static const char *
trace_cdhash(const struct trace *trace)
{
	return trace->cdhash;
}

/* Traces that have both an id and such a text, by the text. */
static struct index
index_make(struct arena *arena, const struct trace_list *traces,
    const char *(*text_of)(const struct trace *trace))
{
	struct index index = {.items = arena_array(arena, traces->count + 1, sizeof(*index.items))};
	const char *text;
	size_t i;

	for (i = 0; i < traces->count; i++) {
		text = text_of(&traces->items[i]);
		if (text != NULL && traces->items[i].bundle_id != NULL)
			index.items[index.count++] = (struct named){
			    .text = text, .id = traces->items[i].bundle_id, .order = i};
	}
	if (index.count > 1)
		qsort(index.items, index.count, sizeof(*index.items), compare_named);
	return index;
}

static const char *
index_find(const struct index *index, const char *text)
{
	size_t low = 0, high = index->count, middle;

	while (text != NULL && low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(index->items[middle].text, text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return text != NULL && low < index->count && strcmp(index->items[low].text, text) == 0
		   ? index->items[low].id
		   : NULL;
}

/* The id of a trace that has none: from another trace of the same path, else from
 * the rule that names the path; where it has no path either, from another trace of
 * the same cdhash. */
static const char *
missing_id(const struct index *paths, const struct index *hashes, const struct rule_set *rules,
    const struct keyed *keyed)
{
	const struct rule_kext *kext = NULL;
	const char *id = index_find(paths, keyed->path);

	if (id == NULL && keyed->path != NULL &&
	    rules_find_kext(rules, NULL, keyed->path, &kext) != NULL)
		id = kext->bundle_id;
	return keyed->path == NULL ? index_find(hashes, keyed->trace->cdhash) : id;
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
 * alone makes it so only where no trace puts it anywhere else. A bundle whose id could
 * not be read is taken for the one that ships at its place: its problem says the rest. */
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
		kext->apple =
		    (kept && !elsewhere) || (kext->path != NULL && apple_ships_at(kext->path));
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

/* Each trace with the id that it joins by, sorted by that. */
static struct keyed *
sort_traces(struct arena *arena, const struct trace_list *traces, const struct rule_set *rules)
{
	struct keyed *keyed = arena_array(arena, traces->count + 1, sizeof(*keyed));
	struct index paths = index_make(arena, traces, trace_original_path),
		     hashes = index_make(arena, traces, trace_cdhash);
	size_t i;

	for (i = 0; i < traces->count; i++) {
		keyed[i] = (struct keyed){.trace = &traces->items[i],
		    .id = traces->items[i].bundle_id,
		    .path = trace_original_path(&traces->items[i]),
		    .order = i};
		if (keyed[i].id == NULL)
			keyed[i].id = missing_id(&paths, &hashes, rules, &keyed[i]);
	}
	if (traces->count > 1)
		qsort(keyed, traces->count, sizeof(*keyed), compare_keys);
	return keyed;
}

static void
add_case(struct arena *arena, const char *id, const struct trace **traces, size_t count,
    const struct case_home *home, struct case_list *cases)
{
	struct kext_case *kext =
	    arena_push(arena, &cases->items, &cases->count, &cases->room, sizeof(*kext));

	*kext = (struct kext_case){.bundle_id = id, .traces = traces, .trace_count = count};
	if (id != NULL && home != NULL && home->leaf_len > 0)
		kext->name =
		    arena_printf(arena, "%s (in %.*s)", id, (int)home->leaf_len, home->leaf);
}

/* The traces of one id are one case, or one for each bundle that it is nested in. */
static void
add_cases(struct arena *arena, const char *id, const struct trace **traces, size_t count,
    struct case_list *cases)
{
	struct case_home *homes;
	size_t home_count = id != NULL ? case_homes(arena, traces, count, &homes) : 0, i;

	if (home_count == 0)
		add_case(arena, id, traces, count, NULL, cases);
	for (i = 0; i < home_count; i++)
		add_case(arena, id, homes[i].traces, homes[i].count, &homes[i], cases);
}

void
cases_join(struct arena *arena, const struct trace_list *traces, const struct rule_set *rules,
    struct case_list *cases)
{
	struct keyed *keyed = sort_traces(arena, traces, rules);
	const struct trace **sorted = arena_array(arena, traces->count + 1, sizeof(*sorted));
	size_t first = 0, i;

	*cases = (struct case_list){0};
	for (i = 0; i < traces->count; i++) {
		sorted[i] = keyed[i].trace;
		if (i + 1 < traces->count && is_same_case(&keyed[i], &keyed[i + 1]))
			continue;
		add_cases(arena, keyed[first].id, &sorted[first], i + 1 - first, cases);
		first = i + 1;
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

enum keeper
case_keeper(const struct kext_case *kext, const struct trace *trace)
{
	return kext->apple ? KEEPER_APPLE : trace->keeper;
}

const char *
case_name(const struct kext_case *kext)
{
	if (kext->name != NULL)
		return kext->name;
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

bool
case_is_listed_by(const struct kext_case *kext, const char *path, const char *package)
{
	size_t i, len = strlen(package);
	const struct trace *trace;
	const char *leaf;

	for (i = 0; i < kext->trace_count; i++) {
		trace = kext->traces[i];
		if (trace->source != SOURCE_RECEIPT ||
		    (path != NULL && strcmp(trace->path, path) != 0))
			continue;
		leaf = path_leaf(trace->container);
		if (strncmp(leaf, package, len) == 0 &&
		    (strcmp(leaf + len, ".plist") == 0 || strcmp(leaf + len, ".bom") == 0))
			return true;
	}
	return false;
}
