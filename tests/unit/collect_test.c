/* SPDX-License-Identifier: BSD-2-Clause */
/* Pseudonyms, and the trail of what was read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kmutil-helpers/path.h"
#include "kmutil-helpers/letter_forms.h"
#include "kmutil-helpers/pseudonym.h"
#include "kmutil-helpers/slice.h"
#include "kmutil-helpers/trail.h"
#include "tests/unit/folder.h"

static struct pseudonym_list
names_of(struct arena *arena)
{
	struct pseudonym_list list = {.arena = arena};

	pseudonym_add(&list, "user", "alice", false);
	pseudonym_add(&list, "user", "driver", true);
	pseudonym_add(&list, "user", "al", false);
	pseudonym_add(&list, "user", "ALICE", false);
	pseudonym_add(&list, "computer", "alice-mac", false);
	pseudonym_add(&list, "name",
	    "Z\xc3\xb6"
	    "e",
	    false);
	pseudonym_add(&list, "uuid", "5117A7ED-0000-4000-8000-00000000C02A", false);
	pseudonym_ready(&list);
	return list;
}

static void
pseudonyms_replace_whole_words_and_keep_the_length(void **state)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
	    {"/Users/alice/x", "/Users/u1ser/x"},
	    {"Alice, ALICE's", "u1ser, u1ser's"},
	    {"malice alices alice1", "malice alices alice1"},
	    {"alice-mac", "c1omputer"},
	    {"driver /Users/driver/", "driver /Users/u2serx/"},
	    {"al /Users/al/x", "al /Users/u3/x"},
	    {"Z\xc3\xb6"
	     "e!",
		"n1am!"},
	    {"Zo\xcc\x88"
	     "e!",
		"n1ame!"},
	    {"5117a7ed-0000-4000-8000-00000000c02a", "00000000-0000-0000-0000-000000000001"},
	};
	struct arena *arena = arena_new(0);
	struct pseudonym_list list = names_of(arena);
	char *text;
	size_t i;

	(void)state;
	assert_int_equal(list.count, 7);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		text = arena_strdup(arena, rows[i].from);
		(void)pseudonym_apply(&list, text, strlen(text));
		assert_string_equal(text, rows[i].to);
	}
	arena_free(arena);
}

static void
letters_with_accents_have_two_forms(void **state)
{
	static const struct {
		const char *text, *other;
	} rows[] = {
	    {"plain", "plain"},
	    {"J\xc3\xbcrgen", "Ju\xcc\x88rgen"},
	    {"Ju\xcc\x88rgen", "J\xc3\xbcrgen"},
	    {"\xc4\x8c\xc5\xbe\xc3\x9f", "C\xcc\x8cz\xcc\x8c\xc3\x9f"},
	    {"\xc3", "\xc3"},
	    {"", ""},
	};
	struct arena *arena = arena_new(0);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(letter_forms_other(arena, rows[i].text), rows[i].other);
	arena_free(arena);
}

static void
pseudonyms_replace_utf16_of_both_orders(void **state)
{
	static const char be[] = "\0/\0A\0l\0i\0c\0e\0 \0Z\0\xf6\0e";
	static const char be_wanted[] = "\0/\0u\0001\0s\0e\0r\0 \0n\0001\0a";
	char text[2 * sizeof(be)] = {0}, wanted[2 * sizeof(be)] = {0};
	struct arena *arena = arena_new(0);
	struct pseudonym_list list = names_of(arena);

	(void)state;
	memcpy(text, be, sizeof(be));
	memcpy(wanted, be_wanted, sizeof(be));
	assert_int_equal(pseudonym_apply(&list, text, sizeof(be) - 1), 2);
	assert_memory_equal(text, wanted, sizeof(be));
	/* One byte on, the same bytes are little-endian. */
	memcpy(text, be + 1, sizeof(be) - 1);
	memcpy(wanted, be_wanted + 1, sizeof(be) - 1);
	assert_int_equal(pseudonym_apply(&list, text, sizeof(be) - 1), 2);
	assert_memory_equal(text, wanted, sizeof(be) - 1);
	arena_free(arena);
}

static void
trail_notes_what_was_opened_below_its_root_and_read(void **state)
{
	struct folder folder;
	struct arena *arena = arena_new(0);
	struct root root, other;
	struct trail trail;
	struct slice slice;
	char **names, bytes[8];
	size_t count;
	int fd, i;

	(void)state;
	folder_make(&folder);
	folder_add(&folder, "file", "0123456789");
	assert_int_equal(root_init(&root, folder.path, NULL, NULL), 0);
	assert_int_equal(root_init(&other, folder.path, NULL, NULL), 0);
	trail_begin(&trail, arena, &root);
	/* Files and folders in turn: the list of them grows and moves meanwhile. */
	for (i = 0; i < 40; i++) {
		const char *name = arena_printf(arena, "folder%d", i);

		assert_int_equal(mkdir(folder_path(&folder, name), 0700), 0);
		assert_int_equal(
		    path_list(&root, arena_printf(arena, "/%s", name), arena, &names, &count), 0);
	}
	assert_int_equal(path_open_file(&root, "/file", &fd, NULL), 0);
	assert_int_equal(slice_of_file(fd, &slice), 0);
	assert_int_equal(slice_read(&slice, 8, bytes, 2), 0);
	assert_int_equal(slice_read(&slice, 1, bytes, 2), 0);
	assert_int_equal(slice_read(&slice, 3, bytes, 1), 0);
	(void)close(fd);
	assert_int_equal(path_open_file(&other, "/file", &fd, NULL), 0);
	assert_int_equal(slice_read(&slice, 5, bytes, 1), 0); /* the same descriptor */
	(void)close(fd);
	trail_end();
	assert_int_equal(trail.count, 41);
	for (i = 0; i < 40; i++)
		assert_true(trail.files[i].is_folder);
	assert_false(trail.files[40].is_folder);
	assert_int_equal(trail.files[40].size, 10);
	assert_int_equal(trail.files[40].count, 2);
	assert_int_equal(trail.files[40].ranges[0].at, 1);
	assert_int_equal(trail.files[40].ranges[0].end, 4);
	assert_int_equal(trail.files[40].ranges[1].at, 8);
	root_done(&root);
	root_done(&other);
	folder_remove(&folder);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pseudonyms_replace_whole_words_and_keep_the_length),
	    cmocka_unit_test(letters_with_accents_have_two_forms),
	    cmocka_unit_test(pseudonyms_replace_utf16_of_both_orders),
	    cmocka_unit_test(trail_notes_what_was_opened_below_its_root_and_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
