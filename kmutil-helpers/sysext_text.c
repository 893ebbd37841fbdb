/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of systemextensionsctl (tool_sysext.h). macOS separates by TABs;
 * copies of its text often hold blanks instead, so a row is read from what it
 * holds: id (short/long) before a name before [state].
 */
#include <string.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/text_line.h"
#include "kmutil-helpers/tool_sysext.h"

#include "kmutil-helpers/banned.h"

/* With blanks for TABs a lone star that stands this far in is the second one. */
#define SECOND_COLUMN 4

static void
row_add(struct arena *arena, struct sysext_list *list, const struct sysext *row)
{
	size_t count = list->count;

	/* Room is doubled at each power of two. */
	if ((count & (count - 1)) == 0)
		list->items =
		    arena_grow(arena, list->items, count, count ? count * 2 : 1, sizeof(*row));
	list->items[list->count++] = *row;
}

/* The two columns of stars; what follows them stays in *rest. */
static void
stars_take(struct piece *rest, struct sysext *row)
{
	struct piece first, second, word, after = *rest;
	size_t stars = 0, at = 0;

	if (piece_has(*rest, "\t") && piece_next_field(&after, &first) &&
	    piece_next_field(&after, &second) && piece_trim(first).len <= 1 &&
	    piece_trim(second).len <= 1) {
		row->enabled = piece_is(piece_trim(first), "*");
		row->active = piece_is(piece_trim(second), "*");
		*rest = after;
		return;
	}
	for (after = *rest; piece_next_word(&after, &word) && piece_is(word, "*"); stars++) {
		if (stars == 0)
			at = (size_t)(word.text - rest->text);
		*rest = piece_cut(after, 0, after.len);
		after = *rest;
	}
	row->enabled = stars == 2 || (stars == 1 && at < SECOND_COLUMN);
	row->active = stars == 2 || (stars == 1 && at >= SECOND_COLUMN);
}

/* "short/long) name": the versions, and what is behind them, in *name. Where TABs part the
 * columns a version may hold parentheses itself. */
static struct piece
versions_take(struct piece text, struct piece *name)
{
	struct piece column = piece_trim(piece_before(text, "\t"));

	if (piece_has(text, "\t") && column.len > 0 && column.text[column.len - 1] == ')') {
		*name = piece_after(text, "\t");
		return piece_cut(column, 0, column.len - 1);
	}
	*name = piece_after(text, ")");
	return piece_before(text, ")");
}

static void
versions_read(struct arena *arena, struct piece versions, struct sysext *row)
{
	struct piece at, last = versions;

	for (at = piece_after(versions, "/"); at.text != NULL; at = piece_after(at, "/"))
		last = at;
	row->version = piece_copy(arena, last);
	row->short_version = piece_copy(arena, last.text == versions.text
		? versions
		: piece_cut(versions, 0, (size_t)(last.text - versions.text) - 1));
}

static bool
row_read(struct arena *arena, struct piece line, struct sysext *row)
{
	struct piece rest = line, versions, name, state = {NULL, 0}, at, id, word, team = {"", 0};

	*row = (struct sysext){0};
	for (at = piece_after(line, "["); at.text != NULL; at = piece_after(at, "["))
		state = at;
	if (!piece_has(state, "]"))
		return false;
	stars_take(&rest, row);
	versions = versions_take(piece_after(rest, " ("), &name);
	if (name.text == NULL || name.text > state.text)
		return false;
	id = piece_before(rest, " (");
	rest = id;
	id = (struct piece){NULL, 0};
	while (piece_next_word(&rest, &word)) {
		team = id.text ? id : team;
		id = word;
	}
	if (!piece_is_bundle_id(id))
		return false;
	name = piece_cut(name, 0, (size_t)(state.text - name.text) - 1);
	row->id = piece_copy(arena, id);
	row->team = piece_copy(arena, team);
	versions_read(arena, versions, row);
	row->name = piece_copy(arena, piece_trim(name));
	row->state = piece_copy(arena, piece_before(state, "]"));
	row->stage = sysext_stage_of(row->state);
	return true;
}

int
sysext_text_read(struct arena *arena, const char *text, size_t len, struct sysext_list *list)
{
	struct piece rest = piece_make(text, len), line, trimmed, word;
	const char *category = NULL;
	struct sysext row;

	*list = (struct sysext_list){.announced = -1};
	while (piece_next_line(&rest, &line)) {
		trimmed = piece_trim(line);
		if (trimmed.len == 0 || piece_starts(trimmed, "enabled"))
			continue;
		if (piece_has(trimmed, "extension(s)") && list->announced < 0 &&
		    piece_number(piece_before(trimmed, " ")) >= 0) {
			list->announced = piece_number(piece_before(trimmed, " "));
		} else if (piece_starts(trimmed, "---")) {
			trimmed = piece_cut(trimmed, 3, trimmed.len);
			if (piece_next_word(&trimmed, &word) && piece_is_bundle_id(word))
				category = piece_copy(arena, word);
		} else if (row_read(arena, line, &row)) {
			row.category = category;
			row_add(arena, list, &row);
		} else {
			list->not_understood++;
		}
	}
	/* Where as many rows came as were announced, what else there is says nothing of them. */
	if (list->announced > 0 && list->count == (size_t)list->announced)
		return 0;
	if (list->not_understood != 0 || (list->announced < 0 && list->count == 0))
		return -FAULT_OUTPUT;
	return list->announced > 0 && list->count < (size_t)list->announced ? -FAULT_OUTPUT : 0;
}
