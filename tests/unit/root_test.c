/* SPDX-License-Identifier: BSD-2-Clause */
/* A Mac that does not run: its links, its firmlinks, which volumes are there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <unistd.h>
#include <cmocka.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/firmlink.h"
#include "kmutil-helpers/path_link.h"
#include "kmutil-helpers/root_parts.h"
#include "tests/unit/folder.h"

struct world {
	struct folder folder;
	struct root root;
	struct arena *arena;
};

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	folder_make(&w->folder);
	w->arena = arena_new(0);
	w->root = (struct root){.fd = -1, .data_fd = -1, .preboot_fd = -1};
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

/* Opens the folder's "root" and says which parts it has. */
static int
parts_of(struct world *w, const char *data, const char *preboot)
{
	const char *data_dir =
	    data != NULL ? arena_strdup(w->arena, folder_path(&w->folder, data)) : NULL;
	const char *preboot_dir =
	    preboot != NULL ? arena_strdup(w->arena, folder_path(&w->folder, preboot)) : NULL;

	root_done(&w->root);
	assert_int_equal(
	    root_init(&w->root, folder_path(&w->folder, "root"), data_dir, preboot_dir), 0);
	return root_find_parts(&w->root);
}

static void
reads(struct world *w, const char *path, const char *wanted)
{
	char *bytes;
	size_t len;

	assert_int_equal(path_read(&w->root, path, 100, w->arena, &bytes, &len), 0);
	assert_string_equal(bytes, wanted);
}

static int
fails(struct world *w, const char *path)
{
	char *bytes;
	size_t len;

	return path_read(&w->root, path, 100, w->arena, &bytes, &len);
}

static void
links_of_a_copy_lead_inside_it(void **state)
{
	struct world *w = *state;

	folder_add(&w->folder, "secret", "outside");
	folder_add(&w->folder, "root/secret", "inside");
	folder_add(&w->folder, "root/private/var/db/a", "a");
	folder_link(&w->folder, "private/var", "root/var");
	folder_link(&w->folder, "/private/var/db", "root/db");
	folder_link(&w->folder, "../../../../../../../secret", "root/private/up");
	folder_link(&w->folder, "/secret", "root/private/absolute");
	folder_link(&w->folder, "../db/./a", "root/private/hop");
	folder_link(
	    &w->folder, arena_strdup(w->arena, folder_path(&w->folder, "root/db/a")), "root/own");
	(void)parts_of(w, NULL, NULL);
	reads(w, "/var/db/a", "a");
	reads(w, "/db/a", "a");
	reads(w, "/private/up", "inside");
	reads(w, "/private/absolute", "inside");
	reads(w, "/private/hop", "a");
	reads(w, "/own", "a");
}

static void
links_that_turn_in_a_circle_are_a_fault(void **state)
{
	struct world *w = *state;
	char name[32], next[32];
	int i;

	folder_make_parents(&w->folder, "root/x");
	folder_link(&w->folder, "/b", "root/a");
	folder_link(&w->folder, "/a", "root/b");
	folder_link(&w->folder, "/nowhere", "root/dangling");
	(void)snprintf(name, sizeof(name), "root/l%d", PATH_LINKS_MAX + 2);
	folder_add(&w->folder, name, "end");
	/* l1 -> l2 -> ... -> l34: one link more than may be. */
	for (i = 1; i <= PATH_LINKS_MAX + 1; i++) {
		(void)snprintf(name, sizeof(name), "root/l%d", i);
		(void)snprintf(next, sizeof(next), "/l%d", i + 1);
		folder_link(&w->folder, next, name);
	}
	(void)parts_of(w, NULL, NULL);
	assert_int_equal(fails(w, "/a"), -FAULT_LINK);
	assert_int_equal(fails(w, "/dangling"), -ENOENT);
	assert_int_equal(fails(w, "/l1"), -FAULT_LINK);
	reads(w, "/l2", "end");
}

