/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bounded patterns. One is laid out as a row of positions, each a set of
 * characters that must or may stand there; two rows are then walked together.
 */
#include <string.h>

#include "rules/pattern.h"
#include "kmutil-helpers/banned.h"

#define POSITIONS_MAX 512

/* Where a character may be: one of a plain name, or one of a set. */
struct position {
	char plain;      /* 0: the set decides */
	const char *set; /* one of sets[] */
	bool may_lack;
};

/* The sets that there are, and what they hold. */
static const struct {
	const char *written, *holds;
} sets[] = {
    {"[0-9]", "0123456789"},
    {"[a-z]", "abcdefghijklmnopqrstuvwxyz"},
    {"[A-Z]", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    {"[A-Za-z0-9]", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"},
};

bool
pattern_is(const char *text)
{
	return strpbrk(text, "[]{}*?") != NULL;
}

size_t
pattern_literal(const char *text)
{
	return strcspn(text, "[");
}

/* Reads a number of at most two digits; NULL when there is none. */
static const char *
read_count(const char *text, int *count)
{
	size_t len = strspn(text, "0123456789");

	if (len == 0 || len > 2)
		return NULL;
	for (*count = 0; len > 0; len--)
		*count = *count * 10 + (*text++ - '0');
	return text;
}

/* Reads {n} or {m,n}. */
static const char *
read_repeat(const char *text, int *least, int *most)
{
	if (*text++ != '{' || (text = read_count(text, least)) == NULL)
		return NULL;
	*most = *least;
	if (*text == ',' && (text = read_count(text + 1, most)) == NULL)
		return NULL;
	return *text == '}' && *most >= *least && *most >= 1 && *most <= PATTERN_MAX_REPEAT
		   ? text + 1
		   : NULL;
}

/* Reads a set with its count; NULL when it is none. */
static const char *
read_set(const char *text, const char **holds, int *least, int *most)
{
	size_t i, len;

	for (i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
		len = strlen(sets[i].written);
		if (strncmp(text, sets[i].written, len) == 0) {
			*holds = sets[i].holds;
			return read_repeat(text + len, least, most);
		}
	}
	return NULL;
}

/* Lays a pattern out; false when it is none, or too long. */
static bool
lay_out(const char *text, struct position *row, size_t *count)
{
	const char *holds;
	int least, most, i;

	for (*count = 0; *text != '\0';) {
		if (*text != '[') {
			if (strchr("]{}*?", *text) != NULL || *count == POSITIONS_MAX)
				return false;
			row[(*count)++] = (struct position){.plain = *text++};
			continue;
		}
		text = read_set(text, &holds, &least, &most);
		if (text == NULL || *count + (size_t)most > POSITIONS_MAX)
			return false;
		for (i = 0; i < most; i++)
			row[(*count)++] = (struct position){.set = holds, .may_lack = i >= least};
	}
	return true;
}

const char *
pattern_refuse(const char *text)
{
	struct position row[POSITIONS_MAX];
	size_t count;

	return lay_out(text, row, &count)
		   ? NULL
		   : "is no bounded pattern: sets are [0-9], [a-z], [A-Z] and [A-Za-z0-9], each "
		     "with a count such as {6} or {1,2}; there is no star";
}

bool
pattern_is_digits(const char *text)
{
	const char *set = text;

	while ((set = strchr(set, '[')) != NULL) {
		if (strncmp(set, "[0-9]", strlen("[0-9]")) != 0)
			return false;
		set++;
	}
	return true;
}

static bool
positions_meet(const struct position *a, const struct position *b)
{
	const char *c;

	if (a->plain != 0 && b->plain != 0)
		return a->plain == b->plain;
	if (a->plain != 0)
		return strchr(b->set, a->plain) != NULL;
	if (b->plain != 0)
		return strchr(a->set, b->plain) != NULL;
	for (c = a->set; *c != '\0'; c++)
		if (strchr(b->set, *c) != NULL)
			return true;
	return false;
}

/* What can be reached behind one position of a, from what was reached before it. */
static void
step_row(const bool *before, bool *after, const struct position *a, const struct position *b,
    size_t count)
{
	size_t j;

	for (j = 0; j <= count; j++) {
		after[j] = a->may_lack && before[j];
		after[j] |= j > 0 && before[j - 1] && positions_meet(a, &b[j - 1]);
		after[j] |= j > 0 && after[j - 1] && b[j - 1].may_lack;
	}
}

bool
pattern_meet(const char *a, const char *b)
{
	struct position left[POSITIONS_MAX], right[POSITIONS_MAX];
	bool reached[2][POSITIONS_MAX + 1] = {{false}};
	size_t left_count, right_count, i, j;

	if (!pattern_is(a) && !pattern_is(b))
		return strcmp(a, b) == 0;
	if (!lay_out(a, left, &left_count) || !lay_out(b, right, &right_count))
		return true;
	reached[0][0] = true;
	for (j = 1; j <= right_count; j++)
		reached[0][j] = reached[0][j - 1] && right[j - 1].may_lack;
	for (i = 0; i < left_count; i++)
		step_row(reached[i % 2], reached[(i + 1) % 2], &left[i], right, right_count);
	return reached[left_count % 2][right_count];
}

bool
pattern_matches(const char *pattern, const char *name)
{
	size_t len = pattern_literal(pattern);

	if (pattern[len] == '\0')
		return strcmp(pattern, name) == 0;
	return strncmp(pattern, name, len) == 0 && !pattern_is(name) && pattern_meet(pattern, name);
}
