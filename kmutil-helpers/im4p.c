/* SPDX-License-Identifier: BSD-2-Clause */
/* IM4P: the few elements of DER that stand before and behind the payload. */
#include <string.h>

#include "kmutil-helpers/der.h"
#include "kmutil-helpers/im4p.h"
#include "kmutil-helpers/banned.h"

/* Reads a text of four letters. */
static void
word_read(struct cursor *c, uint64_t limit, char word[5])
{
	uint64_t len = der_begin(c, DER_TEXT, limit);
	const uint8_t *bytes;

	memset(word, 0, 5);
	if (cursor_ok(c) && len != 4)
		(void)cursor_fail(c, FAULT_SYNTAX);
	bytes = cursor_bytes(c, 4);
	if (bytes != NULL)
		memcpy(word, bytes, 4);
}

/* Reads what stands in the outermost sequence, which ends at `limit`. */
static void
wrapper_read(struct cursor *c, uint64_t limit, struct im4p *out)
{
	char word[5];

	word_read(c, limit, word);
	if (strcmp(word, "IMG4") == 0) {
		limit = der_begin(c, DER_SEQUENCE, limit);
		limit += c->at;
		word_read(c, limit, word);
	}
	if (cursor_ok(c) && (strcmp(word, "IM4M") == 0 || strcmp(word, "IM4R") == 0))
		(void)cursor_fail(c, FAULT_MANIFEST);
	if (cursor_ok(c) && strcmp(word, "IM4P") != 0)
		(void)cursor_fail(c, FAULT_MAGIC);
	word_read(c, limit, out->type);
	cursor_skip(c, der_begin(c, DER_TEXT, limit));
	out->payload_bytes = der_begin(c, DER_OCTETS, limit);
	out->payload_at = c->at;
	if (cursor_ok(c))
		out->tail_bytes = limit - c->at - out->payload_bytes;
}

bool
im4p_is_wrapper(const void *head, size_t len)
{
	return len != 0 && *(const uint8_t *)head == DER_SEQUENCE;
}

int
im4p_read(const void *head, size_t len, uint64_t file_bytes, struct im4p *out, struct fault *fault)
{
	struct cursor c = cursor_make(head, len);
	uint64_t size;

	*out = (struct im4p){0};
	size = der_begin(&c, DER_SEQUENCE, file_bytes);
	if (c.fault == -FAULT_RANGE) {
		c.fault = -FAULT_SHORT; /* the file was cut off */
	} else {
		wrapper_read(&c, c.at + size, out);
		if (c.fault == -FAULT_SHORT && len < file_bytes)
			c.fault = -FAULT_SIZE;
	}
	*fault = cursor_fault(&c);
	return fault->code;
}

/* A DER integer that is not negative and fits. */
static uint64_t
number_read(struct cursor *c, uint64_t limit)
{
	uint64_t len = der_begin(c, DER_INTEGER, limit), value = 0;

	if (cursor_ok(c) && (len == 0 || len > 9))
		(void)cursor_fail(c, FAULT_SYNTAX);
	for (; cursor_ok(c) && len > 0; len--) {
		if (value >> 56 != 0)
			(void)cursor_fail(c, FAULT_SYNTAX);
		value = value << 8 | cursor_u8(c);
	}
	return value;
}

/* Sequence of two numbers: the way of packing, and the size before it. */
static void
packing_read(struct cursor *c, uint64_t limit, struct im4p *im4p)
{
	uint64_t len = der_begin(c, DER_SEQUENCE, limit), end = c->at + len, kind;

	kind = number_read(c, end);
	im4p->packed = kind == 1 ? IM4P_LZFSE : IM4P_OTHER;
	im4p->unpacked_bytes = number_read(c, end);
	if (cursor_ok(c))
		cursor_skip(c, end - c->at);
}

int
im4p_read_tail(const void *tail, size_t len, struct im4p *im4p, struct fault *fault)
{
	struct cursor c = cursor_make(tail, len), peek;
	unsigned int tag;

	while (cursor_ok(&c) && c.at < len && c.at < im4p->tail_bytes) {
		peek = c;
		tag = cursor_u8(&peek);
		if (tag == DER_OCTETS && !im4p->encrypted) {
			im4p->encrypted = true;
			cursor_skip(&c, der_begin(&c, DER_OCTETS, im4p->tail_bytes));
		} else if (tag == DER_SEQUENCE && im4p->packed == IM4P_PLAIN) {
			packing_read(&c, im4p->tail_bytes, im4p);
		} else {
			break;
		}
	}
	*fault = cursor_fault(&c);
	return fault->code;
}
