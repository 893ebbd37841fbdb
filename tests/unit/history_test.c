/* SPDX-License-Identifier: BSD-2-Clause */
/* Lanes of the history, text inside markup, and files that appear whole. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/markup.h"
#include "kmutil-helpers/new_file.h"
#include "migrate/history.h"
#include "migrate/sighting.h"
#include "tests/unit/folder.h"

#define A "com.example.a"
#define B "com.example.b"
#define ALL (PLACE_BUNDLE | PLACE_LISTED | PLACE_LOADABLE | PLACE_KEPT | PLACE_LOADED)

/* The user's own story: cleaned by a script, back with an update, then ours. */
static struct ledger_sighting story[] = {
    {A, "2025-09-01T00:00:00Z", "22G120", "13.6", "boot1", 0, STANDING_INSTALLED, ALL},
    {B, "2025-09-01T00:00:00Z", "22G120", "13.6", "boot1", 0, STANDING_INSTALLED, ALL},
    {A, "2025-09-02T00:00:00Z", "22G120", "13.6", "boot2", 0, STANDING_INSTALLED, PLACE_KEPT},
    {B, "2025-09-02T00:00:00Z", "22G120", "13.6", "boot2", 0, STANDING_INSTALLED, PLACE_KEPT},
    {A, "2025-10-01T00:00:00Z", "24G222", "15.7", "boot3", 0, STANDING_INSTALLED,
	PLACE_KEPT | PLACE_LISTED},
    {B, "2025-10-01T00:00:00Z", "24G222", "15.7", "boot3", 0, STANDING_INSTALLED,
	PLACE_KEPT | PLACE_LISTED},
    {A, "2025-10-02T00:00:00Z", "24G222", "15.7", "boot3", 1, STANDING_RESTART_PENDING,
	PLACE_KEPT | PLACE_LISTED},
    {B, "2025-10-02T00:00:00Z", "24G222", "15.7", "boot3", 1, STANDING_RESTART_PENDING,
	PLACE_KEPT | PLACE_LISTED},
    {A, "2025-10-03T00:00:00Z", "24G222", "15.7", "boot4", 1, STANDING_GONE, 0},
    {B, "2025-10-03T00:00:00Z", "24G222", "15.7", "boot4", 1, STANDING_GONE, 0},
};
static struct ledger_run runs[] = {{.id = 1,
    .command = "uninstall",
    .began_at = "2025-10-02T00:00:00Z",
    .build = "24G222",
    .state = "done",
    .targets = "x"}};

static struct history
history_of(struct arena *arena, size_t count)
{
	struct history history = {
	    .sightings = story, .sighting_count = count, .runs = runs, .run_count = 1};

	history_make_lanes(arena, &history);
	return history;
}

static void
history_tells_the_story_of_kexts_that_shared_it_once(void **state)
{
	static const char *const events[] = {
	    "first look", "cleaned by others", "macOS 15.7", "uninstall", "restart"};
	struct arena *arena = arena_new(0);
	struct history history = history_of(arena, 10);
	const struct history_lane *lane = history.lanes;
	size_t i;

	(void)state;
	assert_int_equal(history.lane_count, 1);
	assert_int_equal(lane->key_count, 2);
	assert_int_equal(lane->count, 5);
	for (i = 0; i < lane->count; i++) {
		assert_string_equal(history_event_words(arena, &lane->moments[i]), events[i]);
		assert_int_equal(lane->moments[i].came_back, i == 2);
	}
	assert_string_equal(history_sentence(arena, lane),
	    "Gone since 2025-10-03, macOS 15.7. It came back once: with macOS 15.7. "
	    "Before that only macOS's own instructions and stash had it.");
	arena_free(arena);
}

static void
history_parts_kexts_when_their_ways_part(void **state)
{
	struct arena *arena = arena_new(0);
	struct history history = history_of(arena, 9);

	(void)state;
	assert_int_equal(history.lane_count, 2);
	assert_int_equal(history.lanes[0].count, 5);
	assert_int_equal(history.lanes[1].count, 4);
	arena_free(arena);
}

static void
history_does_not_say_back_after_a_look_that_could_not_read_everything(void **state)
{
	struct ledger_sighting seen[] = {
	    {A, "2025-09-01T00:00:00Z", "22G120", "13.6", "b", 0, STANDING_UNKNOWN, PLACE_UNREAD},
	    {A, "2025-09-02T00:00:00Z", "22G120", "13.6", "b", 0, STANDING_INSTALLED, ALL},
	};
	struct history history = {.sightings = seen, .sighting_count = 2};
	struct arena *arena = arena_new(0);

	(void)state;
	history_make_lanes(arena, &history);
	assert_int_equal(history.lanes[0].returns, 0);
	arena_free(arena);
}

