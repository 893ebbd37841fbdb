/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * History: what the ledger remembers, made into lanes: one for all kexts that shared
 * one fate, with a moment for each change. Pure; knows neither text nor page.
 */
#ifndef MIGRATE_HISTORY_H
#define MIGRATE_HISTORY_H

#include "migrate/report.h"

/* What lies between a moment and the one before it. */
enum history_event {
	EVENT_FIRST,   /* nothing: it is the first */
	EVENT_UPDATE,  /* another build of macOS */
	EVENT_RUN,     /* a run of ours */
	EVENT_OTHERS,  /* no run of ours, and yet a bundle is away */
	EVENT_RESTART, /* another boot */
	EVENT_CHANGE   /* nothing that the ledger knows */
};

struct history_moment {
	const struct ledger_sighting *seen;
	enum history_event event;
	const struct ledger_run *run; /* of EVENT_RUN */
	bool came_back;               /* it was nowhere that counts, and now it is */
};

struct history_lane {
	const char **keys; /* the kexts */
	size_t key_count;
	struct history_moment *moments; /* one or more */
	size_t count;
	int returns; /* how often it came back */
};

struct history {
	struct ledger_run *runs;
	struct ledger_standing *standings;
	struct ledger_sighting *sightings;
	size_t run_count, standing_count, sighting_count;
	struct history_lane *lanes;
	size_t lane_count;
};

/* The rows of the picture, from the disk to the kernel. */
enum history_place { ROW_BUNDLE, ROW_STAGED, ROW_COLLECTION, ROW_KEPT, ROW_LOADED, HISTORY_ROWS };
enum history_mark {
	MARK_NONE,
	MARK_KEPT, /* only listed or kept: it cannot load from there by itself */
	MARK_LIVE  /* the kernel has it, or takes it from there */
};
const char *history_place_name(enum history_place place);
enum history_mark history_mark_of(const struct ledger_sighting *seen, enum history_place place);

/* Reads what the session's ledger remembers (cmd_history.c); without one that is
 * nothing. 0 or a fault. */
int history_read(struct session *session, struct history *history)
    __attribute__((warn_unused_result));

/* Makes the lanes from sightings and runs; owned by the arena, which borrows both. */
void history_make_lanes(struct arena *arena, struct history *history);

/* What came between, in one or two words: "first look", "macOS 15.7", "uninstall". */
const char *history_event_words(struct arena *arena, const struct history_moment *moment);
/* One sentence on how it went: where it stands, how often and with what it came back. */
const char *history_sentence(struct arena *arena, const struct history_lane *lane);
/* The macOS of a sighting: its version, else its build, else "an unknown macOS". */
const char *history_macos(const struct ledger_sighting *seen);

/* How a page shows a standing: "bad", "wait", "good", "dim". */
const char *history_class(enum standing standing);

/* The whole page (migrate/history_html.c). */
void history_html(
    struct buf *out, struct arena *arena, const struct history *history, const char *now);
/* The pictures alone: for the page, and for a terminal. */
void history_svg(struct buf *out, struct arena *arena, const struct history_lane *lane);
void history_text_picture(struct buf *out, struct arena *arena, const struct history_lane *lane);

#endif
