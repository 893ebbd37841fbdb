/* SPDX-License-Identifier: BSD-2-Clause */
/* Fixtures for tests of readers: bytes put together by hand, and real samples. */
#ifndef TESTS_UNIT_FIXTURE_H
#define TESTS_UNIT_FIXTURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
	uint8_t data[1 << 17];
	size_t len;
};

static inline void
put(struct bytes *b, const void *from, size_t len)
{
	memcpy(b->data + b->len, from, len);
	b->len += len;
}

static inline void
put_be(struct bytes *b, uint64_t value, size_t size)
{
	while (size-- > 0)
		b->data[b->len++] = (uint8_t)(value >> 8 * size);
}

static inline void
put_le(struct bytes *b, uint64_t value, size_t size)
{
	for (; size-- > 0; value >>= 8)
		b->data[b->len++] = (uint8_t)value;
}

/* Overwrites 4 bytes. */
static inline void
set_be32(struct bytes *b, size_t at, uint32_t value)
{
	struct bytes one = {.len = 0};

	put_be(&one, value, 4);
	memcpy(b->data + at, one.data, 4);
}

/* A copy of exactly len bytes, so that a sanitizer sees one byte more. Caller frees. */
static inline void *
exact_copy(const void *from, size_t len)
{
	void *copy = malloc(len ? len : 1);

	memcpy(copy, from, len);
	return copy;
}

/* Reads a sample; false where samples are absent. Caller frees *data. */
static inline int
sample_read(const char *name, void **data, size_t *len)
{
	const char *root = getenv("KEXTIRPATE_SAMPLES");
	char path[512];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", root ? root : "../shared/samples", name);
	file = fopen(path, "rb");
	if (file == NULL) {
		(void)fprintf(stderr, "# skipped: no sample %s\n", path);
		return 0;
	}
	*data = malloc(1 << 20);
	*len = fread(*data, 1, 1 << 20, file);
	(void)fclose(file);
	return 1;
}

#endif
