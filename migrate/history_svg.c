/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The picture of a lane: a column for each moment, a row for each place, a band for
 * each macOS; what does not fit beside each other goes on in a further strip. Marks differ
 * by form, not only by colour; colours are the page's.
 */
#include <string.h>

#include "kmutil-helpers/markup.h"
#include "migrate/history.h"
#include "kmutil-helpers/banned.h"

#define LEFT 154
#define COLUMN 92
#define ROW 34
#define LINE 15 /* from one line of a text to the next */
#define BAND_TOP 4
#define EVENTS_Y 70   /* baseline of the words between macOS and the marks, two lines */
#define MARKS_TOP 100 /* where the first row begins */
#define STANDING_Y (MARKS_TOP + HISTORY_ROWS * ROW + 24)
#define DATE_Y (STANDING_Y + 2 * LINE + 6)
#define HEIGHT (DATE_Y + 14)
#define STRIP 8 /* moments beside each other: a page of paper, 800 pixels */
#define STRIPS_SHOWN 6
#define LETTER 8 /* the width of most letters, at the most */

/* One strip. */
struct drawing {
	struct buf *out;
	struct arena *arena;
	const struct history_moment *moments;
	size_t count;
	bool goes_on_before, goes_on_after; /* in another strip */
};

static int
column_middle(size_t i)
{
	return LEFT + (int)i * COLUMN + COLUMN / 2;
}

static int
row_middle(int row)
{
	return MARKS_TOP + row * ROW + ROW / 2;
}

/* The name of a row, at the left. */
static void
draw_name(const struct drawing *d, const char *name, int y)
{
	buf_printf(
	    d->out, "<text class=\"place\" x=\"%d\" y=\"%d\">%s</text>\n", LEFT - 14, y, name);
}

/* Words of ours in the middle of a column, on two lines where they are two. */
static void
draw_words(const struct drawing *d, const char *class_name, size_t i, int y, const char *words)
{
	bool fits = strlen(words) * LETTER <= COLUMN;
	const char *blank = fits ? NULL : strpbrk(words, " -");
	size_t first = blank != NULL ? (size_t)(blank - words) + (*blank == '-') : strlen(words);

	buf_printf(
	    d->out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class_name, column_middle(i), y);
	markup_text(d->out, arena_strndup(d->arena, words, first));
	if (blank != NULL) {
		buf_printf(d->out, "<tspan x=\"%d\" dy=\"%d\">", column_middle(i), LINE);
		markup_text(d->out, blank + 1);
		buf_text(d->out, "</tspan>");
	}
	buf_text(d->out, "</text>\n");
}

/* A text that came from the Mac, squeezed where it would leave its band. */
static void
draw_fitted(
    const struct drawing *d, const char *class_name, int x, int y, int width, const char *text)
{
	buf_printf(d->out, "<text class=\"%s\" x=\"%d\" y=\"%d\"", class_name, x, y);
	if (strlen(text) * LETTER > (size_t)width)
		buf_printf(
		    d->out, " textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\"", width - 6);
	buf_text(d->out, ">");
	markup_text(d->out, text);
	buf_text(d->out, "</text>\n");
}

/* The macOS that stands above moments first to end - 1. */
static void
draw_band(const struct drawing *d, size_t first, size_t end, int number)
{
	const struct ledger_sighting *seen = d->moments[first].seen;
	int x = LEFT + (int)first * COLUMN + 2, width = (int)(end - first) * COLUMN - 4;

	buf_printf(d->out,
	    "<rect class=\"band%d\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/>\n",
	    number % 2, x, BAND_TOP, width, HEIGHT - BAND_TOP - 2);
	draw_fitted(d, "macos", x + width / 2, BAND_TOP + 21, width,
	    arena_printf(d->arena, "macOS %s", history_macos(seen)));
	draw_fitted(d, "date", x + width / 2, BAND_TOP + 38, width,
	    seen->build != NULL ? seen->build : "build not known");
}

static bool
is_same_build(const struct history_moment *a, const struct history_moment *b)
{
	const char *x = a->seen->build, *y = b->seen->build;

	return x == NULL || y == NULL ? x == y : strcmp(x, y) == 0;
}

static void
draw_bands(const struct drawing *d)
{
	size_t first, end;
	int number = 0;

	for (first = 0; first < d->count; first = end) {
		for (end = first + 1; end < d->count; end++)
			if (!is_same_build(&d->moments[first], &d->moments[end]))
				break;
		draw_band(d, first, end, number++);
	}
}

/* A tint behind a column that tells by itself how it went. */
static void
draw_tint(const struct drawing *d, size_t i)
{
	const struct history_moment *moment = &d->moments[i];

	if (!moment->came_back && moment->seen->standing != STANDING_GONE)
		return;
	buf_printf(d->out,
	    "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n",
	    moment->came_back ? "back" : "clear", column_middle(i) - COLUMN / 2 + 5, EVENTS_Y - 17,
	    COLUMN - 10, MARKS_TOP + HISTORY_ROWS * ROW - EVENTS_Y + 17);
}

