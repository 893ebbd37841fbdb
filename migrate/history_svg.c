/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The picture of a lane: a column for each moment, a row for each place, a band for
 * each macOS. Marks differ by form, not only by colour; colours are the page's.
 */
#include <string.h>

#include "kmutil-helpers/markup.h"
#include "migrate/history.h"
#include "kmutil-helpers/banned.h"

#define LEFT 150
#define COLUMN 104
#define ROW 34
#define BAND_TOP 4
#define EVENTS_Y 80  /* baseline of the words between macOS and the marks */
#define MARKS_TOP 92 /* where the first row begins */
#define STANDING_Y (MARKS_TOP + HISTORY_ROWS * ROW + 26)
#define DATE_Y (STANDING_Y + 24)
#define HEIGHT (DATE_Y + 14)
#define MOMENTS_SHOWN 48

struct drawing {
	struct buf *out;
	struct arena *arena;
	const struct history_moment *moments;
	size_t count;
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

/* The macOS that stands above moments first to end - 1. */
static void
draw_band(const struct drawing *d, size_t first, size_t end, int number)
{
	const struct ledger_sighting *seen = d->moments[first].seen;
	int x = LEFT + (int)first * COLUMN + 2, width = (int)(end - first) * COLUMN - 4;

	buf_printf(d->out,
	    "<rect class=\"band%d\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/>\n"
	    "<text class=\"macos\" x=\"%d\" y=\"%d\">macOS ",
	    number % 2, x, BAND_TOP, width, HEIGHT - BAND_TOP - 2, x + width / 2, BAND_TOP + 22);
	markup_text(d->out, history_macos(seen));
	buf_printf(d->out, "</text>\n<text class=\"date\" x=\"%d\" y=\"%d\">", x + width / 2,
	    BAND_TOP + 39);
	markup_text(d->out, seen->build);
	buf_text(d->out, "</text>\n");
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
	    moment->came_back ? "back" : "clear", column_middle(i) - COLUMN / 2 + 6, EVENTS_Y - 18,
	    COLUMN - 12, MARKS_TOP + HISTORY_ROWS * ROW - EVENTS_Y + 18);
}

static void
draw_event(const struct drawing *d, size_t i)
{
	const struct history_moment *moment = &d->moments[i];

	draw_tint(d, i);
	buf_printf(d->out, "<text class=\"%s\" x=\"%d\" y=\"%d\">",
	    moment->came_back            ? "event bad"
	    : moment->event == EVENT_RUN ? "event ours"
					 : "event",
	    column_middle(i), EVENTS_Y);
	markup_text(d->out, moment->came_back ? "it is back"
			    : moment->event == EVENT_UPDATE
				? "update"
				: history_event_words(d->arena, moment));
	buf_text(d->out, "</text>\n");
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

static void
draw_row(const struct drawing *d, int row)
{
	enum history_mark mark, next;
	size_t i;

	buf_printf(d->out, "<text class=\"place\" x=\"%d\" y=\"%d\">%s</text>\n", LEFT - 12,
	    row_middle(row) + 5, history_place_name((enum history_place)row));
	for (i = 0; i + 1 < d->count; i++) {
		mark = history_mark_of(d->moments[i].seen, (enum history_place)row);
		next = history_mark_of(d->moments[i + 1].seen, (enum history_place)row);
		if (mark != MARK_NONE && next != MARK_NONE)
			buf_printf(d->out, "<path class=\"%s\" d=\"M%d %dH%d\"/>\n",
			    mark == MARK_LIVE && next == MARK_LIVE ? "live-line" : "kept-line",
			    column_middle(i), row_middle(row), column_middle(i + 1));
	}
	for (i = 0; i < d->count; i++)
		draw_mark(d, i, row, history_mark_of(d->moments[i].seen, (enum history_place)row));
}

static void
draw_standing(const struct drawing *d, size_t i)
{
	const struct ledger_sighting *seen = d->moments[i].seen;
	const char *word =
	    seen->standing == STANDING_NONE ? "nowhere" : standing_name(seen->standing);

	buf_printf(d->out, "<text class=\"standing %s\" x=\"%d\" y=\"%d\">%s</text>\n",
	    history_class(seen->standing), column_middle(i), STANDING_Y, word);
	buf_printf(d->out, "<text class=\"date\" x=\"%d\" y=\"%d\">", column_middle(i), DATE_Y);
	markup_text(d->out, arena_printf(d->arena, "%.10s", seen->at));
	buf_text(d->out, "</text>\n");
}

void
history_svg(struct buf *out, struct arena *arena, const struct history_lane *lane)
{
	size_t left_out = lane->count > MOMENTS_SHOWN ? lane->count - MOMENTS_SHOWN : 0, i;
	struct drawing d = {.out = out,
	    .arena = arena,
	    .moments = lane->moments + left_out,
	    .count = lane->count - left_out};
	int width = LEFT + (int)d.count * COLUMN, row;

	buf_printf(out,
	    "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n<title>", width,
	    HEIGHT, width, HEIGHT);
	markup_text(out, history_sentence(arena, lane));
	buf_text(out, "</title>\n");
	draw_bands(&d);
	for (i = 0; i < d.count; i++)
		draw_event(&d, i);
	for (row = 0; row < HISTORY_ROWS; row++)
		draw_row(&d, row);
	buf_printf(out, "<text class=\"place\" x=\"%d\" y=\"%d\">standing</text>\n", LEFT - 12,
	    STANDING_Y);
	for (i = 0; i < d.count; i++)
		draw_standing(&d, i);
	buf_text(out, "</svg>\n");
	if (left_out > 0)
		buf_printf(out, "<p class=\"dim\">%zu earlier moments are in the table only.</p>\n",
		    left_out);
}
