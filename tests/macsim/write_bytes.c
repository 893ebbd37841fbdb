/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes that grow. Knows no format; out of memory, macsim ends.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/macsim/macsim.h"
#include "tests/macsim/write_bytes.h"

void
macsim_die(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("macsim: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(MACSIM_ERROR);
}

void
bytes_add(struct bytes *bytes, const void *data, size_t len)
{
	if (bytes->len + len + 1 > bytes->room) {
		bytes->room = (bytes->len + len + 1) * 2;
		bytes->data = realloc(bytes->data, bytes->room);
		if (!bytes->data)
			macsim_die("out of memory");
	}
	if (len > 0 && data)
		memcpy(bytes->data + bytes->len, data, len);
	else if (len > 0)
		memset(bytes->data + bytes->len, 0, len);
	bytes->len += len;
	bytes->data[bytes->len] = 0;
}

void
bytes_text(struct bytes *bytes, const char *text)
{
	bytes_add(bytes, text, strlen(text));
}

void
bytes_printf(struct bytes *bytes, const char *format, ...)
{
	va_list args;
	char *text = NULL;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		macsim_die("out of memory");
	bytes_add(bytes, text, (size_t)len);
	free(text);
}

void
bytes_u8(struct bytes *bytes, unsigned value)
{
	bytes_be(bytes, value, 1);
}

void
bytes_be(struct bytes *bytes, uint64_t value, size_t size)
{
	bytes_zero(bytes, size);
	bytes_poke_be(bytes, bytes->len - size, value, size);
}

void
bytes_le(struct bytes *bytes, uint64_t value, size_t size)
{
	bytes_zero(bytes, size);
	bytes_poke_le(bytes, bytes->len - size, value, size);
}

void
bytes_zero(struct bytes *bytes, size_t len)
{
	bytes_add(bytes, NULL, len);
}

void
bytes_align(struct bytes *bytes, size_t step)
{
	bytes_zero(bytes, (step - bytes->len % step) % step);
}

void
bytes_poke_le(struct bytes *bytes, size_t at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes->data[at + i] = (uint8_t)(value >> (8 * i));
}

void
bytes_poke_be(struct bytes *bytes, size_t at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes->data[at + i] = (uint8_t)(value >> (8 * (size - 1 - i)));
}

void
bytes_done(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){0};
}
