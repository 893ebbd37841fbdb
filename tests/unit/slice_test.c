/* SPDX-License-Identifier: BSD-2-Clause */
/* Slices: no number of a file leads out of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/slice.h"

static FILE *file;
static struct slice whole;

static void
slice_part_stays_inside(void **state)
{
	static const struct {
		uint64_t at, size;
		int code;
	} rows[] = {
	    {0, 10, 0},
	    {10, 0, 0},
	    {3, 7, 0},
	    {0, 11, -FAULT_RANGE},
	    {11, 0, -FAULT_RANGE},
	    {3, 8, -FAULT_RANGE},
	    {1, UINT64_MAX, -FAULT_RANGE},
	    {UINT64_MAX, 1, -FAULT_RANGE},
	    {UINT64_MAX, UINT64_MAX, -FAULT_RANGE},
	    {10, 1, -FAULT_RANGE},
	};
	struct slice part;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(slice_part(&whole, rows[i].at, rows[i].size, &part), rows[i].code);
}

static void
slice_of_a_slice_begins_where_it_does(void **state)
{
	struct slice part;
	char text[4] = "";

	(void)state;
	assert_int_equal(slice_part(&whole, 2, 6, &part), 0);
	assert_int_equal(slice_part(&part, 3, 3, &part), 0);
	assert_int_equal(slice_read(&part, 0, text, 3), 0);
	assert_string_equal(text, "567");
	assert_int_equal(slice_part(&part, 0, 4, &part), -FAULT_RANGE);
}

static void
slice_read_tells_behind_from_too_short(void **state)
{
	char text[16];

	(void)state;
	assert_int_equal(slice_read(&whole, 10, text, 0), 0);
	assert_int_equal(slice_read(&whole, 11, text, 0), -FAULT_RANGE);
	assert_int_equal(slice_read(&whole, UINT64_MAX, text, 1), -FAULT_RANGE);
	assert_int_equal(slice_read(&whole, 8, text, 3), -FAULT_SHORT);
	assert_int_equal(slice_read(&whole, 0, text, SIZE_MAX), -FAULT_SHORT);
}

/* The file was made shorter after its size was asked. */
static void
slice_read_sees_a_file_that_shrank(void **state)
{
	char text[16];

	(void)state;
	assert_int_equal(ftruncate(fileno(file), 5), 0);
	assert_int_equal(slice_read(&whole, 0, text, 6), -FAULT_SHORT);
	assert_int_equal(slice_read(&whole, 0, text, 5), 0);
}

static void
slice_takes_ordinary_files_alone(void **state)
{
	struct slice none;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(slice_of_file(ends[0], &none), -FAULT_NOT_FILE);
	(void)close(ends[0]);
	(void)close(ends[1]);
	assert_true(slice_of_file(-1, &none) < 0);
}

static int
setup(void **state)
{
	(void)state;
	file = tmpfile();
	return file == NULL || fputs("0123456789", file) < 0 || fflush(file) != 0 ||
	       slice_of_file(fileno(file), &whole) != 0;
}

static int
teardown(void **state)
{
	(void)state;
	return fclose(file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(slice_part_stays_inside),
	    TEST(slice_of_a_slice_begins_where_it_does),
	    TEST(slice_read_tells_behind_from_too_short),
	    TEST(slice_read_sees_a_file_that_shrank),
	    TEST(slice_takes_ordinary_files_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
