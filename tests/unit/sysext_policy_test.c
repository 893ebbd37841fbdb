/* SPDX-License-Identifier: BSD-2-Clause */
/* What a System Extensions policy payload allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kmutil-helpers/sysext_policy.h"

#define TEAM_IDS(key, item) "<key>" key "</key><dict><key>T</key><array>" item "</array></dict>"
#define TEAMS(item) "<key>AllowedTeamIdentifiers</key><array>" item "</array>"
#define S(text) "<string>" text "</string>"

static const struct {
	const char *payload;
	bool allowed;
} rows[] = {
    {"", false},
    {TEAM_IDS("AllowedSystemExtensions", S("com.other") S("com.dext")), true},
    {TEAM_IDS("AllowedSystemExtensions", S("com.dext2")), false},
    {TEAMS(S("U") S("T")), true},
    {TEAMS(S("U")), false},
    {TEAMS(S("T")) TEAM_IDS("AllowedSystemExtensionTypes", S("NetworkExtension")), false},
    {TEAMS(S("T")) TEAM_IDS("AllowedSystemExtensionTypes", S("DriverExtension")), true},
    {"<key>AllowedTeamIdentifiers</key>" S("T"), false},
    {"<key>AllowedSystemExtensions</key>" S("com.dext"), false},
    {TEAMS("<integer>1</integer>"), false},
};

static void
the_table_of_payloads(void **state)
{
	struct arena *arena = arena_new(0);
	const struct plist *payload;
	const char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		text = arena_printf(
		    arena, "<plist version=\"1.0\"><dict>%s</dict></plist>", rows[i].payload);
		assert_int_equal(plist_parse(arena, text, strlen(text), &payload, NULL), 0);
		assert_int_equal(sysext_policy_allows(payload, "com.dext", "T"), rows[i].allowed);
	}
	assert_false(sysext_policy_allows(NULL, "com.dext", "T"));
	assert_false(sysext_policy_is_closed(NULL));
	for (i = 0; i < 3; i++) {
		static const char *const words[] = {"<false/>", "<true/>", "<string>no</string>"};

		text = arena_printf(arena,
		    "<plist version=\"1.0\"><dict><key>AllowUserOverrides</key>%s</dict></plist>",
		    words[i]);
		assert_int_equal(plist_parse(arena, text, strlen(text), &payload, NULL), 0);
		assert_int_equal(sysext_policy_is_closed(payload), i == 0);
	}
	i = sizeof(rows) / sizeof(*rows);
	print_message("# %zu payloads\n", i);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_table_of_payloads)};

	return cmocka_run_group_tests_name("sysext_policy", tests, NULL, NULL);
}