static void
draw_event(const struct drawing *d, size_t i)
{
	const struct history_moment *moment = &d->moments[i];

	draw_tint(d, i);
	draw_words(d,
	    moment->came_back            ? "event bad"
	    : moment->event == EVENT_RUN ? "event ours"
					 : "event",
	    i, EVENTS_Y,
	    moment->came_back               ? "it is back"
	    : moment->event == EVENT_UPDATE ? "update"
					    : history_event_words(d->arena, moment));
}

static void
draw_mark(const struct drawing *d, size_t i, int row, enum history_mark mark)
{
	int x = column_middle(i), y = row_middle(row);

	if (mark == MARK_LIVE)
		buf_printf(d->out, "<circle class=\"live\" cx=\"%d\" cy=\"%d\" r=\"9\"/>\n", x, y);
	else if (mark == MARK_KEPT)
		buf_printf(d->out, "<circle class=\"kept\" cx=\"%d\" cy=\"%d\" r=\"8\"/>\n", x, y);
	else
		buf_printf(d->out, "<circle class=\"none\" cx=\"%d\" cy=\"%d\" r=\"2\"/>\n", x, y);
}

/* The line between two moments at which a place had the kext. */
static void
draw_line(const struct drawing *d, int row, const struct history_moment *from,
    const struct history_moment *to, int x, int end)
{
	enum history_mark mark = history_mark_of(from->seen, (enum history_place)row);
	enum history_mark next = history_mark_of(to->seen, (enum history_place)row);

	if (mark != MARK_NONE && next != MARK_NONE)
		buf_printf(d->out, "<path class=\"%s\" d=\"M%d %dH%d\"/>\n",
		    mark == MARK_LIVE && next == MARK_LIVE ? "live-line" : "kept-line", x,
		    row_middle(row), end);
}

static void
draw_row(const struct drawing *d, int row)
{
	const struct history_moment *moment = d->moments;
	size_t i;

	draw_name(d, history_place_name((enum history_place)row), row_middle(row) + 5);
	if (d->goes_on_before)
		draw_line(d, row, moment - 1, moment, LEFT + 2, column_middle(0));
	for (i = 0; i + 1 < d->count; i++)
		draw_line(
		    d, row, &moment[i], &moment[i + 1], column_middle(i), column_middle(i + 1));
	if (d->goes_on_after)
		draw_line(d, row, &moment[i], &moment[i + 1], column_middle(i),
		    LEFT + (int)d->count * COLUMN - 2);
	for (i = 0; i < d->count; i++)
		draw_mark(d, i, row, history_mark_of(moment[i].seen, (enum history_place)row));
}

static void
draw_standing(const struct drawing *d, size_t i)
{
	const struct ledger_sighting *seen = d->moments[i].seen;

	draw_words(d, arena_printf(d->arena, "standing %s", history_class(seen->standing)), i,
	    STANDING_Y,
	    seen->standing == STANDING_NONE ? "nowhere" : standing_name(seen->standing));
	draw_fitted(
	    d, "date", column_middle(i), DATE_Y, COLUMN, arena_printf(d->arena, "%.10s", seen->at));
}

static void
draw_strip(const struct drawing *d, const char *title)
{
	/* All strips of a lane are drawn to one scale. */
	int width = LEFT + (int)(d->goes_on_before ? STRIP : d->count) * COLUMN, row;
	size_t i;

	buf_printf(d->out,
	    "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n<title>", width,
	    HEIGHT, width, HEIGHT);
	markup_text(d->out, title);
	buf_text(d->out, "</title>\n");
	draw_bands(d);
	draw_name(d, "macOS", BAND_TOP + 21);
	draw_name(d, "its build", BAND_TOP + 38);
	draw_name(d, "what happened", EVENTS_Y);
	for (i = 0; i < d->count; i++)
		draw_event(d, i);
	for (row = 0; row < HISTORY_ROWS; row++)
		draw_row(d, row);
	draw_name(d, "standing", STANDING_Y);
	draw_name(d, "seen on", DATE_Y);
	for (i = 0; i < d->count; i++)
		draw_standing(d, i);
	buf_text(d->out, "</svg>\n");
}

void
history_svg(struct buf *out, struct arena *arena, const struct history_lane *lane)
{
	size_t shown = STRIP * STRIPS_SHOWN, first, left_out;
	const char *title = history_sentence(arena, lane);

	left_out = lane->count > shown ? lane->count - shown : 0;
	for (first = left_out; first < lane->count; first += STRIP) {
		struct drawing d = {.out = out,
		    .arena = arena,
		    .moments = lane->moments + first,
		    .count = lane->count - first < STRIP ? lane->count - first : STRIP,
		    .goes_on_before = first > left_out,
		    .goes_on_after = lane->count - first > STRIP};

		draw_strip(&d, title);
	}
	if (left_out > 0)
		buf_printf(out, "<p class=\"dim\">%zu earlier moments are in the table only.</p>\n",
		    left_out);
}
