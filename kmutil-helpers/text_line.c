/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines and words: pieces of a text. */
#include <string.h>

#include "kmutil-helpers/text_line.h"

#include "kmutil-helpers/banned.h"

#define UUID_CHARS 36
#define NUMBER_DIGITS 9

struct piece
piece_make(const char *text, size_t len)
{
	return (struct piece){text, text ? len : 0};
}

struct piece
piece_cut(struct piece p, size_t from, size_t to)
{
	if (to > p.len)
		to = p.len;
	if (p.text == NULL || from > to)
		return (struct piece){NULL, 0};
	return (struct piece){p.text + from, to - from};
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Index of the first `c`, or the length. */
static size_t
index_of(struct piece p, char c)
{
	const char *at = p.len ? memchr(p.text, c, p.len) : NULL;

	return at ? (size_t)(at - p.text) : p.len;
}

bool
piece_next_line(struct piece *rest, struct piece *line)
{
	size_t end = index_of(*rest, '\n');

	if (rest->len == 0)
		return false;
	*line = piece_cut(*rest, 0, end);
	*rest = piece_cut(*rest, end < rest->len ? end + 1 : end, rest->len);
	if (line->len != 0 && line->text[line->len - 1] == '\r')
		line->len--;
	return true;
}

bool
piece_next_word(struct piece *rest, struct piece *word)
{
	size_t from = 0, to;

	while (from < rest->len && is_blank(rest->text[from]))
		from++;
	for (to = from; to < rest->len && !is_blank(rest->text[to]); to++)
		continue;
	*word = piece_cut(*rest, from, to);
	*rest = piece_cut(*rest, to, rest->len);
	return to > from;
}

bool
piece_next_field(struct piece *rest, struct piece *field)
{
	size_t end = index_of(*rest, '\t');

	if (rest->text == NULL)
		return false;
	*field = piece_cut(*rest, 0, end);
	*rest = end < rest->len ? piece_cut(*rest, end + 1, rest->len) : (struct piece){NULL, 0};
	return true;
}

struct piece
piece_trim(struct piece p)
{
	while (p.len != 0 && is_blank(p.text[0]))
		p = piece_cut(p, 1, p.len);
	while (p.len != 0 && is_blank(p.text[p.len - 1]))
		p.len--;
	return p;
}

bool
piece_is(struct piece p, const char *text)
{
	return p.text != NULL && p.len == strlen(text) && memcmp(p.text, text, p.len) == 0;
}

bool
piece_starts(struct piece p, const char *text)
{
	return piece_is(piece_cut(p, 0, strlen(text)), text);
}

struct piece
piece_after(struct piece p, const char *text)
{
	size_t len = strlen(text), at;

	for (at = 0; len <= p.len && at <= p.len - len; at++)
		if (p.text != NULL && memcmp(p.text + at, text, len) == 0)
			return piece_cut(p, at + len, p.len);
	return (struct piece){NULL, 0};
}

bool
piece_has(struct piece p, const char *text)
{
	return piece_after(p, text).text != NULL;
}

struct piece
piece_before(struct piece p, const char *text)
{
	struct piece after = piece_after(p, text);

	return after.text ? piece_cut(p, 0, (size_t)(after.text - p.text) - strlen(text)) : p;
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
is_name(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    c == '-' || c == '_' || c == '.';
}

bool
piece_is_bundle_id(struct piece p)
{
	size_t i, dots = 0;

	for (i = 0; i < p.len; i++) {
		if (!is_name(p.text[i]))
			return false;
		dots += p.text[i] == '.';
	}
	return dots != 0 && p.text[0] != '.' && p.text[p.len - 1] != '.';
}

bool
piece_is_uuid(struct piece p)
{
	size_t i;

	for (i = 0; i < p.len; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? p.text[i] != '-' : !is_hex(p.text[i]))
			return false;
	return p.len == UUID_CHARS;
}

int
piece_number(struct piece p)
{
	int value = 0;
	size_t i;

	if (p.len == 0 || p.len > NUMBER_DIGITS)
		return -1;
	for (i = 0; i < p.len; i++) {
		if (p.text[i] < '0' || p.text[i] > '9')
			return -1;
		value = value * 10 + (p.text[i] - '0');
	}
	return value;
}

char *
piece_copy(struct arena *arena, struct piece p)
{
	return p.text ? arena_strndup(arena, p.text, p.len) : NULL;
}
