/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings for fleets: which file goes first, and what is not believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <unistd.h>

#include "migrate/settings.h"
#include "tests/unit/folder.h"

#define PLIST(text) "<plist version=\"1.0\"><dict>" text "</dict></plist>"

static struct settings
read_settings(const struct folder *folder, struct arena *arena)
{
	struct settings settings;
	struct root root;

	assert_int_equal(root_init(&root, folder->path, NULL, NULL), 0);
	settings_read(&root, arena, &settings);
	root_done(&root);
	return settings;
}

static void
without_files_everything_is_the_default(void **state)
{
	struct folder folder;
	struct arena *arena = arena_new(0);
	struct settings settings;
	struct options options = {.policy = POLICY_DEFAULT};

	(void)state;
	folder_make(&folder);
	settings = read_settings(&folder, arena);
	assert_string_equal(settings.value[SETTING_POLICY], "report");
	assert_null(settings.from[SETTING_POLICY]);
	settings_apply(&settings, true, &options);
	assert_int_equal(options.policy, POLICY_DEFAULT);
	assert_int_equal(options.target_count, 0);
	arena_free(arena);
	folder_remove(&folder);
}

static void
the_profile_goes_first_and_the_command_line_before_it(void **state)
{
	struct folder folder;
	struct arena *arena = arena_new(0);
	struct settings settings;
	struct options options = {.approval = APPROVAL_NEVER};

	(void)state;
	folder_make(&folder);
	folder_add(&folder, SETTINGS_MANAGED + 1,
	    PLIST("<key>Policy</key><string>repair</string>"
		  "<key>Approval</key><string>ask</string>"));
	folder_add(&folder, SETTINGS_LOCAL + 1,
	    PLIST("<key>Policy</key><string>report</string><key>Restart</key><string>now</string>"
		  "<key>AcceptBystanders</key><true/>"
		  "<key>Targets</key><array><string>a</string><string>b.c</string></array>"));
	settings = read_settings(&folder, arena);
	if (geteuid() != 0) {
		assert_int_equal(settings.fault_count, 2);
		goto out;
	}
	assert_string_equal(settings.from[SETTING_POLICY], SETTINGS_MANAGED);
	assert_string_equal(settings.from[SETTING_RESTART], SETTINGS_LOCAL);
	assert_string_equal(settings.value[SETTING_TARGETS], "a b.c");
	settings_apply(&settings, true, &options);
	assert_int_equal(options.policy, POLICY_REPAIR);
	assert_int_equal(options.approval, APPROVAL_NEVER);
	assert_int_equal(options.restart, RESTART_NOW);
	assert_true(options.accept_bystanders);
	assert_int_equal(options.target_count, 2);
	assert_string_equal(options.targets[1], "b.c");
out:
	arena_free(arena);
	folder_remove(&folder);
}

static void
what_is_no_value_is_left_out_and_said(void **state)
{
	struct folder folder;
	struct arena *arena = arena_new(0);
	struct settings settings;

	(void)state;
	folder_make(&folder);
	folder_add(&folder, SETTINGS_MANAGED + 1,
	    PLIST("<key>Policy</key><string>war</string><key>AcceptBystanders</key><integer>1</"
		  "integer>"
		  "<key>Targets</key><string>a</string>"));
	folder_add(&folder, SETTINGS_LOCAL + 1, "no property list");
	settings = read_settings(&folder, arena);
	assert_int_equal(settings.fault_count, geteuid() == 0 ? 4 : 2);
	assert_null(settings.from[SETTING_POLICY]);
	assert_int_equal(settings.choice[SETTING_POLICY], 0);
	if (geteuid() == 0)
		assert_string_equal(
		    settings.faults[1].message, "Policy: must be report|repair; it was left out");
	arena_free(arena);
	folder_remove(&folder);
}

/* VaultDays of the profile, where the Mac's own settings say one day. */
static struct settings
read_days(struct folder *folder, struct arena *arena, const char *managed)
{
	folder_make(folder);
	folder_add(folder, SETTINGS_MANAGED + 1, managed);
	folder_add(
	    folder, SETTINGS_LOCAL + 1, PLIST("<key>VaultDays</key><integer>1</integer>"));
	return read_settings(folder, arena);
}

static void
days_are_taken_where_all_before_them_is_understood(void **state)
{
	static const struct {
		const char *managed, *value;
		int days;
	} rows[] = {
	    {PLIST(""), "1 day", 1},
	    {PLIST("<key>VaultDays</key><integer>0</integer>"), "never", 0},
	    {PLIST("<key>VaultDays</key><integer>90</integer>"), "90 days", 90},
	    {PLIST("<key>VaultDays</key><integer>36500</integer>"), "36500 days", 36500},
	    {PLIST("<key>VaultDays</key><integer>36501</integer>"), "never", 0},
	    {PLIST("<key>VaultDays</key><integer>-1</integer>"), "never", 0},
	    {PLIST("<key>VaultDays</key><integer>18446744073709551615</integer>"), "never", 0},
	    {PLIST("<key>VaultDays</key><string>90</string>"), "never", 0},
	    {PLIST("<key>VaultDays</key><real>90</real>"), "never", 0},
	    {PLIST("<key>VaultDays</key><true/>"), "never", 0},
	    {"<plist>", "never", 0},
	};
	struct options options = {0};
	struct settings settings;
	struct folder folder;
	struct arena *arena;
	size_t i;

	(void)state;
	for (i = 0; geteuid() == 0 && i < sizeof(rows) / sizeof(*rows); i++) {
		arena = arena_new(0);
		settings = read_days(&folder, arena, rows[i].managed);
		settings_apply(&settings, false, &options);
		if (options.vault_days != rows[i].days)
			fail_msg("%s: %d days", rows[i].managed, options.vault_days);
		assert_string_equal(settings.value[SETTING_VAULT_DAYS], rows[i].value);
		arena_free(arena);
		folder_remove(&folder);
	}
}

static void
a_file_that_others_may_write_is_not_believed(void **state)
{
	struct folder folder;
	struct arena *arena = arena_new(0);
	struct settings settings;

	(void)state;
	folder_make(&folder);
	folder_add(
	    &folder, SETTINGS_MANAGED + 1, PLIST("<key>Policy</key><string>repair</string>"));
	assert_int_equal(chmod(folder_path(&folder, SETTINGS_MANAGED + 1), 0666), 0);
	settings = read_settings(&folder, arena);
	assert_null(settings.from[SETTING_POLICY]);
	assert_int_equal(settings.fault_count, 1);
	arena_free(arena);
	folder_remove(&folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(without_files_everything_is_the_default),
	    cmocka_unit_test(the_profile_goes_first_and_the_command_line_before_it),
	    cmocka_unit_test(what_is_no_value_is_left_out_and_said),
	    cmocka_unit_test(days_are_taken_where_all_before_them_is_understood),
	    cmocka_unit_test(a_file_that_others_may_write_is_not_believed),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
