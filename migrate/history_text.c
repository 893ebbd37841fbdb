/* SPDX-License-Identifier: BSD-2-Clause */
/* The picture of a lane for a terminal of 80 columns: its last moments. */
#include <string.h>

#include "migrate/history.h"
#include "migrate/report_columns.h"
#include "kmutil-helpers/banned.h"

#define LEFT 20
#define COLUMN 10
#define MOMENTS_SHOWN 6

/* The words in their column, cut where they are longer. */
static void
put_column(struct buf *out, const char *words)
{
	struct buf safe = {0};
	size_t before = out->len, width;
	char *text;

	buf_name(&safe, words);
	columns_cut(out, safe.bytes != NULL ? safe.bytes : "", COLUMN - 1);
	buf_done(&safe);
	text = out->bytes != NULL ? out->bytes + before : "";
	width = columns_width(text);
	buf_printf(out, "%*s", width < COLUMN ? (int)(COLUMN - width) : 0, "");
}

static void
end_line(struct buf *out)
{
	while (out->len > 0 && out->bytes[out->len - 1] == ' ')
		out->bytes[--out->len] = '\0';
	buf_text(out, "\n");
}

static const char *
short_event(struct arena *arena, const struct history_moment *moment)
{
	return moment->event == EVENT_UPDATE   ? history_macos(moment->seen)
	       : moment->event == EVENT_OTHERS ? "cleaned"
	       : moment->event == EVENT_FIRST  ? history_macos(moment->seen)
					       : history_event_words(arena, moment);
}

void
history_text_picture(struct buf *out, struct arena *arena, const struct history_lane *lane)
{
	static const char *const marks[] = {
	    [MARK_NONE] = "\xc2\xb7", [MARK_KEPT] = "\xe2\x97\x8b", [MARK_LIVE] = "\xe2\x97\x8f"};
	size_t first = lane->count > MOMENTS_SHOWN ? lane->count - MOMENTS_SHOWN : 0, i;
	int row;

	for (i = 0; i < lane->key_count; i++) {
		buf_name(out, lane->keys[i]);
		buf_text(out, "\n");
	}
	buf_printf(out, "%*s", LEFT, "");
	for (i = first; i < lane->count; i++)
		put_column(out, short_event(arena, &lane->moments[i]));
	end_line(out);
	for (row = 0; row < HISTORY_ROWS; row++) {
		buf_printf(out, "%-*s", LEFT, history_place_name((enum history_place)row));
		for (i = first; i < lane->count; i++)
			put_column(out,
			    marks[history_mark_of(lane->moments[i].seen, (enum history_place)row)]);
		end_line(out);
	}
	columns_wrap(out, history_sentence(arena, lane), 0, 79);
	buf_text(out, "\n");
}
