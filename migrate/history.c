/* SPDX-License-Identifier: BSD-2-Clause */
/* Lanes and moments, from what the ledger has seen. */
#include <string.h>

#include "migrate/history.h"
#include "kmutil-helpers/banned.h"

/* Where a kext is as far as the user is concerned: macOS's own memory of it, its
 * instructions and its stash, is seen by nobody until it acts. */
#define PLACES_THAT_COUNT ((unsigned int)(PLACE_BUNDLE | PLACE_LISTED | PLACE_LOADED))
#define RETURNS_TOLD 4 /* the last ones, in a sentence */

const char *
history_place_name(enum history_place place)
{
	static const char *const names[HISTORY_ROWS] = {
	    [ROW_BUNDLE] = "bundle on disk",
	    [ROW_STAGED] = "staged copy",
	    [ROW_COLLECTION] = "kernel collection",
	    [ROW_KEPT] = "instructions, stash",
	    [ROW_LOADED] = "in the kernel",
	};

	return names[place];
}

enum history_mark
history_mark_of(const struct ledger_sighting *seen, enum history_place place)
{
	unsigned int places = seen->places;

	switch (place) {
	case ROW_BUNDLE:
		return (places & PLACE_BUNDLE) != 0 ? MARK_LIVE : MARK_NONE;
	case ROW_STAGED:
		return (places & PLACE_STAGED) != 0 ? MARK_KEPT : MARK_NONE;
	case ROW_COLLECTION:
		return (places & PLACE_LOADABLE) != 0 ? MARK_LIVE
		       : (places & PLACE_LISTED) != 0 ? MARK_KEPT
						      : MARK_NONE;
	case ROW_KEPT:
		return (places & PLACE_KEPT) != 0 ? MARK_KEPT : MARK_NONE;
	case ROW_LOADED:
		return (places & PLACE_LOADED) != 0 ? MARK_LIVE : MARK_NONE;
	case HISTORY_ROWS:
		break;
	}
	return MARK_NONE;
}

const char *
history_class(enum standing standing)
{
	switch (standing) {
	case STANDING_INSTALLED:
	case STANDING_RETURNED:
	case STANDING_BLOCKED:
		return "bad";
	case STANDING_GONE:
		return "good";
	case STANDING_NONE:
	case STANDING_APPLE:
		return "dim";
	default:
		return "wait";
	}
}

const char *
history_macos(const struct ledger_sighting *seen)
{
	return seen->product_version != NULL ? seen->product_version
	       : seen->build != NULL         ? seen->build
					     : "unknown";
}

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static const struct ledger_run *
find_run(const struct history *history, int64_t id)
{
	size_t i;

	for (i = 0; i < history->run_count; i++)
		if (history->runs[i].id == id)
			return &history->runs[i];
	return NULL;
}

static void
fill_moment(const struct history *history, struct history_moment *moment,
    const struct ledger_sighting *seen, const struct ledger_sighting *last)
{
	unsigned int lost;

	*moment = (struct history_moment){.seen = seen, .event = EVENT_FIRST};
	if (last == NULL)
		return;
	lost = last->places & ~seen->places;
	moment->came_back = (last->places & PLACES_THAT_COUNT) == 0 &&
			    (last->places & PLACE_UNREAD) == 0 &&
			    (seen->places & PLACES_THAT_COUNT) != 0;
	if (!is_same(seen->build, last->build)) {
		moment->event = EVENT_UPDATE;
	} else if (seen->run != last->run && (moment->run = find_run(history, seen->run)) != NULL) {
		moment->event = EVENT_RUN;
	} else if ((lost & PLACE_BUNDLE) != 0 || (seen->run == 0 && (lost & PLACE_LISTED) != 0)) {
		moment->event = EVENT_OTHERS;
	} else if (!is_same(seen->boot_uuid, last->boot_uuid)) {
		moment->event = EVENT_RESTART;
	} else {
		moment->event = EVENT_CHANGE;
	}
}

static void
add_lane(struct arena *arena, struct history *history, const char *key)
{
	struct history_lane *lane = &history->lanes[history->lane_count++];
	const struct ledger_sighting *last = NULL;
	size_t i;

	*lane = (struct history_lane){.keys = arena_array(arena, 1, sizeof(*lane->keys))};
	lane->keys[lane->key_count++] = key;
	for (i = 0; i < history->sighting_count; i++)
		lane->count += strcmp(history->sightings[i].key, key) == 0;
	lane->moments = arena_array(arena, lane->count, sizeof(*lane->moments));
	lane->count = 0;
	for (i = 0; i < history->sighting_count; i++) {
		if (strcmp(history->sightings[i].key, key) != 0)
			continue;
		fill_moment(history, &lane->moments[lane->count], &history->sightings[i], last);
		lane->returns += lane->moments[lane->count++].came_back;
		last = &history->sightings[i];
	}
}

