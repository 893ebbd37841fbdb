/* SPDX-License-Identifier: BSD-2-Clause */
/* Cursor: every read is checked, and the first failure sticks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include "kmutil-helpers/cursor.h"
#include "tests/unit/fixture.h"

static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

static void
cursor_reads_both_byte_orders(void **state)
{
	struct cursor c = cursor_make(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(cursor_u8(&c), 1);
	assert_true(cursor_be64(&c) == 0x0203040506070809);
	assert_int_equal(cursor_left(&c), 0);
	c = cursor_make(bytes, sizeof(bytes));
	assert_int_equal(cursor_be16(&c), 0x0102);
	assert_int_equal(cursor_le16(&c), 0x0403);
	assert_int_equal(cursor_be32(&c), 0x05060708);
	c = cursor_make(bytes, sizeof(bytes));
	assert_int_equal(cursor_le32(&c), 0x04030201);
	c = cursor_make(bytes, sizeof(bytes));
	assert_true(cursor_le64(&c) == 0x0807060504030201);
	c = cursor_make(bytes, sizeof(bytes));
	assert_int_equal(cursor_be(&c, 3), 0x010203);
	assert_true(cursor_ok(&c));
}

static void
cursor_fault_sticks(void **state)
{
	void *copy = exact_copy(bytes, 3);
	struct cursor c = cursor_make(copy, 3);

	(void)state;
	assert_int_equal(cursor_u8(&c), 1);
	assert_int_equal(cursor_be32(&c), 0);
	assert_int_equal(cursor_fault(&c).code, -FAULT_SHORT);
	assert_int_equal(cursor_fault(&c).at, 1);
	assert_int_equal(cursor_u8(&c), 0);
	assert_int_equal(cursor_left(&c), 0);
	assert_int_equal(cursor_fail(&c, FAULT_SYNTAX), -FAULT_SHORT);
	assert_null(cursor_bytes(&c, 0));
	free(copy);
}

static void
cursor_refuses_lengths_that_overflow(void **state)
{
	struct cursor whole = cursor_make(bytes, sizeof(bytes)), part;

	(void)state;
	part = cursor_sub(&whole, UINT64_MAX, 2);
	assert_int_equal(part.fault, -FAULT_RANGE);
	part = cursor_sub(&whole, 2, UINT64_MAX);
	assert_int_equal(part.fault, -FAULT_RANGE);
	part = cursor_sub(&whole, sizeof(bytes) + 1, 0);
	assert_int_equal(part.fault, -FAULT_RANGE);
	part = cursor_sub(&whole, sizeof(bytes), 0);
	assert_true(cursor_ok(&part));
	assert_null(cursor_bytes(&part, 1));
	part = cursor_sub(&whole, 0, sizeof(bytes));
	cursor_skip(&part, UINT64_MAX);
	assert_int_equal(part.fault, -FAULT_SHORT);
}

static void
cursor_part_is_inside_its_whole(void **state)
{
	struct cursor whole = cursor_make(bytes, sizeof(bytes)), part;

	(void)state;
	cursor_skip(&whole, 5);
	part = cursor_sub(&whole, 2, 2);
	assert_int_equal(cursor_be16(&part), 0x0304);
	assert_int_equal(cursor_u8(&part), 0);
	assert_int_equal(part.fault, -FAULT_SHORT);
	assert_true(cursor_ok(&whole));
	part = cursor_sub(&part, 0, 1);
	assert_int_equal(part.fault, -FAULT_SHORT);
}

static void
cursor_string_ends_with_its_nul(void **state)
{
	void *copy = exact_copy("ab\0\0cd", 6);
	struct cursor c = cursor_make(copy, 6);
	size_t len;

	(void)state;
	assert_string_equal(cursor_string(&c, &len), "ab");
	assert_int_equal(len, 2);
	assert_string_equal(cursor_string(&c, &len), "");
	assert_int_equal(len, 0);
	assert_null(cursor_string(&c, &len));
	assert_int_equal(c.fault, -FAULT_SHORT);
	free(copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cursor_reads_both_byte_orders),
	    cmocka_unit_test(cursor_fault_sticks),
	    cmocka_unit_test(cursor_refuses_lengths_that_overflow),
	    cmocka_unit_test(cursor_part_is_inside_its_whole),
	    cmocka_unit_test(cursor_string_ends_with_its_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
