/* SPDX-License-Identifier: BSD-2-Clause */
/* How far names are from a word. */
#include <ctype.h>
#include <string.h>

#include "migrate/nearest.h"
#include "kmutil-helpers/banned.h"

#define WORD_MAX 255
#define LETTERS_PER_SLIP 6 /* a word of twelve letters may have two slips, and one more */

static int
letter(const char *word, size_t i)
{
	return tolower((unsigned char)word[i]);
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Fills the next row: the letters by which word[0..i] and each beginning of the name
 * differ, from the two rows before it. */
static void
next_row(const char *word, size_t i, const char *name, size_t len, size_t rows[3][WORD_MAX + 1])
{
	const size_t *older = rows[(i + 2) % 3], *above = rows[i % 3];
	size_t *row = rows[(i + 1) % 3], j;

	row[0] = i + 1;
	for (j = 1; j <= len; j++) {
		row[j] = above[j - 1] + (letter(word, i) == letter(name, j - 1) ? 0 : 1);
		row[j] = least(row[j], least(above[j], row[j - 1]) + 1);
		if (i > 0 && j > 1 && letter(word, i) == letter(name, j - 2) &&
		    letter(word, i - 1) == letter(name, j - 1))
			row[j] = least(row[j], older[j - 2] + 1);
	}
}

/* The letters in which the word differs from the name; one more where it is the
 * name's beginning alone that is near. */
static size_t
distance(const char *word, const char *name)
{
	size_t rows[3][WORD_MAX + 1], word_len = strlen(word), len = strlen(name), best, i;

	if (word_len > WORD_MAX || len > WORD_MAX)
		return WORD_MAX;
	for (i = 0; i <= len; i++)
		rows[0][i] = i;
	for (i = 0; i < word_len; i++)
		next_row(word, i, name, len, rows);
	best = rows[word_len % 3][len];
	for (i = 1; i < len; i++)
		if (name[i] == '.' || name[i] == '-')
			best = least(best, rows[word_len % 3][i] + 1);
	return best;
}

/* How far a name may be: what stands before the last slash or colon is not the name. */
static size_t
limit(const char *word)
{
	const char *slash = strrchr(word, '/'), *colon = strchr(word, ':');
	size_t len = strlen(slash != NULL ? slash : colon != NULL ? colon : word);

	return least(len / LETTERS_PER_SLIP + 1, len - 1);
}

void
nearest_offer(struct nearest *nearest, const char *name)
{
	size_t cost, at, i;

	if (name == NULL)
		return;
	for (i = 0; i < nearest->count; i++)
		if (strcmp(nearest->names[i], name) == 0)
			return;
	cost = distance(nearest->word, name);
	if (cost > limit(nearest->word))
		return;
	for (at = 0; at < nearest->count && nearest->costs[at] <= cost; at++)
		continue;
	if (at == NEAREST_MAX)
		return;
	nearest->count = least(nearest->count + 1, NEAREST_MAX);
	for (i = nearest->count - 1; i > at; i--) {
		nearest->names[i] = nearest->names[i - 1];
		nearest->costs[i] = nearest->costs[i - 1];
	}
	nearest->names[at] = name;
	nearest->costs[at] = cost;
}

const char *
nearest_text(struct arena *arena, const struct nearest *nearest)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < nearest->count; i++)
		text = arena_printf(arena, "%s%s%s", text,
		    i == 0                   ? "; did you mean "
		    : i + 1 < nearest->count ? ", "
					     : " or ",
		    nearest->names[i]);
	return nearest->count > 0 ? arena_printf(arena, "%s?", text) : "";
}
