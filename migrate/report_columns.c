/* SPDX-License-Identifier: BSD-2-Clause */
/* Breaking, cutting and counting lines. */
#include <string.h>

#include "migrate/report_columns.h"
#include "kmutil-helpers/banned.h"

#define SENTENCE_COLUMNS 78

#define GAP "..."

static bool
is_start(char byte)
{
	return ((unsigned char)byte & 0xc0) != 0x80;
}

static size_t
width_of(const char *text, size_t len)
{
	size_t width = 0, i;

	for (i = 0; i < len; i++)
		width += is_start(text[i]);
	return width;
}

size_t
columns_width(const char *text)
{
	return width_of(text, strlen(text));
}

/* Bytes of the first `columns` characters. */
static size_t
bytes_of(const char *text, size_t columns)
{
	size_t i;

	for (i = 0; text[i] != '\0'; i++)
		if (is_start(text[i]) && columns-- == 0)
			break;
	return i;
}

void
columns_cut(struct buf *out, const char *text, size_t columns)
{
	size_t width = columns_width(text), tail, head;
	const char *slash = strrchr(text, '/');

	if (width <= columns || columns <= sizeof(GAP)) {
		buf_text(out, text);
		return;
	}
	/* The last component whole if it leaves room for the gap and something before. */
	tail = slash != NULL ? columns_width(slash) : columns / 2;
	if (tail + strlen(GAP) + 1 > columns)
		tail = (columns - strlen(GAP)) * 2 / 3;
	head = columns - strlen(GAP) - tail;
	buf_add(out, text, bytes_of(text, head));
	buf_text(out, GAP);
	buf_text(out, text + bytes_of(text, width - tail));
}

void
columns_wrap(struct buf *out, const char *text, size_t indent, size_t columns)
{
	struct buf word = {0};
	size_t column = indent, len, width;

	while (text[0] != '\0') {
		len = strcspn(text, " ");
		width = width_of(text, len);
		if (column > indent && column + 1 + width > columns) {
			buf_printf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			buf_text(out, " ");
			column++;
		}
		word.len = 0;
		buf_add(&word, text, len);
		columns_cut(out, len > 0 ? word.bytes : "", columns - indent);
		column += width;
		text += len + (text[len] == ' ');
	}
	buf_text(out, "\n");
	buf_done(&word);
}

void
columns_sentence(struct buf *out, const char *head, const char *text)
{
	struct buf safe = {0};

	buf_name(&safe, text);
	buf_text(out, head);
	columns_wrap(out, safe.len > 0 ? safe.bytes : "", columns_width(head), SENTENCE_COLUMNS);
	buf_done(&safe);
}

size_t
columns_lines(const struct buf *buf)
{
	size_t lines = 0, i;

	for (i = 0; i < buf->len; i++)
		lines += buf->bytes[i] == '\n';
	return lines;
}