static void
sighting_places_are_those_of_the_facts(void **state)
{
	struct case_facts facts = {.bundle = true, .loadable = true};

	(void)state;
	assert_int_equal(sighting_places(&facts, false), PLACE_BUNDLE);
	facts = (struct case_facts){
	    .listed = true, .loadable = true, .kept = true, .staged = true, .loaded = true};
	assert_int_equal(sighting_places(&facts, true), PLACE_LISTED | PLACE_LOADABLE | PLACE_KEPT |
							    PLACE_STAGED | PLACE_LOADED |
							    PLACE_UNREAD);
}

static void
markup_text_ends_no_tag_and_no_attribute(void **state)
{
	struct buf out = {0};

	(void)state;
	markup_text(&out, "</p><b a=\"x\" b='y'>&amp;\n\xe2\x80\xae");
	assert_string_equal(out.bytes,
	    "&lt;/p&gt;&lt;b a=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;\\x0a\\xe2\\x80\\xae");
	buf_done(&out);
}

static void
new_file_appears_whole_or_not_at_all(void **state)
{
	struct folder folder;
	struct arena *arena = arena_new(0);
	struct new_file file;
	struct stat st;
	const char *path;

	(void)state;
	folder_make(&folder);
	path = arena_strdup(arena, folder_path(&folder, "page"));
	assert_int_equal(new_file_begin(&file, arena, path, true), 0);
	assert_int_equal(write(file.fd, "x", 1), 1);
	assert_int_not_equal(lstat(path, &st), 0);
	assert_int_equal(new_file_end(&file, -EIO), -EIO);
	assert_int_not_equal(lstat(path, &st), 0);
	assert_int_equal(rmdir(folder.path), 0); /* nothing is left beside it */
	assert_int_equal(mkdir(folder.path, 0700), 0);
	assert_int_equal(new_file_begin(&file, arena, path, true), 0);
	assert_int_equal(write(file.fd, "x", 1), 1);
	assert_int_equal(new_file_end(&file, 0), 0);
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_size, 1);
	folder_remove(&folder);
	arena_free(arena);
}

static void
new_file_follows_no_link_and_replaces_only_files(void **state)
{
	struct folder folder;
	struct arena *arena = arena_new(0);
	struct new_file file;
	struct stat st;
	const char *path;

	(void)state;
	folder_make(&folder);
	folder_add(&folder, "precious", "bytes");
	folder_link(&folder, "precious", "link");
	assert_int_equal(
	    new_file_begin(&file, arena, folder_path(&folder, "link"), true), -FAULT_LINK);
	assert_int_equal(
	    new_file_begin(&file, arena, folder_path(&folder, "precious"), false), -EEXIST);
	/* Also when it came meanwhile. */
	path = arena_strdup(arena, folder_path(&folder, "new"));
	assert_int_equal(new_file_begin(&file, arena, path, false), 0);
	folder_add(&folder, "new", "theirs");
	assert_int_equal(new_file_end(&file, 0), -EEXIST);
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_size, 6);
	assert_int_equal(mkdir(folder_path(&folder, "folder"), 0700), 0);
	assert_int_equal(
	    new_file_begin(&file, arena, folder_path(&folder, "folder"), true), -FAULT_NOT_FILE);
	assert_int_equal(
	    new_file_begin(&file, arena, folder_path(&folder, "folder/"), true), -EISDIR);
	assert_int_equal(
	    new_file_begin(&file, arena, folder_path(&folder, "no/page"), true), -ENOENT);
	folder_remove(&folder);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(history_tells_the_story_of_kexts_that_shared_it_once),
	    cmocka_unit_test(history_parts_kexts_when_their_ways_part),
	    cmocka_unit_test(history_does_not_say_back_after_a_look_that_could_not_read_everything),
	    cmocka_unit_test(sighting_places_are_those_of_the_facts),
	    cmocka_unit_test(markup_text_ends_no_tag_and_no_attribute),
	    cmocka_unit_test(new_file_appears_whole_or_not_at_all),
	    cmocka_unit_test(new_file_follows_no_link_and_replaces_only_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
