/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mangling: every way in which a good file is made a bad one for a reader's test.
 * The reader may say what it likes, but it ends, soon, and (under sanitizers)
 * touches nothing beyond the bytes; a cap on its arena bounds its memory.
 * Include after cmocka.h.
 */
#ifndef TESTS_UNIT_MANGLE_H
#define TESTS_UNIT_MANGLE_H

#include <time.h>
#include <unistd.h>

#include "kmutil-helpers/arena.h"
#include "tests/unit/fixture.h"

#define MANGLE_CAP_BYTES ((size_t)8 << 20) /* of a reader, for files of some kilobytes */
#define MANGLE_RANDOM 3000

/* Reads one mangled file; exactly len bytes may be touched. */
typedef void mangle_read(struct arena *arena, const void *bytes, size_t len, void *payload);

struct mangle {
	mangle_read *read;
	void *payload;
	size_t cases;
};

static inline void
mangle_one(struct mangle *mangle, const void *bytes, size_t len)
{
	struct arena *arena = arena_new(MANGLE_CAP_BYTES);
	void *copy = exact_copy(bytes, len);
	clock_t before = clock();

	mangle->read(arena, copy, len, mangle->payload);
	assert_true(clock() - before < 2 * CLOCKS_PER_SEC);
	free(copy);
	arena_free(arena);
	mangle->cases++;
}

/* Numbers that a count, a size or an offset should not have: huge, just too far,
 * and the place of the number itself, which makes cycles. */
static inline void
mangle_number(struct mangle *mangle, uint8_t *bytes, size_t len, size_t at, size_t size, int big)
{
	const uint64_t all = size == 8 ? UINT64_MAX : ((uint64_t)1 << 8 * size) - 1;
	const uint64_t values[] = {all, all >> 1, all - 7, len, len - 1, len + 1, at, 0, 1};
	uint8_t kept[8];
	size_t i, j;

	memcpy(kept, bytes + at, size);
	for (i = 0; i < sizeof(values) / sizeof(*values); i++) {
		for (j = 0; j < size; j++)
			bytes[at + j] = (uint8_t)(values[i] >> 8 * (big ? size - 1 - j : j));
		if (memcmp(bytes + at, kept, size) != 0)
			mangle_one(mangle, bytes, len);
	}
	memcpy(bytes + at, kept, size);
}

/* A few bytes at once, the same ones in each run. */
static inline void
mangle_random(struct mangle *mangle, uint8_t *bytes, size_t len)
{
	uint8_t *copy = exact_copy(bytes, len);
	uint32_t seed = 20211025;
	int i, j;

	for (i = 0; i < MANGLE_RANDOM; i++) {
		memcpy(copy, bytes, len);
		for (j = 0; j <= i % 5; j++) {
			seed = seed * 1664525 + 1013904223;
			copy[(seed >> 8) % len] = (uint8_t)(seed >> 24);
		}
		mangle_one(mangle, copy, len);
	}
	free(copy);
}

/* Cuts the file at every length, makes every byte and number of it the worst. */
static inline void
mangle_all(const char *name, const void *good, size_t len, mangle_read *read, void *payload)
{
	static const uint8_t worst[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
	struct mangle mangle = {.read = read, .payload = payload};
	uint8_t *bytes = exact_copy(good, len), kept;
	size_t i, j;

	(void)alarm(300); /* a reader that never ends, ends here */
	for (i = 0; i <= len; i++)
		mangle_one(&mangle, bytes, i);
	for (i = 0; i < len; i++) {
		kept = bytes[i];
		for (j = 0; j < sizeof(worst); j++) {
			bytes[i] = worst[j];
			mangle_one(&mangle, bytes, len);
		}
		bytes[i] = kept;
		for (j = 2; j <= 8; j *= 2)
			if (len - i >= j) {
				mangle_number(&mangle, bytes, len, i, j, 0);
				mangle_number(&mangle, bytes, len, i, j, 1);
			}
	}
	mangle_random(&mangle, bytes, len);
	(void)alarm(0);
	free(bytes);
	(void)printf("# %s: %zu malformed files\n", name, mangle.cases);
}

/* The same of a text: cut at every length, every byte made a bad one. */
static inline void
mangle_text(const char *name, const char *good, mangle_read *read, void *payload)
{
	static const uint8_t worst[] = {'\0', '\n', '\t', ' ', '\\', '-', '9', 0x1b, 0xff};
	struct mangle mangle = {.read = read, .payload = payload};
	size_t len = strlen(good), i, j;
	uint8_t *bytes = exact_copy(good, len), kept;

	(void)alarm(300);
	for (i = 0; i <= len; i++)
		mangle_one(&mangle, bytes, i);
	for (i = 0; i < len; i++) {
		kept = bytes[i];
		for (j = 0; j < sizeof(worst); j++) {
			bytes[i] = worst[j];
			mangle_one(&mangle, bytes, len);
		}
		bytes[i] = kept;
	}
	mangle_random(&mangle, bytes, len);
	(void)alarm(0);
	free(bytes);
	(void)printf("# %s: %zu malformed texts\n", name, mangle.cases);
}

#endif
