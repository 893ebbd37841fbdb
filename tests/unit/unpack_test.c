/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unpacking forwards. The codec here knows the one kind of LZFSE block that packs
 * nothing: "bvx-", a length of 4 bytes, the bytes; and the end, "bvx$".
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>
#include <cmocka.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/unpack.h"
#include "tests/unit/fixture.h"

static int file = -1, begun, ended;
static struct bytes packed;
static uint8_t plain[3 * UNPACK_CHUNK_BYTES + 100];

struct raw {
	size_t left;
};

static void *
raw_begin(void)
{
	begun++;
	return calloc(1, sizeof(struct raw));
}

static void
raw_end(void *state)
{
	ended++;
	free(state);
}

static enum unpack_state
raw_run(void *state, struct unpack_step *step)
{
	struct raw *raw = state;
	size_t count;

	while (raw->left == 0) {
		const uint8_t *at = step->in + step->taken;

		if (step->in_len - step->taken >= 4 && memcmp(at, "bvx$", 4) == 0) {
			step->taken += 4;
			return UNPACK_DONE;
		}
		if (step->in_len - step->taken < 8)
			return UNPACK_MORE;
		if (memcmp(at, "bvx-", 4) != 0)
			return UNPACK_BROKEN;
		raw->left = (size_t)at[4] | (size_t)at[5] << 8 | (size_t)at[6] << 16;
		step->taken += 8;
	}
	count = raw->left;
	if (count > step->in_len - step->taken)
		count = step->in_len - step->taken;
	if (count > step->out_len)
		count = step->out_len;
	memcpy(step->out, step->in + step->taken, count);
	step->taken += count;
	step->made = count;
	raw->left -= count;
	return UNPACK_MORE;
}

static const struct unpack_codec raw_codec = {raw_begin, raw_run, raw_end};

static void *
none_begin(void)
{
	return NULL;
}

static const struct unpack_codec none_codec = {none_begin, raw_run, raw_end};

/* Packs `plain` in blocks, so long that none fits the buffers, and writes the file. */
static void
file_make(size_t size, bool closed)
{
	size_t at, len;

	for (at = 0; at < sizeof(plain); at++)
		plain[at] = (uint8_t)(at * 7 + at / 256);
	assert_int_equal(ftruncate(file, 0), 0);
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	for (at = 0; at < size; at += len) {
		len = size - at < 100000 ? size - at : 100000;
		packed.len = 0;
		put(&packed, "bvx-", 4);
		put_le(&packed, len, 4);
		put(&packed, plain + at, len);
		assert_int_equal(write(file, packed.data, packed.len), packed.len);
	}
	if (closed)
		assert_int_equal(write(file, "bvx$", 4), 4);
}

static struct unpack *
open_file(const struct unpack_codec *codec)
{
	struct slice slice;

	assert_int_equal(slice_of_file(file, &slice), 0);
	return unpack_new(codec, &slice);
}

static void
unpack_reads_forwards_at_any_place(void **state)
{
	static const size_t places[] = {0, 1, 65535, 65536, 65537, 99999, 100008, 196660};
	struct unpack *unpack;
	uint8_t out[40];
	size_t i;

	(void)state;
	file_make(sizeof(plain), true);
	begun = ended = 0;
	unpack = open_file(&raw_codec);
	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		assert_int_equal(unpack_read(unpack, places[i], out, sizeof(out)), 0);
		assert_memory_equal(out, plain + places[i], sizeof(out));
	}
	assert_int_equal(begun, 1);
	assert_int_equal(unpack_read(unpack, sizeof(plain) - 1, out, 1), 0);
	assert_int_equal(out[0], plain[sizeof(plain) - 1]);
	assert_int_equal(unpack_read(unpack, sizeof(plain), out, 1), -FAULT_SHORT);
	assert_int_equal(unpack_read(unpack, sizeof(plain), out, 0), 0);
	unpack_free(unpack);
	assert_int_equal(begun, ended);
}

