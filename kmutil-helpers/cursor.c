/* SPDX-License-Identifier: BSD-2-Clause */
/* Cursor: checked reading of bytes. */
#include <string.h>

#include "kmutil-helpers/cursor.h"

struct cursor
cursor_make(const void *base, size_t len)
{
	return (struct cursor){.base = base, .len = len};
}

struct cursor
cursor_sub(const struct cursor *whole, uint64_t offset, uint64_t len)
{
	struct cursor part = {0};

	if (whole->fault != 0)
		part.fault = whole->fault;
	else if (offset > whole->len || len > whole->len - offset)
		part.fault = -FAULT_RANGE;
	else
		part = cursor_make(whole->base + offset, (size_t)len);
	return part;
}

const uint8_t *
cursor_bytes(struct cursor *c, uint64_t len)
{
	const uint8_t *bytes;

	if (c->fault != 0)
		return NULL;
	if (len > c->len - c->at) {
		c->fault = -FAULT_SHORT;
		return NULL;
	}
	bytes = c->base + c->at;
	c->at += (size_t)len;
	return bytes;
}

uint64_t
cursor_be(struct cursor *c, size_t size)
{
	const uint8_t *bytes = cursor_bytes(c, size);
	uint64_t value = 0;
	size_t i;

	for (i = 0; bytes != NULL && i < size; i++)
		value = value << 8 | bytes[i];
	return value;
}

static uint64_t
cursor_le(struct cursor *c, size_t size)
{
	const uint8_t *bytes = cursor_bytes(c, size);
	uint64_t value = 0;
	size_t i;

	for (i = size; bytes != NULL && i > 0; i--)
		value = value << 8 | bytes[i - 1];
	return value;
}

uint8_t
cursor_u8(struct cursor *c)
{
	return (uint8_t)cursor_be(c, 1);
}

uint16_t
cursor_be16(struct cursor *c)
{
	return (uint16_t)cursor_be(c, 2);
}

/* Most of what large files hold. */
uint32_t
cursor_be32(struct cursor *c)
{
	const uint8_t *bytes = cursor_bytes(c, 4);

	return bytes == NULL ? 0
			     : (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
				   (uint32_t)bytes[2] << 8 | bytes[3];
}

uint64_t
cursor_be64(struct cursor *c)
{
	return cursor_be(c, 8);
}

uint16_t
cursor_le16(struct cursor *c)
{
	return (uint16_t)cursor_le(c, 2);
}

uint32_t
cursor_le32(struct cursor *c)
{
	return (uint32_t)cursor_le(c, 4);
}

uint64_t
cursor_le64(struct cursor *c)
{
	return cursor_le(c, 8);
}

const char *
cursor_string(struct cursor *c, size_t *len)
{
	const uint8_t *nul, *text;

	*len = 0;
	if (c->fault != 0)
		return NULL;
	nul = memchr(c->base + c->at, 0, c->len - c->at);
	if (nul == NULL) {
		c->fault = -FAULT_SHORT;
		return NULL;
	}
	text = c->base + c->at;
	*len = (size_t)(nul - text);
	c->at += *len + 1;
	return (const char *)text;
}

void
cursor_skip(struct cursor *c, uint64_t len)
{
	(void)cursor_bytes(c, len);
}

size_t
cursor_left(const struct cursor *c)
{
	return c->fault == 0 ? c->len - c->at : 0;
}

bool
cursor_ok(const struct cursor *c)
{
	return c->fault == 0;
}

int
cursor_fail(struct cursor *c, enum fault_code code)
{
	if (c->fault == 0)
		c->fault = -(int)code;
	return c->fault;
}

struct fault
cursor_fault(const struct cursor *c)
{
	return (struct fault){.code = c->fault, .at = c->at};
}
