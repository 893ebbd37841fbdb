/* SPDX-License-Identifier: BSD-2-Clause */
/* The walker: nothing leads out of a root, and every component is what it seems. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/path.h"
#include "tests/unit/folder.h"

struct world {
	struct folder folder;
	struct root root;
	struct arena *arena;
};

/* A file in a folder, links to both, a secret beside the root, two more volumes. */
static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	folder_make(&w->folder);
	folder_add(&w->folder, "secret", "outside");
	folder_add(&w->folder, "root/Library/Extensions/x.kext/Info.plist", "hello");
	folder_link(&w->folder, "Extensions", "root/Library/link");
	folder_link(&w->folder, "x.kext/Info.plist", "root/Library/Extensions/file-link");
	folder_link(&w->folder, "../secret", "root/out");
	folder_add(&w->folder, "root/usr/local/where", "root");
	folder_add(&w->folder, "root/usr/where", "root");
	folder_add(&w->folder, "root/System/Volumes/Preboot/where", "root");
	folder_add(&w->folder, "data/usr/local/where", "data");
	folder_add(&w->folder, "data/usr/where", "data");
	folder_add(&w->folder, "data/System/Volumes/Preboot/where", "data");
	folder_add(&w->folder, "preboot/where", "preboot");
	assert_int_equal(root_init(&w->root, folder_path(&w->folder, "root"), NULL, NULL), 0);
	w->arena = arena_new(0);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	arena_free(w->arena);
	root_done(&w->root);
	folder_remove(&w->folder);
	free(w);
	return 0;
}

static const char *
read_text(struct world *w, const char *path)
{
	char *bytes;
	size_t len;
	int error = path_read(&w->root, path, 100, w->arena, &bytes, &len);

	assert_int_equal(error, 0);
	return bytes;
}

static void
a_file_is_read_whole(void **state)
{
	assert_string_equal(read_text(*state, "/Library/Extensions/x.kext/Info.plist"), "hello");
}

static void
a_link_in_the_middle_is_not_followed(void **state)
{
	struct world *w = *state;
	struct stat st;

	w->root.live = true; /* a copy's links: root_test.c */
	assert_int_equal(path_stat(&w->root, "/Library/link/x.kext", &st), -FAULT_LINK);
	assert_false(path_exists(&w->root, "/Library/link/x.kext"));
}

