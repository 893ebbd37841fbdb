/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Binary property lists ("bplist0?"): a table of offsets, objects that refer to
 * each other by number, a trailer of 32 bytes. Each object is read once, so
 * that shared values cost nothing; only what the top object reaches is read.
 * Format: CoreFoundation's CFBinaryPList.c, the comment at its top.
 */
#include <math.h>
#include <string.h>

#include "kmutil-helpers/cursor.h"
#include "kmutil-helpers/plist_build.h"
#include "kmutil-helpers/banned.h"

#define TRAILER_BYTES 32
#define EPOCH_2001 978307200 /* seconds from 1970 to 2001 */

struct reader {
	struct plist_build *build;
	struct cursor whole; /* up to the table of offsets */
	struct cursor table;
	size_t offset_size, ref_size;
	uint64_t count;
	const struct plist **done; /* by number; NULL until read */
	uint8_t *busy;             /* by number: 1 while its members are read */
	uint64_t at;               /* of the object that was read last */
};

static int object_read(
    struct reader *r, uint64_t number, unsigned int depth, const struct plist **out);

/* The length of an object: the low half of its marker, or an integer after it. */
static uint64_t
length_read(struct cursor *c, unsigned int low)
{
	unsigned int marker;

	if (low != 0xf)
		return low;
	marker = cursor_u8(c);
	if (marker >> 4 != 1 || (marker & 0xf) > 3) {
		(void)cursor_fail(c, FAULT_SYNTAX);
		return 0;
	}
	return cursor_be(c, (size_t)1 << (marker & 0xf));
}

static int
integer_read(struct reader *r, struct cursor *c, unsigned int low, struct plist **out)
{
	int rc = plist_build_value(r->build, PLIST_INTEGER, out);
	uint64_t high = 0, value;

	if (rc != 0)
		return rc;
	if (low > 4)
		return -FAULT_SYNTAX;
	if (low == 4)
		high = cursor_be64(c);
	value = cursor_be(c, low == 4 ? 8 : (size_t)1 << low);
	/* 16 bytes are a sign extension of 8, or an unsigned integer of 8. */
	if (low == 4)
		(*out)->special = high != (value >> 63 ? UINT64_MAX : 0);
	(*out)->u.integer = (int64_t)value;
	return c->fault;
}

static int
date_read(struct reader *r, struct cursor *c, unsigned int low, struct plist **out)
{
	int rc = plist_build_value(r->build, PLIST_DATE, out);
	uint64_t bits = cursor_be64(c);
	double seconds;

	if (rc != 0)
		return rc;
	if (low != 3)
		return -FAULT_SYNTAX;
	memcpy(&seconds, &bits, sizeof(seconds));
	if (!(seconds > -1e15 && seconds < 1e15))
		return -FAULT_RANGE;
	(*out)->u.integer = (int64_t)seconds + EPOCH_2001;
	if ((double)(int64_t)seconds > seconds)
		(*out)->u.integer--;
	return c->fault;
}

