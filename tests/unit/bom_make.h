/* SPDX-License-Identifier: BSD-2-Clause */
/* A bill of materials from rows, each a file of seven bytes. */
#ifndef TESTS_UNIT_BOM_MAKE_H
#define TESTS_UNIT_BOM_MAKE_H

#include "tests/unit/fixture.h"

struct row {
	uint32_t id, parent;
	const char *name;
};

/* Blocks: 1 tree, 2 leaf, then {attributes, file, info} of each row. The index
 * ends the file, as in Apple's. */
static inline void
bom_make(struct bytes *b, const struct row *rows, size_t count)
{
	size_t offsets[64] = {0}, ends[64] = {0}, blocks = 3 + 3 * count, i, index;

	memset(b, 0, sizeof(*b));
	b->len = 512;
	offsets[1] = b->len;
	put(b, "tree\0\0\0\1\0\0\0\2\0\0\x10\0", 16);
	put_be(b, count, 4);
	put_be(b, 0, 1);
	ends[1] = offsets[2] = b->len;
	put_be(b, 1, 2);
	put_be(b, count, 2);
	put_be(b, 0, 8);
	for (i = 0; i < count; i++) {
		put_be(b, 5 + 3 * i, 4);
		put_be(b, 4 + 3 * i, 4);
	}
	ends[2] = b->len;
	for (i = 0; i < count; i++) {
		offsets[3 + 3 * i] = b->len;
		put(b, "\1\1\0\x0f\x81\xa4\0\0\1\xf5\0\0\0\x14\x5b\x3c\x61\x4d\0\0\0\7\1", 23);
		put_be(b, 0x9a4d12c4, 4);
		put_be(b, 0, 8);
		ends[3 + 3 * i] = offsets[4 + 3 * i] = b->len;
		put_be(b, rows[i].parent, 4);
		put(b, rows[i].name, strlen(rows[i].name) + 1);
		ends[4 + 3 * i] = offsets[5 + 3 * i] = b->len;
		put_be(b, rows[i].id, 4);
		put_be(b, 3 + 3 * i, 4);
		ends[5 + 3 * i] = b->len;
	}
	set_be32(b, 24, (uint32_t)b->len);
	set_be32(b, 28, 14);
	put(b, "\0\0\0\1\0\0\0\1\5Paths", 14);
	index = b->len;
	put_be(b, blocks, 4);
	for (i = 0; i < blocks; i++) {
		put_be(b, offsets[i], 4);
		put_be(b, ends[i] - offsets[i], 4);
	}
	memcpy(b->data, "BOMStore\0\0\0\1", 12);
	set_be32(b, 12, (uint32_t)blocks - 1);
	set_be32(b, 16, (uint32_t)index);
	set_be32(b, 20, (uint32_t)(b->len - index));
}

#endif