static void
unpack_begins_again_a_few_times(void **state)
{
	struct unpack *unpack;
	uint8_t byte;
	int i;

	(void)state;
	file_make(sizeof(plain), true);
	unpack = open_file(&raw_codec);
	for (i = 0; i <= UNPACK_MAX_RESTARTS; i++) {
		assert_int_equal(unpack_read(unpack, 150000, &byte, 1), 0);
		assert_int_equal(byte, plain[150000]);
		assert_int_equal(
		    unpack_read(unpack, 5, &byte, 1), i < UNPACK_MAX_RESTARTS ? 0 : -FAULT_SIZE);
	}
	unpack_free(unpack);
	assert_int_equal(begun, ended);
}

/* Cut off anywhere, the last byte does not come out; nor does it without the end. */
static void
unpack_refuses_a_stream_cut_off(void **state)
{
	struct unpack *unpack;
	uint8_t byte;
	off_t len;

	(void)state;
	for (len = 0; len < 58; len++) {
		file_make(50, true);
		assert_int_equal(ftruncate(file, len), 0);
		unpack = open_file(&raw_codec);
		assert_int_equal(unpack_read(unpack, 49, &byte, 1), -FAULT_SHORT);
		unpack_free(unpack);
	}
	file_make(50, false);
	unpack = open_file(&raw_codec);
	assert_int_equal(unpack_read(unpack, 49, &byte, 1), 0);
	assert_int_equal(unpack_read(unpack, 50, &byte, 1), -FAULT_SHORT);
	unpack_free(unpack);
}

static void
unpack_tells_what_the_codec_refuses(void **state)
{
	struct unpack *unpack;
	uint8_t byte;

	(void)state;
	file_make(50, true);
	assert_int_equal(pwrite(file, "X", 1, 0), 1);
	unpack = open_file(&raw_codec);
	assert_int_equal(unpack_read(unpack, 0, &byte, 1), -FAULT_SYNTAX);
	unpack_free(unpack);
	unpack = open_file(&none_codec);
	assert_int_equal(unpack_read(unpack, 0, &byte, 1), -ENOMEM);
	unpack_free(unpack);
}

/* A codec that makes bytes for ever out of nothing. */
static enum unpack_state
endless_run(void *state, struct unpack_step *step)
{
	(void)state;
	step->made = step->out_len;
	return UNPACK_MORE;
}

/* One that takes nothing and makes nothing, and one that lies. */
static enum unpack_state
stuck_run(void *state, struct unpack_step *step)
{
	(void)state, (void)step;
	return UNPACK_MORE;
}

static enum unpack_state
lying_run(void *state, struct unpack_step *step)
{
	(void)state;
	step->made = step->out_len + 1;
	return UNPACK_MORE;
}

static void
unpack_ends_with_a_codec_that_does_not(void **state)
{
	static const struct {
		struct unpack_codec codec;
		int code;
	} rows[] = {{{raw_begin, endless_run, raw_end}, -FAULT_SIZE},
	    {{raw_begin, stuck_run, raw_end}, -FAULT_SHORT},
	    {{raw_begin, lying_run, raw_end}, -FAULT_SYNTAX}};
	struct unpack *unpack;
	uint8_t byte;
	size_t i;

	(void)state;
	file_make(50, true);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		unpack = open_file(&rows[i].codec);
		assert_int_equal(
		    unpack_read(unpack, UNPACK_MAX_BYTES + UNPACK_CHUNK_BYTES, &byte, 1),
		    rows[i].code);
		unpack_free(unpack);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(unpack_reads_forwards_at_any_place),
	    cmocka_unit_test(unpack_begins_again_a_few_times),
	    cmocka_unit_test(unpack_refuses_a_stream_cut_off),
	    cmocka_unit_test(unpack_tells_what_the_codec_refuses),
	    cmocka_unit_test(unpack_ends_with_a_codec_that_does_not),
	};
	char name[] = "/tmp/unpack_test.XXXXXX";
	int failed;

	file = mkstemp(name);
	if (file < 0)
		return 1;
	(void)unlink(name);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)close(file);
	return failed;
}