/* One code point of UTF-16; half of a pair becomes U+FFFD. */
static uint32_t
utf16_read(struct cursor *c)
{
	uint32_t first = cursor_be16(c), second;
	struct cursor ahead = *c;

	if (first < 0xd800 || first > 0xdfff)
		return first;
	second = cursor_be16(&ahead);
	if (first > 0xdbff || !cursor_ok(&ahead) || second < 0xdc00 || second > 0xdfff)
		return 0xfffd;
	*c = ahead;
	return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

static char *
utf8_put(char *to, uint32_t point)
{
	if (point < 0x80) {
		*to++ = (char)point;
		return to;
	}
	if (point < 0x800) {
		*to++ = (char)(0xc0 | point >> 6);
	} else {
		if (point < 0x10000) {
			*to++ = (char)(0xe0 | point >> 12);
		} else {
			*to++ = (char)(0xf0 | point >> 18);
			*to++ = (char)(0x80 | (point >> 12 & 0x3f));
		}
		*to++ = (char)(0x80 | (point >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (point & 0x3f));
	return to;
}

static int
utf16_string_read(struct reader *r, struct cursor *c, uint64_t units, struct plist **out)
{
	const uint8_t *bytes;
	struct cursor text;
	char *to;
	int rc;

	if (units > cursor_left(c) / 2)
		return -FAULT_SHORT;
	bytes = cursor_bytes(c, units * 2);
	if ((rc = plist_build_value(r->build, PLIST_STRING, out)) != 0 ||
	    (rc = plist_build_bytes(r->build, (size_t)units * 3, &to)) != 0)
		return rc;
	(*out)->u.text = to;
	text = cursor_make(bytes, (size_t)units * 2);
	while (cursor_left(&text) != 0)
		to = utf8_put(to, utf16_read(&text));
	(*out)->count = (size_t)(to - (*out)->u.text);
	(*out)->special = memchr((*out)->u.text, 0, (*out)->count) != NULL;
	return 0;
}

static int
bytes_read(struct reader *r, struct cursor *c, enum plist_type type, uint64_t len, bool ascii,
    struct plist **out)
{
	const uint8_t *bytes = cursor_bytes(c, len);
	uint64_t i;

	if (bytes == NULL)
		return c->fault;
	for (i = 0; ascii && i < len; i++)
		if (bytes[i] >= 0x80)
			return -FAULT_SYNTAX;
	return plist_build_copy(r->build, type, bytes, (size_t)len, out);
}

/* Reads `refs` numbers of objects, and the objects. */
static int
container_read(struct reader *r, struct cursor *c, enum plist_type type, uint64_t count,
    unsigned int depth, struct plist **out)
{
	uint64_t refs, i;
	int rc = depth == PLIST_MAX_DEPTH ? -FAULT_DEPTH : 0;

	if (rc != 0 || (rc = plist_build_value(r->build, type, out)) != 0)
		return rc;
	if (count > cursor_left(c) / r->ref_size)
		return -FAULT_SHORT;
	refs = type == PLIST_DICT ? count * 2 : count;
	if (refs > cursor_left(c) / r->ref_size)
		return -FAULT_SHORT;
	if ((rc = plist_build_items(r->build, (size_t)refs, &(*out)->u.items)) != 0)
		return rc;
	(*out)->count = (size_t)count;
	for (i = 0; i < refs; i++) {
		/* In the file all keys stand before all values. */
		uint64_t to = type == PLIST_ARRAY ? i : i < count ? 2 * i : 2 * (i - count) + 1;
		const struct plist *item;

		rc = object_read(r, cursor_be(c, r->ref_size), depth + 1, &item);
		if (rc != 0)
			return rc;
		if (type == PLIST_DICT && i < count && item->type != PLIST_STRING)
			return -FAULT_SYNTAX;
		(*out)->u.items[to] = item;
	}
	return plist_build_close(*out, (size_t)refs);
}

static int
simple_read(struct reader *r, unsigned int low, struct plist **out)
{
	int rc;

	if (low != 0 && low != 8 && low != 9)
		return -FAULT_SYNTAX;
	rc = plist_build_value(r->build, low == 0 ? PLIST_NULL : PLIST_BOOLEAN, out);
	if (rc == 0)
		(*out)->u.integer = low == 9;
	return rc;
}

/* 4 or 8 bytes of IEEE 754; other widths are known and none is a number. */
static int
real_read(struct reader *r, struct cursor *c, unsigned int low, struct plist **out)
{
	struct cursor bytes = *c;
	uint64_t wide;
	uint32_t narrow;
	float single;
	int rc;

	cursor_skip(c, low > 3 ? UINT64_MAX : (uint64_t)1 << low);
	rc = c->fault ? c->fault : plist_build_value(r->build, PLIST_REAL, out);
	if (rc != 0)
		return rc;
	(*out)->u.real = NAN;
	if (low == 2) {
		narrow = cursor_be32(&bytes);
		memcpy(&single, &narrow, sizeof(single));
		(*out)->u.real = (double)single;
	} else if (low == 3) {
		wide = cursor_be64(&bytes);
		memcpy(&(*out)->u.real, &wide, sizeof(wide));
	}
	return 0;
}

static int
body_read(struct reader *r, struct cursor *c, unsigned int depth, struct plist **out)
{
	unsigned int marker = cursor_u8(c), low = marker & 0xf;

	if (!cursor_ok(c))
		return c->fault;
	switch (marker >> 4) {
	case 0x0:
		return simple_read(r, low, out);
	case 0x1:
		return integer_read(r, c, low, out);
	case 0x2:
		return real_read(r, c, low, out);
	case 0x3:
		return date_read(r, c, low, out);
	case 0x4:
		return bytes_read(r, c, PLIST_DATA, length_read(c, low), false, out);
	case 0x5:
		return bytes_read(r, c, PLIST_STRING, length_read(c, low), true, out);
	case 0x6:
		return utf16_string_read(r, c, length_read(c, low), out);
	case 0x7:
		return bytes_read(r, c, PLIST_STRING, length_read(c, low), false, out);
	case 0x8:
		cursor_skip(c, low + 1);
		return c->fault ? c->fault : plist_build_value(r->build, PLIST_UID, out);
	case 0xa:
	case 0xb:
	case 0xc:
		return container_read(r, c, PLIST_ARRAY, length_read(c, low), depth, out);
	case 0xd:
		return container_read(r, c, PLIST_DICT, length_read(c, low), depth, out);
	}
	return -FAULT_SYNTAX;
}

static int
object_read(struct reader *r, uint64_t number, unsigned int depth, const struct plist **out)
{
	struct cursor c;
	struct plist *value = NULL;
	uint64_t offset;
	int rc;

	if (number >= r->count)
		return -FAULT_RANGE;
	if (r->busy[number])
		return -FAULT_CYCLE;
	*out = r->done[number];
	if (*out != NULL)
		return depth + (*out)->height > PLIST_MAX_DEPTH ? -FAULT_DEPTH : 0;
	c = cursor_sub(&r->table, number * r->offset_size, r->offset_size);
	offset = cursor_be(&c, r->offset_size);
	if (offset < 8 || offset >= r->whole.len)
		return -FAULT_RANGE;
	r->at = offset;
	c = cursor_sub(&r->whole, offset, r->whole.len - offset);
	r->busy[number] = 1;
	rc = body_read(r, &c, depth, &value);
	r->busy[number] = 0;
	/* A length that could not be read was answered as an empty value. */
	rc = rc ? rc : c.fault;
	*out = r->done[number] = value;
	return rc;
}

int
plist_read_binary(struct plist_build *build, const uint8_t *bytes, size_t len,
    const struct plist **out, struct fault *fault)
{
	struct cursor file = cursor_make(bytes, len), trailer;
	struct reader r = {.build = build};
	uint64_t top, table;

	if (len < 8 + TRAILER_BYTES)
		return -FAULT_SHORT;
	trailer = cursor_sub(&file, len - TRAILER_BYTES, TRAILER_BYTES);
	fault->at = len - TRAILER_BYTES;
	cursor_skip(&trailer, 6);
	r.offset_size = cursor_u8(&trailer);
	r.ref_size = cursor_u8(&trailer);
	r.count = cursor_be64(&trailer);
	top = cursor_be64(&trailer);
	table = cursor_be64(&trailer);
	if (r.offset_size - 1 > 7 || r.ref_size - 1 > 7)
		return -FAULT_SYNTAX;
	if (table < 8 || table > len - TRAILER_BYTES ||
	    r.count > (len - TRAILER_BYTES - table) / r.offset_size)
		return -FAULT_RANGE;
	if (r.count > PLIST_MAX_VALUES)
		return -FAULT_COUNT;
	r.whole = cursor_sub(&file, 0, table);
	r.table = cursor_sub(&file, table, r.count * r.offset_size);
	r.done = arena_array(build->arena, (size_t)r.count, sizeof(*r.done));
	r.busy = arena_array(build->arena, (size_t)r.count, 1);
	fault->code = object_read(&r, top, 0, out);
	fault->at = r.at ? r.at : fault->at;
	return fault->code;
}
