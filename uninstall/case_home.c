/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose nested kext a trace speaks of. */
#include <stdbool.h>
#include <string.h>

#include "kmutil-helpers/path.h"
#include "uninstall/case.h"
#include "uninstall/case_home.h"
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

/* The outermost *.kext of a path, unless it is the path's own end. */
static void
home_of_path(const char *path, struct case_home *home)
{
	const char *at = path, *end;

	*home = (struct case_home){.leaf = ""};
	for (; *at == '/' && home->leaf_len == 0; at = end) {
		end = at + 1 + strcspn(at + 1, "/");
		if (*end == '/' && end - at > 6 && strncmp(end - 5, ".kext", 5) == 0)
			*home =
			    (struct case_home){.leaf = at + 1, .leaf_len = (size_t)(end - at - 1)};
	}
}

/* false for a trace that tells no path. */
static bool
home_of_trace(const struct trace *trace, struct case_home *home)
{
	const char *path = trace_original_path(trace);

	if (path == NULL && trace->source == SOURCE_STASHED)
		path = trace->path;
	if (path != NULL)
		home_of_path(path, home);
	return path != NULL;
}

static bool
is_same_home(const struct case_home *a, const struct case_home *b)
{
	return a->leaf_len == b->leaf_len && memcmp(a->leaf, b->leaf, a->leaf_len) == 0;
}

/* The number of a home; `count` when it is none of them. */
static size_t
home_find(const struct case_home *homes, size_t count, const struct case_home *wanted)
{
	size_t i;

	for (i = 0; i < count && !is_same_home(&homes[i], wanted); i++)
		continue;
	return i;
}

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* The home whose trace has the UUID or cdhash of this one; `count` when none has, or
 * two have. */
static size_t
home_of_code(const struct case_home *homes, size_t count, const struct trace *trace)
{
	size_t found = count, i, j;

	for (i = 0; i < count; i++)
		for (j = 0; j < homes[i].count; j++)
			if (is_same(homes[i].traces[j]->uuid, trace->uuid) ||
			    is_same(homes[i].traces[j]->cdhash, trace->cdhash)) {
				if (found != count && found != i)
					return count;
				found = i;
			}
	return found;
}

/* The homes of what may come back; a place that is only remembered, of an older
 * version, makes none. */
static struct case_home *
collect_homes(
    struct arena *arena, const struct trace *const *traces, size_t count, size_t *home_count)
{
	struct case_home *homes = NULL, *added, home;
	size_t room = 0, i;

	*home_count = 0;
	for (i = 0; i < count; i++) {
		if (source_get(traces[i]->source)->role != TRACE_CARRIER ||
		    !home_of_trace(traces[i], &home) ||
		    home_find(homes, *home_count, &home) != *home_count)
			continue;
		added = arena_push(arena, &homes, home_count, &room, sizeof(*added));
		*added = home;
	}
	return homes;
}

static void
add_trace(struct case_home *home, const struct trace *trace)
{
	home->traces[home->count++] = trace;
}

size_t
case_homes(struct arena *arena, const struct trace **traces, size_t count, struct case_home **out)
{
	size_t home_count, i, at, to;
	struct case_home *homes = collect_homes(arena, traces, count, &home_count), home;

	*out = homes;
	if (home_count == 1) {
		homes->traces = traces;
		homes->count = count;
	}
	if (home_count < 2)
		return home_count;
	for (i = 0; i < home_count; i++)
		homes[i].traces = arena_array(arena, count, sizeof(*homes[i].traces));
	for (i = 0; i < count; i++) {
		if (!home_of_trace(traces[i], &home))
			continue;
		at = home_find(homes, home_count, &home);
		add_trace(&homes[at < home_count ? at : 0], traces[i]);
	}
	for (i = 0; i < count; i++) {
		if (home_of_trace(traces[i], &home))
			continue;
		at = home_of_code(homes, home_count, traces[i]);
		for (to = 0; to < home_count; to++)
			if (at == home_count || at == to)
				add_trace(&homes[to], traces[i]);
	}
	return home_count;
}