/* Whether two kexts were at all times seen alike. */
static bool
is_same_fate(const struct history_lane *a, const struct history_lane *b)
{
	const struct ledger_sighting *x, *y;
	size_t i;

	for (i = 0; a->count == b->count && i < a->count; i++) {
		x = a->moments[i].seen;
		y = b->moments[i].seen;
		if (x->places != y->places || x->standing != y->standing || x->run != y->run ||
		    !is_same(x->at, y->at) || !is_same(x->build, y->build))
			return false;
	}
	return a->count == b->count;
}

/* Gives the newest lane's kext to an older lane of the same fate. */
static void
merge_last(struct arena *arena, struct history *history)
{
	struct history_lane *last = &history->lanes[history->lane_count - 1], *lane;

	for (lane = history->lanes; lane < last; lane++) {
		if (!is_same_fate(lane, last))
			continue;
		lane->keys = arena_grow(
		    arena, lane->keys, lane->key_count, lane->key_count + 1, sizeof(*lane->keys));
		lane->keys[lane->key_count++] = last->keys[0];
		history->lane_count--;
		return;
	}
}

static bool
has_lane(const struct history *history, const char *key)
{
	size_t i, j;

	for (i = 0; i < history->lane_count; i++)
		for (j = 0; j < history->lanes[i].key_count; j++)
			if (strcmp(history->lanes[i].keys[j], key) == 0)
				return true;
	return false;
}

void
history_make_lanes(struct arena *arena, struct history *history)
{
	size_t i;

	history->lanes = arena_array(arena, history->sighting_count + 1, sizeof(*history->lanes));
	history->lane_count = 0;
	for (i = 0; i < history->sighting_count; i++) {
		if (has_lane(history, history->sightings[i].key))
			continue;
		add_lane(arena, history, history->sightings[i].key);
		merge_last(arena, history);
	}
}

const char *
history_event_words(struct arena *arena, const struct history_moment *moment)
{
	switch (moment->event) {
	case EVENT_FIRST:
		return "first look";
	case EVENT_UPDATE:
		return arena_printf(arena, "macOS %s", history_macos(moment->seen));
	case EVENT_RUN:
		return moment->run->command;
	case EVENT_OTHERS:
		return "cleaned by others";
	case EVENT_RESTART:
		return "restart";
	case EVENT_CHANGE:
		break;
	}
	return "changed";
}

/* What went before a return: "with macOS 15.7", "after a restart". */
static const char *
return_words(struct arena *arena, const struct history_moment *moment)
{
	switch (moment->event) {
	case EVENT_UPDATE:
		return arena_printf(arena, "with macOS %s", history_macos(moment->seen));
	case EVENT_RUN:
		return arena_printf(arena, "after %s", moment->run->command);
	case EVENT_RESTART:
		return "after a restart";
	default:
		return "without an OS update";
	}
}

/* Whether nothing but macOS's own memory had it before each return. */
static bool
was_only_kept(const struct history_lane *lane)
{
	size_t i;

	for (i = 1; i < lane->count; i++)
		if (lane->moments[i].came_back &&
		    (lane->moments[i - 1].seen->places & PLACE_KEPT) == 0)
			return false;
	return true;
}

/* " It came back twice: with macOS 15.7, with macOS 15.7.1. Before that..." */
static const char *
returns_sentence(struct arena *arena, const struct history_lane *lane)
{
	static const char *const times[] = {"", "once", "twice", "three times"};
	int left_out = lane->returns > RETURNS_TOLD ? lane->returns - RETURNS_TOLD : 0;
	const char *text, *between = left_out > 0 ? ", the last" : ":";
	const struct history_moment *moment;

	if (lane->returns == 0)
		return "";
	text = lane->returns <= 3 ? arena_printf(arena, " It came back %s", times[lane->returns])
				  : arena_printf(arena, " It came back %d times", lane->returns);
	for (moment = lane->moments; moment < lane->moments + lane->count; moment++) {
		if (!moment->came_back || left_out-- > 0)
			continue;
		text = arena_printf(arena, "%s%s %s", text, between, return_words(arena, moment));
		between = ",";
	}
	return arena_printf(arena, "%s.%s", text,
	    was_only_kept(lane) ? " Before that only macOS's own instructions and stash had it."
				: "");
}

const char *
history_sentence(struct arena *arena, const struct history_lane *lane)
{
	const struct ledger_sighting *last = lane->moments[lane->count - 1].seen;
	const struct history_moment *moment = &lane->moments[lane->count - 1];
	char *words = arena_strdup(arena, last->standing == STANDING_NONE
					      ? "in no place that could bring it back"
					      : standing_name(last->standing));

	words[0] = (char)(words[0] - 'a' + 'A'); /* our own words: ASCII, small letters */
	while (moment > lane->moments && moment[-1].seen->standing == last->standing)
		moment--;
	return arena_printf(arena, "%s since %.10s, macOS %s.%s", words, moment->seen->at,
	    history_macos(moment->seen), returns_sentence(arena, lane));
}
