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
	bool allowed, other; /* a driver; an extension that is none */
} rows[] = {
    {"", false, false},
    {TEAM_IDS("AllowedSystemExtensions", S("com.other") S("com.dext")), true, true},
    {TEAM_IDS("AllowedSystemExtensions", S("com.dext2")), false, false},
    {TEAMS(S("U") S("T")), true, true},
    {TEAMS(S("U")), false, false},
    {TEAMS(S("T")) TEAM_IDS("AllowedSystemExtensionTypes", S("NetworkExtension")), false, true},
    {TEAMS(S("T")) TEAM_IDS("AllowedSystemExtensionTypes", S("EndpointSecurityExtension")), false,
	true},
    {TEAMS(S("T")) TEAM_IDS("AllowedSystemExtensionTypes", S("DriverExtension")), true, false},
    {"<key>AllowedTeamIdentifiers</key>" S("T"), false, false},
    {"<key>AllowedSystemExtensions</key>" S("com.dext"), false, false},
    {TEAMS("<integer>1</integer>"), false, false},
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
		assert_int_equal(
		    sysext_policy_allows(payload, "com.dext", "T", true), rows[i].allowed);
		assert_int_equal(
		    sysext_policy_allows(payload, "com.dext", "T", false), rows[i].other);
	}
	assert_false(sysext_policy_allows(NULL, "com.dext", "T", true));
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