static void
a_link_at_the_end_is_seen_and_not_opened(void **state)
{
	struct world *w = *state;
	struct stat st;
	int fd;

	w->root.live = true;
	assert_int_equal(path_stat(&w->root, "/Library/Extensions/file-link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(
	    path_open_file(&w->root, "/Library/Extensions/file-link", &fd, &st), -FAULT_LINK);
	assert_int_equal(fd, -1);
	assert_int_equal(path_open_file(&w->root, "/out", &fd, &st), -FAULT_LINK);
	assert_int_equal(path_open_folder(&w->root, "/Library/link", &fd), -FAULT_LINK);
	assert_int_equal(fd, -1);
}

static void
two_dots_never_lead_out_of_the_root(void **state)
{
	static const char *const paths[] = {"/../secret", "/Library/../../secret", "/..",
	    "/Library/..", "/Library/Extensions/../Extensions/x.kext"};
	struct world *w = *state;
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		assert_int_equal(path_stat(&w->root, paths[i], &st), -EINVAL);
}

static void
names_that_begin_with_dots_are_names(void **state)
{
	struct world *w = *state;

	folder_add(&w->folder, "root/...", "three");
	folder_add(&w->folder, "root/..a", "a");
	assert_string_equal(read_text(w, "/..."), "three");
	assert_string_equal(read_text(w, "/..a"), "a");
}

static void
a_name_that_is_too_long_is_refused(void **state)
{
	struct world *w = *state;
	char path[NAME_MAX + 10];
	struct stat st;

	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[NAME_MAX + 1] = '\0';
	assert_int_equal(path_stat(&w->root, path, &st), -ENOENT);
	path[NAME_MAX + 1] = 'a';
	path[NAME_MAX + 2] = '\0';
	assert_int_equal(path_stat(&w->root, path, &st), -ENAMETOOLONG);
	memcpy(path + NAME_MAX + 2, "/b", 3);
	assert_int_equal(path_stat(&w->root, path, &st), -ENAMETOOLONG);
}

static void
a_file_is_no_folder_on_the_way(void **state)
{
	struct world *w = *state;
	struct stat st;

	assert_int_equal(
	    path_stat(&w->root, "/Library/Extensions/x.kext/Info.plist/x", &st), -ENOTDIR);
	assert_int_equal(path_stat(&w->root, "/Library/no/x", &st), -ENOENT);
}

static void
a_folder_and_a_pipe_are_no_files(void **state)
{
	struct world *w = *state;
	int fd;

	assert_int_equal(mkfifo(folder_path(&w->folder, "root/pipe"), 0600), 0);
	assert_int_equal(path_open_file(&w->root, "/Library", &fd, NULL), -FAULT_NOT_FILE);
	assert_int_equal(path_open_file(&w->root, "/pipe", &fd, NULL), -FAULT_NOT_FILE);
}

static void
a_file_above_the_cap_is_refused(void **state)
{
	struct world *w = *state;
	const char *path = "/Library/Extensions/x.kext/Info.plist";
	char *bytes;
	size_t len;

	assert_int_equal(path_read(&w->root, path, 4, w->arena, &bytes, &len), -FAULT_SIZE);
	assert_int_equal(path_read(&w->root, path, 5, w->arena, &bytes, &len), 0);
	assert_int_equal(len, 5);
}

static void
a_listing_is_sorted_and_without_dots(void **state)
{
	struct world *w = *state;
	char **names;
	size_t count;

	assert_int_equal(path_list(&w->root, "/", w->arena, &names, &count), 0);
	assert_int_equal(count, 4);
	assert_string_equal(names[0], "Library");
	assert_string_equal(names[1], "System");
	assert_string_equal(names[2], "out");
	assert_string_equal(names[3], "usr");
}

static void
data_and_preboot_are_read_where_they_are_mounted(void **state)
{
	struct world *w = *state;

	root_done(&w->root);
	assert_int_equal(root_init(&w->root, folder_path(&w->folder, "root"),
			     arena_strdup(w->arena, folder_path(&w->folder, "data")),
			     arena_strdup(w->arena, folder_path(&w->folder, "preboot"))),
	    0);
	assert_string_equal(read_text(w, "/usr/where"), "root");
	assert_string_equal(read_text(w, "/usr/local/where"), "data");
	assert_string_equal(read_text(w, "/System/Volumes/Preboot/where"), "preboot");
	assert_false(path_exists(&w->root, "/Library"));
}

static void
without_preboot_the_root_s_own_is_read(void **state)
{
	assert_string_equal(read_text(*state, "/System/Volumes/Preboot/where"), "root");
}

static void
a_root_that_is_absent_is_an_error(void **state)
{
	struct world *w = *state;
	struct root root;

	assert_int_equal(root_init(&root, folder_path(&w->folder, "no"), NULL, NULL), -ENOENT);
	assert_int_equal(root.fd, -1);
}

static void
typed_paths_become_the_mac_s_own(void **state)
{
	static const struct {
		const char *typed, *canonical;
	} rows[] = {{"/", "/"}, {"//", "/"}, {"/.", "/"}, {"/var", "/private/var"},
	    {"//var/db/", "/private/var/db"}, {"/./tmp/x", "/private/tmp/x"},
	    {"/etc", "/private/etc"}, {"/private/var", "/private/var"}, {"/various", "/various"},
	    {"/a//b/./c/", "/a/b/c"}, {"/a/..b", "/a/..b"}, {"a/b", NULL}, {"", NULL},
	    {"/..", NULL}, {"/a/../b", NULL}, {"/a/..", NULL}};
	struct world *w = *state;
	const char *found;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		found = path_canonical(w->arena, rows[i].typed);
		if (rows[i].canonical == NULL)
			assert_null(found);
		else
			assert_string_equal(found, rows[i].canonical);
	}
}

static void
below_means_whole_components(void **state)
{
	(void)state;
	assert_true(path_is_below("/a/b", "/a/b"));
	assert_true(path_is_below("/a/b/c", "/a/b"));
	assert_false(path_is_below("/a/bc", "/a/b"));
	assert_false(path_is_below("/a", "/a/b"));
	assert_true(path_is_below("/a", "/"));
	assert_true(path_is_below("/", "/"));
}

static void
a_suffix_alone_is_no_name(void **state)
{
	(void)state;
	assert_true(path_has_suffix("/a/x.kext", ".kext"));
	assert_false(path_has_suffix("/a/.kext", ".kext"));
	assert_false(path_has_suffix("/a.kext/x", ".kext"));
	assert_string_equal(path_leaf("/a/x.kext"), "x.kext");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_file_is_read_whole),
	    TEST(a_link_in_the_middle_is_not_followed),
	    TEST(a_link_at_the_end_is_seen_and_not_opened),
	    TEST(two_dots_never_lead_out_of_the_root),
	    TEST(names_that_begin_with_dots_are_names),
	    TEST(a_name_that_is_too_long_is_refused),
	    TEST(a_file_is_no_folder_on_the_way),
	    TEST(a_folder_and_a_pipe_are_no_files),
	    TEST(a_file_above_the_cap_is_refused),
	    TEST(a_listing_is_sorted_and_without_dots),
	    TEST(data_and_preboot_are_read_where_they_are_mounted),
	    TEST(without_preboot_the_root_s_own_is_read),
	    TEST(a_root_that_is_absent_is_an_error),
	    TEST(typed_paths_become_the_mac_s_own),
	    TEST(below_means_whole_components),
	    TEST(a_suffix_alone_is_no_name),
	};

	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