static void
data_is_found_where_the_system_mounts_it(void **state)
{
	struct world *w = *state;

	folder_add(&w->folder, "root/System/Library/CoreServices/x", "");
	folder_add(&w->folder, "root/System/Library/Caches/x", "system");
	folder_add(&w->folder, "root/System/Volumes/Data/private/var/db/x", "data");
	folder_add(&w->folder, "root/System/Volumes/Data/System/Library/Caches/x", "data");
	folder_add(&w->folder, "root/System/Volumes/Data/Library/x", "data");
	folder_add(&w->folder, "root/System/Volumes/Preboot/GROUP/boot/x", "");
	assert_int_equal(
	    parts_of(w, NULL, NULL), ROOT_SYSTEM | ROOT_DATA | ROOT_PREBOOT | ROOT_SOME);
	reads(w, "/private/var/db/x", "data");
	reads(w, "/Library/x", "data");
	reads(w, "/System/Library/Caches/x", "data");
	reads(w, "/System/Volumes/Data/Library/x", "data");
	assert_int_equal(fails(w, "/System/Library/CoreServices/y"), -ENOENT);
	reads(w, "/System/Library/CoreServices/x", "");
}

static void
the_root_s_own_firmlinks_count(void **state)
{
	struct world *w = *state;

	folder_add(&w->folder, "root/System/Library/CoreServices/x", "");
	folder_add(&w->folder, "root/System/New/x", "system");
	folder_add(&w->folder, "data/System/New/x", "data");
	folder_add(&w->folder, "data/private/var/db/x", "");
	assert_int_equal(parts_of(w, "data", NULL), ROOT_SYSTEM | ROOT_DATA | ROOT_SOME);
	reads(w, "/System/New/x", "system");
	folder_add(&w->folder, "root/usr/share/firmlinks",
	    "/opt\topt\nrubbish\n/System/Odd\tElsewhere\n/System/New\tSystem/New");
	(void)parts_of(w, "data", NULL);
	reads(w, "/System/New/x", "data");
	assert_false(firmlink_leads_to_data(w->root.firmlinks, "/System/Odd/x"));
	assert_false(firmlink_leads_to_data(w->root.firmlinks, "/System/Newer"));
	assert_false(firmlink_leads_to_data(NULL, "/usr/share/firmlinks"));
	assert_true(firmlink_leads_to_data(NULL, "/usr/local/bin"));
}

static void
each_volume_alone_is_told_apart(void **state)
{
	struct world *w = *state;

	folder_add(&w->folder, "root/nothing", "");
	assert_int_equal(parts_of(w, NULL, NULL), 0);
	folder_add(&w->folder, "root/GROUP/boot/active", "X");
	assert_int_equal(parts_of(w, NULL, NULL), ROOT_PREBOOT);
	reads(w, PREBOOT_PATH "/GROUP/boot/active", "X");
	folder_add(&w->folder, "root/Library/x", "");
	assert_int_equal(parts_of(w, NULL, NULL), ROOT_PREBOOT | ROOT_SOME);
	folder_add(&w->folder, "root/private/var/db/x", "");
	assert_int_equal(parts_of(w, NULL, NULL), ROOT_DATA | ROOT_SOME);
}

static void
a_backup_s_folder_holds_data_by_its_name(void **state)
{
	struct world *w = *state;

	folder_add(&w->folder, "root/Macintosh HD - Data/private/var/db/x", "data");
	folder_add(&w->folder, "root/Macintosh HD - Data/Library/x", "data");
	assert_int_equal(parts_of(w, NULL, NULL), ROOT_DATA);
	reads(w, "/Library/x", "data");
}

static void
a_copy_may_have_var_as_a_folder(void **state)
{
	struct world *w = *state;

	folder_add(&w->folder, "root/var/db/x", "var");
	assert_int_equal(parts_of(w, NULL, NULL), ROOT_DATA);
	reads(w, "/private/var/db/x", "var");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(links_of_a_copy_lead_inside_it, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		links_that_turn_in_a_circle_are_a_fault, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		data_is_found_where_the_system_mounts_it, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_root_s_own_firmlinks_count, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(each_volume_alone_is_told_apart, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_backup_s_folder_holds_data_by_its_name, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_copy_may_have_var_as_a_folder, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
