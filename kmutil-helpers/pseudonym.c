/* SPDX-License-Identifier: BSD-2-Clause */
/* Words replaced by others of the same length. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/letter_forms.h"
#include "kmutil-helpers/pseudonym.h"
#include "kmutil-helpers/banned.h"

#define HOMES "Users/"

/* UTF-16 units of a UTF-8 text. */
static size_t
utf16_length(const char *text)
{
	size_t units = 0, len;

	for (; *text != '\0'; text += len) {
		len = utf8_length(text);
		len = len == 0 ? 1 : len;
		units += len == 4 ? 2 : 1;
	}
	return units;
}

/* A UUID's hyphens stay, and it stays hexadecimal; else "user-1......" cut to length. */
static const char *
make_stand_in(struct arena *arena, const struct pseudonym *item, size_t number, size_t len)
{
	char *text = arena_alloc(arena, len + 1);
	const char *name = arena_printf(arena, "%c%zu%s", item->kind[0], number, item->kind + 1);
	size_t i;

	if (strcmp(item->kind, "uuid") == 0 && len == strlen(item->word)) {
		name = arena_printf(arena, "%012zu", number);
		for (i = 0; i < len; i++)
			text[i] = item->word[i] == '-' ? '-' : '0';
		memcpy(text + len - strlen(name), name, strlen(name));
		return text;
	}
	for (i = 0; i < len; i++)
		text[i] = i < strlen(name) ? name[i] : 'x';
	return text;
}

static void
push_word(struct pseudonym_list *list, const struct pseudonym *word, size_t number)
{
	struct pseudonym *item =
	    arena_push(list->arena, &list->items, &list->count, &list->room, sizeof(*item));

	*item = *word;
	item->utf8 = make_stand_in(list->arena, item, number, strlen(item->word));
	item->utf16 = make_stand_in(list->arena, item, number, utf16_length(item->word));
}

void
pseudonym_add(struct pseudonym_list *list, const char *kind, const char *word, bool only_home)
{
	struct pseudonym item = {.kind = kind};
	size_t i, number = 1;

	if (word == NULL || word[0] == '\0')
		return;
	if (strlen(word) < PSEUDONYM_MIN_BYTES && strcmp(kind, "user") != 0)
		return;
	item.only_home = only_home || strlen(word) < PSEUDONYM_MIN_BYTES;
	for (i = 0; i < list->count; i++) {
		if (strcasecmp(list->items[i].word, word) == 0)
			return;
		number += strcmp(list->items[i].kind, kind) == 0;
	}
	item.word = arena_strdup(list->arena, word);
	push_word(list, &item, number);
	/* The same word with its accents in macOS's other form. */
	item.word = letter_forms_other(list->arena, word);
	if (strcmp(item.word, word) != 0)
		push_word(list, &item, number);
}

static int
compare_lengths(const void *a, const void *b)
{
	size_t x = strlen(((const struct pseudonym *)a)->word);
	size_t y = strlen(((const struct pseudonym *)b)->word);

	return x > y ? -1 : x < y;
}

void
pseudonym_ready(struct pseudonym_list *list)
{
	if (list->count > 1)
		qsort(list->items, list->count, sizeof(*list->items), compare_lengths);
}

/* How text stands in the bytes: the width of a unit, and where in it an ASCII
 * letter's byte is. */
struct encoding {
	size_t width, byte;
};

static bool
is_letter_at(const uint8_t *bytes, size_t len, size_t at, struct encoding e)
{
	size_t i;

	if (at > len || len - at < e.width)
		return false;
	for (i = 0; i < e.width; i++)
		if (i != e.byte && bytes[at + i] != 0)
			return false;
	return isalnum(bytes[at + e.byte]) != 0;
}

/* The word in that encoding; *len its bytes. */
static uint8_t *
encode(struct arena *arena, const char *word, struct encoding e, size_t *len)
{
	size_t room = strlen(word) * e.width + 1, n, i;
	uint8_t *out = arena_alloc(arena, room);
	uint32_t point;

	*len = 0;
	if (e.width == 1) {
		*len = strlen(word);
		return memcpy(out, word, *len);
	}
	for (; *word != '\0'; word += n) {
		n = utf8_length(word);
		n = n == 0 ? 1 : n;
		point = n == 1 ? (uint8_t)word[0] : (uint8_t)word[0] & (0xffU >> (n + 1));
		for (i = 1; i < n; i++)
			point = point << 6 | ((uint8_t)word[i] & 0x3f);
		if (n == 4) {
			point -= 0x10000;
			out[*len + e.byte] = (uint8_t)(0xd800 + (point >> 10));
			out[*len + 1 - e.byte] = (uint8_t)((0xd800 + (point >> 10)) >> 8);
			*len += 2;
			point = 0xdc00 + (point & 0x3ff);
		}
		out[*len + e.byte] = (uint8_t)point;
		out[*len + 1 - e.byte] = (uint8_t)(point >> 8);
		*len += 2;
	}
	return out;
}

static bool
is_same(const uint8_t *a, const uint8_t *b, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (a[i] != b[i] && (a[i] >= 0x80 || tolower(a[i]) != tolower(b[i])))
			return false;
	return true;
}

static size_t
replace_word(struct arena *arena, const struct pseudonym *item, struct encoding e, uint8_t *bytes,
    size_t len)
{
	size_t word_len, home_len, at, i, count = 0;
	const uint8_t *word = encode(arena, item->word, e, &word_len);
	const uint8_t *home = encode(arena, HOMES, e, &home_len);
	const char *to = e.width == 1 ? item->utf8 : item->utf16;

	for (at = 0; len >= word_len && at <= len - word_len; at++) {
		if (!is_same(bytes + at, word, word_len) ||
		    is_letter_at(bytes, len, at + word_len, e) ||
		    (at >= e.width && is_letter_at(bytes, len, at - e.width, e)))
			continue;
		if (item->only_home &&
		    (at < home_len || memcmp(bytes + at - home_len, home, home_len) != 0))
			continue;
		for (i = 0; to[i] != '\0' && (i + 1) * e.width <= word_len; i++) {
			memset(bytes + at + i * e.width, 0, e.width);
			bytes[at + i * e.width + e.byte] = (uint8_t)to[i];
		}
		count++;
	}
	return count;
}

size_t
pseudonym_apply(const struct pseudonym_list *list, void *bytes, size_t len)
{
	static const struct encoding encodings[] = {{1, 0}, {2, 1}, {2, 0}};
	struct arena *scratch = arena_new(0);
	size_t i, j, count = 0;

	for (i = 0; i < list->count; i++)
		for (j = 0; j < sizeof(encodings) / sizeof(*encodings); j++)
			count += replace_word(scratch, &list->items[i], encodings[j], bytes, len);
	arena_free(scratch);
	return count;
}
