/* SPDX-License-Identifier: BSD-2-Clause */
/* IM4P and IMG4: where the payload lies, and wrappers that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include "kmutil-helpers/im4p.h"
#include "tests/unit/fixture.h"
#include "tests/unit/mangle.h"

static const char im4p[] = "\x30\x1b\x16\4IM4P\x16\4auxk\x16\3abc\x04\6PAYLOA\xa0";
static const char img4[] =
    "\x30\x81\x20\x16\4IMG4\x30\x15\x16\4IM4P\x16\4krnl\x16\0\x04\5PAYLO\xa0";

static int
read_all(const char *bytes, size_t len, uint64_t file_bytes, struct im4p *out)
{
	void *copy = exact_copy(bytes, len);
	struct fault fault;
	int rc = im4p_read(copy, len, file_bytes, out, &fault);

	assert_int_equal(fault.code, rc);
	free(copy);
	return rc;
}

static void
im4p_finds_the_payload(void **state)
{
	struct im4p found;

	(void)state;
	assert_int_equal(read_all(im4p, sizeof(im4p) - 1, 29, &found), 0);
	assert_string_equal(found.type, "auxk");
	assert_int_equal(found.payload_at, 21);
	assert_int_equal(found.payload_bytes, 6);
	assert_int_equal(read_all(img4, sizeof(img4) - 1, 35, &found), 0);
	assert_string_equal(found.type, "krnl");
	assert_int_equal(found.payload_bytes, 5);
	assert_memory_equal(img4 + found.payload_at, "PAYLO", 5);
}

static void
im4p_refuses_a_file_cut_off_anywhere(void **state)
{
	struct im4p found;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(im4p) - 2; i++)
		assert_int_equal(read_all(im4p, i, i, &found), -FAULT_SHORT);
	for (i = 0; i < sizeof(img4) - 2; i++)
		assert_int_equal(read_all(img4, i, i, &found), -FAULT_SHORT);
}

static void
im4p_says_when_the_head_is_too_small(void **state)
{
	struct im4p found;
	size_t i;

	(void)state;
	for (i = 0; i < 21; i++)
		assert_int_equal(read_all(im4p, i, 100, &found), -FAULT_SIZE);
	assert_int_equal(read_all(im4p, 21, 100, &found), 0);
}

static void
im4p_refuses_what_is_none(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		int code;
	} rows[] = {
	    {"\x31\x06\x16\4IM4P", 8, -FAULT_SYNTAX}, {"\x30\x06\x16\4IM4X", 8, -FAULT_MAGIC},
	    {"\x30\x06\x16\4IM4M", 8, -FAULT_MANIFEST}, {"\x30\x06\x16\4IM4R", 8, -FAULT_MANIFEST},
	    {"\x30\x06\x04\4IM4P", 8, -FAULT_SYNTAX}, {"\x30\x07\x16\5IM4PX", 9, -FAULT_SYNTAX},
	    {"\x30\x80\x16\4IM4P", 8, -FAULT_SYNTAX},
	    {"\x30\x89\1\1\1\1\1\1\1\1\1\x16\4IM4P", 17, -FAULT_SYNTAX},
	    {"\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff\x16\4IM4P", 16, -FAULT_SHORT},
	    {"\x30\x0c\x16\4IM4P\x16\4auxk\x16\x70", 16, -FAULT_RANGE},
	    {"\x30\x12\x16\4IM4P\x16\4auxk\x16\0\x04\x84\xff\xff\xff\xff", 22, -FAULT_RANGE},
	};
	struct im4p found;
	size_t i;

	(void)state;
	assert_true(im4p_is_wrapper(im4p, 1));
	assert_false(im4p_is_wrapper("\xcf\xfa\xed\xfe", 4));
	assert_false(im4p_is_wrapper("", 0));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    read_all(rows[i].bytes, rows[i].len, rows[i].len, &found), rows[i].code);
}

static void
im4p_take(struct arena *own, const void *bytes, size_t len, void *payload)
{
	uint64_t whole = len + *(const uint64_t *)payload;
	struct fault fault;
	struct im4p found;

	(void)own;
	if (im4p_read(bytes, len, whole, &found, &fault) != 0)
		return;
	assert_true(found.payload_at <= whole);
	assert_true(found.payload_bytes <= whole - found.payload_at);
}

/* In a file of its size, and in a larger one. */
static void
im4p_survives_mangling(void **state)
{
	uint64_t more[] = {0, 1 << 20};
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		mangle_all("IM4P", im4p, sizeof(im4p) - 2, im4p_take, &more[i]);
		mangle_all("IMG4", img4, sizeof(img4) - 2, im4p_take, &more[i]);
	}
}

