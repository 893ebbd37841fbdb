/* SPDX-License-Identifier: BSD-2-Clause */
/* The wording of sentences, the lines of the old script, and columns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "migrate/explain.h"
#include "migrate/report_columns.h"

static void
a_grade_decides_how_sure_a_sentence_sounds(void **state)
{
	struct arena *arena = arena_new(0);
	struct story story = {0};
	int id;

	(void)state;
	for (id = 0; id < ASSUMPTION_COUNT; id++)
		story_say_assumption(arena, &story, ABOUT_NOW, (enum assumption_id)id, "it is so.");
	for (id = 0; id < ASSUMPTION_COUNT; id++) {
		const struct assumption *assumption = assumption_get((enum assumption_id)id);
		const struct sentence *sentence = &story.items[id];

		assert_string_equal(sentence->assumption, assumption->id);
		switch (assumption->grade) {
		case GRADE_VERBATIM:
			assert_string_equal(sentence->text, "It is so.");
			assert_int_equal(sentence->basis, BASIS_DOCUMENTED);
			break;
		case GRADE_INFERRED:
			assert_string_equal(sentence->text, "Probably it is so.");
			assert_int_equal(sentence->basis, BASIS_INFERRED);
			break;
		case GRADE_GUESS:
			assert_string_equal(
			    sentence->text, "Nobody has shown it, but we hope: it is so.");
			assert_int_equal(sentence->basis, BASIS_GUESS);
			break;
		}
	}
	arena_free(arena);
}

/* Eight lines had the script; each is told of once on any macOS and chip, by an
 * assumption that speaks of that macOS, in what fits its column. */
static void
each_line_of_the_old_script_is_told_of_once(void **state)
{
	static const enum host_chip chips[] = {HOST_CHIP_APPLE, HOST_CHIP_INTEL};
	struct arena *arena = arena_new(0);
	struct story story;
	size_t chip, i, j;
	int macos;

	(void)state;
	for (macos = 11; macos <= 27; macos++)
		for (chip = 0; chip < 2; chip++) {
			story = (struct story){0};
			story_say_old_script(arena, &story, macos, chips[chip]);
			assert_int_equal(story.count, 8);
			for (i = 0; i < story.count; i++) {
				assert_int_equal(story.items[i].about, ABOUT_OLD_SCRIPT);
				assert_true(columns_width(story.items[i].text) <= 45);
				assert_true(columns_width(story.items[i].lead) <= 31);
				for (j = 0; j < i; j++)
					assert_string_not_equal(
					    story.items[i].lead, story.items[j].lead);
			}
		}
	arena_free(arena);
}

static void
the_old_rebuild_line_depends_on_macos(void **state)
{
	struct arena *arena = arena_new(0);
	struct story before = {0}, after = {0};

	(void)state;
	story_say_old_script(arena, &before, 13, HOST_CHIP_APPLE);
	story_say_old_script(arena, &after, 14, HOST_CHIP_APPLE);
	assert_string_equal(before.items[4].lead, "kmutil rebuild");
	assert_string_equal(before.items[4].text, "does not exist before macOS 14");
	assert_string_equal(after.items[4].text, "probably finds nothing to drop after that rm");
	arena_free(arena);
}

static void
cut(const char *text, size_t columns, const char *wanted)
{
	struct buf buf = {0};

	columns_cut(&buf, text, columns);
	assert_string_equal(buf.bytes, wanted);
	assert_true(columns_width(buf.bytes) <= columns);
	buf_done(&buf);
}

static void
a_long_path_loses_its_middle(void **state)
{
	(void)state;
	cut("/Library/Extensions/A.kext", 26, "/Library/Extensions/A.kext");
	cut("/Library/Extensions/A.kext", 25, "/Library/Extens.../A.kext");
	cut("/private/var/db/a/b/c/Long.kext", 20, "/privat.../Long.kext");
	cut("/a/an-ever-so-long-name-without-an-end.kext", 20, "/a/an-...an-end.kext");
	/* A character of two bytes is one column and is never cut in two. */
	cut("/\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4/\xc3\xb6\xc3\xb6", 9,
	    "/\xc3\xa4\xc3\xa4.../\xc3\xb6\xc3\xb6");
}

static void
lines_break_at_blanks_and_long_words_are_cut(void **state)
{
	struct buf buf = {0};

	(void)state;
	columns_wrap(&buf, "one two three /a/long/path/that/never/ends/x.kext end", 2, 20);
	assert_string_equal(buf.bytes, "one two three\n  /a/long/.../x.kext\n  end\n");
	assert_int_equal(columns_lines(&buf), 3);
	buf_done(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_grade_decides_how_sure_a_sentence_sounds),
	    cmocka_unit_test(each_line_of_the_old_script_is_told_of_once),
	    cmocka_unit_test(the_old_rebuild_line_depends_on_macos),
	    cmocka_unit_test(a_long_path_loses_its_middle),
	    cmocka_unit_test(lines_break_at_blanks_and_long_words_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
