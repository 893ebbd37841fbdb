/* SPDX-License-Identifier: BSD-2-Clause */
/* sysextd's own list: the real one, states of real Macs, and what is malformed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/sysext_db.h"
#include "tests/unit/fixture.h"

static int
read_text(struct arena *arena, const char *text, size_t len, struct sysext_list *list)
{
	const struct plist *store;

	assert_int_equal(plist_parse(arena, text, len, &store, NULL), 0);
	return sysext_db_read(arena, store, list);
}

#define LIST(entries)                                                                              \
	"<plist version=\"1.0\"><dict><key>extensions</key><array>" entries                        \
	"</array></dict></plist>"
#define ENTRY(id, team, version, state)                                                            \
	"<dict><key>identifier</key><string>" id "</string><key>teamID</key><string>" team         \
	"</string><key>bundleVersion</key><dict><key>CFBundleShortVersionString</"                 \
	"key><string>" version                                                                     \
	"</string></dict><key>container</key><string>$null</string><key>state</key>"               \
	"<string>" state "</string></dict>"

static void
the_real_list_tells_state_and_app(void **state)
{
	struct arena *arena = arena_new(0);
	struct sysext_list list;
	void *data;
	size_t len;

	(void)state;
	if (!sample_read("sysext/db.plist", &data, &len))
		skip();
	assert_int_equal(read_text(arena, data, len, &list), 0);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.items[0].id, "com.objective-see.lulu.extension");
	assert_string_equal(list.items[0].team, "ABCDXYZUV");
	assert_string_equal(list.items[0].version, "2.0.0");
	assert_string_equal(list.items[0].state, "activated enabled");
	assert_string_equal(list.items[0].app, "/Applications/LuLu.app");
	assert_string_equal(list.items[0].category, "com.apple.system_extension.network_extension");
	assert_int_equal(list.items[0].stage, SYSEXT_ENABLED);
	free(data);
	arena_free(arena);
}

/* mql pull request 4371: two versions of an id, in either order. */
static void
the_best_row_of_an_id_counts(void **state)
{
	static const char text[] = LIST(ENTRY("com.crowdstrike.falcon.Agent", "X9E956P446", "7.16",
	    "terminated_waiting_to_uninstall_on_reboot") ENTRY("com.crowdstrike.falcon.Agent",
	    "X9E956P446", "7.17", "activated_enabled") ENTRY("com.obsproject.camera", "2MMRE5MTB8",
	    "30.1.2", "activated_waiting_for_user"));
	struct arena *arena = arena_new(0);
	struct sysext_list list;

	(void)state;
	assert_int_equal(read_text(arena, text, sizeof(text) - 1, &list), 0);
	assert_string_equal(
	    sysext_find(&list, "com.crowdstrike.falcon.Agent", NULL)->short_version, "7.17");
	assert_int_equal(list.items[2].stage, SYSEXT_WAITING);
	assert_string_equal(list.items[2].state, "activated waiting for user");
	assert_null(list.items[0].app);
	arena_free(arena);
}

static void
what_is_malformed_is_a_fault_and_the_rest_is_read(void **state)
{
	static const char broken[] = LIST("<dict/>" ENTRY("com.a", "T", "1", "activated_enabled"));
	static const char array[] = "<plist version=\"1.0\"><array/></plist>";
	static const char none[] = "<plist version=\"1.0\"><dict/></plist>";
	static const char empty[] = LIST("");
	struct arena *arena = arena_new(0);
	struct sysext_list list;

	(void)state;
	assert_int_equal(read_text(arena, broken, sizeof(broken) - 1, &list), -FAULT_TYPE);
	assert_int_equal(list.count, 1);
	assert_int_equal(read_text(arena, array, sizeof(array) - 1, &list), -FAULT_TYPE);
	assert_int_equal(read_text(arena, none, sizeof(none) - 1, &list), -FAULT_MISSING);
	assert_int_equal(read_text(arena, empty, sizeof(empty) - 1, &list), 0);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_real_list_tells_state_and_app),
	    cmocka_unit_test(the_best_row_of_an_id_counts),
	    cmocka_unit_test(what_is_malformed_is_a_fault_and_the_rest_is_read),
	};

	return cmocka_run_group_tests_name("sysext_db", tests, NULL, NULL);
}
