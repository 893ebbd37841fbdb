/* SPDX-License-Identifier: BSD-2-Clause */
/* What is printed: JSON by its bytes, and names that cannot forge a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/json.h"

static void
json_is_one_object_and_one_newline(void **state)
{
	struct buf buf = {0};
	struct json json;

	(void)state;
	json_init(&json, &buf);
	json_object_begin(&json, NULL);
	json_text(&json, "a", "x");
	json_null(&json, "b");
	json_text(&json, "c", NULL);
	json_array_begin(&json, "d");
	json_integer(&json, NULL, INT64_MIN);
	json_tristate(&json, NULL, -1);
	json_tristate(&json, NULL, 0);
	json_boolean(&json, NULL, true);
	json_object_begin(&json, NULL);
	json_end(&json);
	json_end(&json);
	json_end(&json);
	json_done(&json);
	assert_string_equal(buf.bytes, "{\"a\":\"x\",\"b\":null,\"c\":null,\"d\":"
				       "[-9223372036854775808,null,false,true,{}]}\n");
	buf_done(&buf);
}

static void
json_texts_are_escaped(void **state)
{
	static const struct {
		const char *text, *json;
	} rows[] = {{"", "\"\"\n"}, {"a\"b\\c", "\"a\\\"b\\\\c\"\n"},
	    {"\n\x01\x7f", "\"\\u000a\\u0001\\u007f\"\n"}, {"\xc3\xa4", "\"\xc3\xa4\"\n"},
	    {"\xff/", "\"%FF/\"\n"}};
	struct buf buf = {0};
	struct json json;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		buf.len = 0;
		json_init(&json, &buf);
		json_text(&json, NULL, rows[i].text);
		json_done(&json);
		assert_string_equal(buf.bytes, rows[i].json);
	}
	buf_done(&buf);
}

static void
a_path_that_is_not_utf8_is_given_whole_in_base64(void **state)
{
	static const struct {
		const char *path, *json;
	} rows[] = {{"/a", "{\"path\":\"/a\"}\n"}, {"/%41", "{\"path\":\"/%41\"}\n"},
	    {NULL, "{\"path\":null}\n"},
	    {"/\xff", "{\"path\":\"/%FF\",\"path_raw\":\"L/8=\"}\n"},
	    {"/a\xff", "{\"path\":\"/a%FF\",\"path_raw\":\"L2H/\"}\n"},
	    {"\xff", "{\"path\":\"%FF\",\"path_raw\":\"/w==\"}\n"}};
	struct buf buf = {0};
	struct json json;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		buf.len = 0;
		json_init(&json, &buf);
		json_object_begin(&json, NULL);
		json_path(&json, "path", rows[i].path);
		json_end(&json);
		json_done(&json);
		assert_string_equal(buf.bytes, rows[i].json);
	}
	buf_done(&buf);
}

static void
utf8_is_taken_only_where_it_is_whole_and_shortest(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} rows[] = {{"a", 1}, {"\xc3\xa4", 2}, {"\xe2\x82\xac", 3}, {"\xf0\x9f\x98\x80", 4},
	    {"\xc3", 0}, {"\x80", 0}, {"\xc0\x80", 0}, {"\xe0\x80\x80", 0}, {"\xed\xa0\x80", 0},
	    {"\xf4\x90\x80\x80", 0}, {"\xf8\x88\x80\x80\x80", 0}, {"\xe2\x82", 0}, {"\xff", 0}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(utf8_length(rows[i].text), rows[i].len);
}

static void
a_name_can_neither_move_the_cursor_nor_forge_a_line(void **state)
{
	static const struct {
		const char *name, *printed;
	} rows[] = {{"x.kext", "x.kext"}, {"a\nb", "a\\x0ab"}, {"\x1b[2J", "\\x1b[2J"},
	    {"\x7f", "\\x7f"}, {"\xc2\x9b", "\\xc2\\x9b"},
	    {"\xe2\x80\xae", "\\xe2\\x80\\xae"}, {"\xe2\x81\xa6", "\\xe2\\x81\\xa6"},
	    {"\xff", "\\xff"}, {"\xc3\xa4", "\xc3\xa4"}};
	struct buf buf = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		buf.len = 0;
		buf_name(&buf, rows[i].name);
		assert_string_equal(buf.bytes, rows[i].printed);
	}
	buf_done(&buf);
}

static void
a_flush_hands_over_everything_and_empties(void **state)
{
	struct buf buf = {0};
	char bytes[2000];
	int ends[2], i;

	(void)state;
	for (i = 0; i < 100; i++)
		buf_printf(&buf, "%09d\n", i);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(buf_flush(&buf, ends[1]), 0);
	assert_int_equal(buf.len, 0);
	assert_int_equal(read(ends[0], bytes, sizeof(bytes)), 1000);
	assert_memory_equal(bytes + 990, "000000099\n", 10);
	(void)close(ends[0]);
	(void)close(ends[1]);
	assert_true(buf_flush(&buf, -1) == 0);
	buf_text(&buf, "x");
	assert_true(buf_flush(&buf, -1) < 0);
	buf_done(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json_is_one_object_and_one_newline),
	    cmocka_unit_test(json_texts_are_escaped),
	    cmocka_unit_test(a_path_that_is_not_utf8_is_given_whole_in_base64),
	    cmocka_unit_test(utf8_is_taken_only_where_it_is_whole_and_shortest),
	    cmocka_unit_test(a_name_can_neither_move_the_cursor_nor_forge_a_line),
	    cmocka_unit_test(a_flush_hands_over_everything_and_empties),
	};

	return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