/* Keys, LZFSE of 0x01020304 bytes, and properties that are not looked at. */
static const char tail[] = "\x04\3key\x30\x09\x02\1\1\x02\4\1\2\3\4\xa0\x7f";

static int
tail_read(const char *bytes, size_t len, size_t size, struct im4p *out)
{
	void *copy = exact_copy(bytes, len);
	struct fault fault;
	int rc;

	*out = (struct im4p){.tail_bytes = size};
	rc = im4p_read_tail(copy, len, out, &fault);
	assert_int_equal(fault.code, rc);
	free(copy);
	return rc;
}

static void
im4p_says_how_the_payload_is_packed(void **state)
{
	struct im4p found;

	(void)state;
	assert_int_equal(tail_read("", 0, 0, &found), 0);
	assert_int_equal(found.packed, IM4P_PLAIN);
	assert_false(found.encrypted);
	assert_int_equal(tail_read(tail, sizeof(tail) - 1, 200, &found), 0);
	assert_int_equal(found.packed, IM4P_LZFSE);
	assert_int_equal(found.unpacked_bytes, 0x01020304);
	assert_true(found.encrypted);
	assert_int_equal(tail_read("\x30\x06\2\1\7\2\1\5", 8, 8, &found), 0);
	assert_int_equal(found.packed, IM4P_OTHER);
	assert_int_equal(found.unpacked_bytes, 5);
	assert_false(found.encrypted);
	assert_int_equal(tail_read("\xa0\2\5\0", 4, 4, &found), 0);
	assert_int_equal(found.packed, IM4P_PLAIN);
}

static void
im4p_refuses_a_tail_cut_off_anywhere(void **state)
{
	struct im4p found;
	size_t i;

	(void)state;
	for (i = 1; i < sizeof(tail) - 3; i++)
		assert_int_equal(
		    tail_read(tail, i, 200, &found), i == 5 ? 0 : -FAULT_SHORT);
}

static void
im4p_refuses_a_hostile_tail(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		int code;
	} rows[] = {
	    {"\x04\x7f", 2, -FAULT_RANGE}, {"\x04\x80", 2, -FAULT_SYNTAX},
	    {"\x04\x88\xff\xff\xff\xff\xff\xff\xff\xff", 10, -FAULT_RANGE},
	    {"\x30\x06\2\4\1\2\1\5", 8, -FAULT_SHORT}, {"\x30\x02\2\0", 4, -FAULT_SYNTAX},
	    {"\x30\x06\4\1\1\2\1\5", 8, -FAULT_SYNTAX}, {"\x30\x03\2\1\1", 5, -FAULT_SHORT},
	    {"\x30\x0d\2\1\1\2\x08\1\0\0\0\0\0\0\0", 15, 0},
	    {"\x30\x0e\2\1\1\2\x09\1\0\0\0\0\0\0\0\0", 16, -FAULT_SYNTAX},
	};
	struct im4p found;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (tail_read(rows[i].bytes, rows[i].len, rows[i].len, &found) != rows[i].code)
			fail_msg("row %zu", i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(im4p_finds_the_payload),
	    cmocka_unit_test(im4p_refuses_a_file_cut_off_anywhere),
	    cmocka_unit_test(im4p_says_when_the_head_is_too_small),
	    cmocka_unit_test(im4p_refuses_what_is_none),
	    cmocka_unit_test(im4p_survives_mangling),
	    cmocka_unit_test(im4p_says_how_the_payload_is_packed),
	    cmocka_unit_test(im4p_refuses_a_tail_cut_off_anywhere),
	    cmocka_unit_test(im4p_refuses_a_hostile_tail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
