/* SPDX-License-Identifier: BSD-2-Clause */
/* Growable bytes and safe printing of names. */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/die.h"
#include "kmutil-helpers/banned.h"

void
buf_done(struct buf *buf)
{
	free(buf->bytes);
	*buf = (struct buf){0};
}

static void
buf_reserve(struct buf *buf, size_t more)
{
	size_t room = buf->room ? buf->room : 256;

	if (more > SIZE_MAX / 4 - buf->len)
		die(EXIT_BUG, "more output than can be counted");
	while (room < buf->len + more + 1)
		room *= 2;
	if (room == buf->room)
		return;
	buf->bytes = realloc(buf->bytes, room);
	if (buf->bytes == NULL)
		die(EXIT_BUG, "out of memory");
	buf->room = room;
}

void
buf_add(struct buf *buf, const void *bytes, size_t len)
{
	buf_reserve(buf, len);
	if (len > 0) /* bytes may be NULL then */
		memcpy(buf->bytes + buf->len, bytes, len);
	buf->len += len;
	buf->bytes[buf->len] = '\0';
}

void
buf_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void
buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		die(EXIT_BUG, "a message could not be formatted");
	buf_reserve(buf, (size_t)len);
	va_start(args, format);
	(void)vsnprintf(buf->bytes + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

/* The code point of the character of `len` bytes at text. */
static uint32_t
utf8_decode(const char *text, size_t len)
{
	static const uint8_t first_mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t point = (uint8_t)text[0] & first_mask[len];
	size_t i;

	for (i = 1; i < len; i++)
		point = point << 6 | ((uint8_t)text[i] & 0x3f);
	return point;
}

size_t
utf8_length(const char *text)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint8_t first = (uint8_t)text[0];
	size_t len, i;
	uint32_t point;

	if (first < 0x80)
		return 1;
	len = first >= 0xf0 && first < 0xf8 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
	if (len == 0 || first >= 0xf8)
		return 0;
	for (i = 1; i < len; i++)
		if (((uint8_t)text[i] & 0xc0) != 0x80)
			return 0;
	point = utf8_decode(text, len);
	if (point < least[len] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	return len;
}

/* Control characters, and those that turn the direction of a line. */
static bool
is_unprintable(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x200e ||
	    point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
	    (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
}

void
buf_name(struct buf *buf, const char *name)
{
	size_t len, i;

	for (; *name != '\0'; name += len) {
		len = utf8_length(name);
		if (len != 0 && !is_unprintable(utf8_decode(name, len))) {
			buf_add(buf, name, len);
			continue;
		}
		len = len ? len : 1;
		for (i = 0; i < len; i++)
			buf_printf(buf, "\\x%02x", (uint8_t)name[i]);
	}
}

int
buf_flush(struct buf *buf, int fd)
{
	size_t at = 0;
	ssize_t n;

	while (at < buf->len) {
		n = write(fd, buf->bytes + at, buf->len - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += (size_t)n;
	}
	buf->len = 0;
	return 0;
}
