/* SPDX-License-Identifier: BSD-2-Clause */
/* What a dext's state asks for, and who drives its device by two extracts of the registry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kmutil-helpers/tool_sysext.h"
#include "migrate/dext_state.h"
#include "migrate/matching.h"

#define DEXT "com.example.dext"
#define KEXT "com.example.kext"

static void
every_state_is_told_with_blanks_and_underscores(void **state)
{
	const struct dext_state *row;
	char text[80], *at;
	size_t count = 0;

	(void)state;
	for (row = dext_states(); row->words != NULL; row++, count++) {
		(void)snprintf(text, sizeof(text), "%s", row->words);
		assert_int_equal(dext_state_need(text), row->need);
		for (at = text; *at != '\0'; at++)
			*at = *at == ' ' ? '_' : *at;
		assert_int_equal(dext_state_need(text), row->need);
		(void)strcat(text, "x");
		assert_int_equal(dext_state_need(text), DEXT_NEEDS_UNKNOWN);
		/* The two tables agree: enabled is one state, and an ended one may be asked. */
		assert_int_equal(
		    sysext_stage_of(row->words) == SYSEXT_ENABLED, row->need == DEXT_NEEDS_NOTHING);
		if (row->need == DEXT_NEEDS_APP)
			assert_int_equal(sysext_stage_of(row->words), SYSEXT_ENDED);
	}
	assert_int_equal(count, 20);
	assert_int_equal(dext_state_need(""), DEXT_NEEDS_UNKNOWN);
	print_message("# %zu states\n", count);
}

/* The places as Apple's tool and users name them (docs/facts.md#handoff). */
static const struct {
	int macos;
	const char *category, *state, *text;
} places[] = {
    {12, NULL, "activated disabled",
	"a person switches it on in System Preferences > Security & Privacy > General"},
    {13, "com.apple.system_extension.network_extension", "activated disabled",
	"a person switches it on in System Settings > Privacy & Security"},
    {14, NULL, "activated_disabled",
	"a person switches it on in System Settings > Privacy & Security"},
    {15, NULL, "activated disabled",
	"a person switches it on in System Settings > General > Login Items & Extensions > Driver "
	"Extensions"},
    {27, "com.apple.system_extension.driver_extension", "activated disabled",
	"a person switches it on in System Settings > General > Login Items & Extensions > Driver "
	"Extensions"},
    {15, "com.apple.system_extension.endpoint_security", "activated disabled",
	"a person switches it on in System Settings > General > Login Items & Extensions > "
	"Endpoint Security Extensions"},
    {26, "com.apple.system_extension.network_extension", "activated disabled",
	"a person switches it on in System Settings > General > Login Items & Extensions > "
	"Network Extensions"},
    {26, "com.apple.system_extension.cmio", "activated disabled",
	"a person switches it on in System Settings > General > Login Items & Extensions > Camera "
	"Extensions"},
    {26, "com.apple.system_extension.of_a_later_macos", "activated disabled",
	"a person switches it on in System Settings > General > Login Items & Extensions"},
    {15, NULL, "activated waiting for user",
	"a person allows it in System Settings > General > Login Items & Extensions > Driver "
	"Extensions; a com.apple.system-extension-policy profile that names " DEXT
	" of team TEAM would need nobody"},
    {15, NULL, "activated enabled", NULL},
};

static void
each_macos_has_its_place(void **state)
{
	struct arena *arena = arena_new(0);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		const struct sysext row = {.id = DEXT,
		    .team = "TEAM",
		    .state = places[i].state,
		    .category = places[i].category};
		const char *text = dext_state_missing(arena, places[i].macos, &row);

		print_message("# %zu: %s\n", i, text != NULL ? text : "-");
		assert_int_equal(text == NULL, places[i].text == NULL);
		if (text != NULL)
			assert_string_equal(text, places[i].text);
	}
	arena_free(arena);
}

#define MATCHED(dexts)                                                                             \
	{                                                                                          \
		.parent = IOREG_NO_PARENT, .name = "PXSX", .dexts_matched = dexts                  \
	}
#define DEVICE MATCHED(1)
#define SERVED                                                                                     \
	{                                                                                          \
		.parent = IOREG_NO_PARENT, .bundle_id = DEXT, .user_server = "S"                   \
	}
#define SERVER(server)                                                                             \
	{                                                                                          \
		.name = "IOUserServer(S-0x100000310)", .user_server = server                       \
	}
#define CHILD(id)                                                                                  \
	{                                                                                          \
		.parent = 0, .bundle_id = id                                                       \
	}
#define DRIVES(id)                                                                                 \
	{                                                                                          \
		.parent = 0, .bundle_id = id, .user_server = id                                    \
	}

static const struct {
	const char *name;
	struct ioreg_entry served[2], waiting[3];
	size_t served_count, waiting_count;
	enum matching now;
} rows[] = {
    {"nothing", {{0}}, {{0}}, 0, 0, MATCHING_NONE},
    {"it runs", {SERVED, SERVER("S")}, {{0}}, 2, 0, MATCHING_RUNS},
    {"its program is gone", {SERVED}, {{0}}, 1, 0, MATCHING_NO_SERVER},
    {"another's program", {SERVED, SERVER("T")}, {{0}}, 2, 0, MATCHING_NO_SERVER},
    {"a program without a device", {SERVER("S")}, {{0}}, 1, 0, MATCHING_NONE},
    {"it waits behind its kext", {{0}}, {DEVICE, CHILD(KEXT)}, 0, 2, MATCHING_HELD},
    {"another product's kext", {{0}}, {DEVICE, CHILD("org.other")}, 0, 2, MATCHING_NONE},
    {"a count without a kext", {{0}}, {DEVICE}, 0, 1, MATCHING_NONE},
    {"the dext that is counted drives the device beside the kext", {{0}},
	{DEVICE, CHILD(KEXT), DRIVES("org.other.dext")}, 0, 3, MATCHING_NONE},
    {"one dext drives the device, one waits", {{0}},
	{MATCHED(2), CHILD(KEXT), DRIVES("org.other.dext")}, 0, 3, MATCHING_HELD},
    {"it runs at one device and waits at another", {SERVED, SERVER("S")}, {DEVICE, CHILD(KEXT)}, 2,
	2, MATCHING_RUNS},
};

static void
the_registry_tells_who_drives(void **state)
{
	static const char *const kexts[] = {KEXT};
	struct matching_view view;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ioreg_entry one[2], other[3];
		struct ioreg served = {.items = one, .count = rows[i].served_count},
			     waiting = {.items = other, .count = rows[i].waiting_count};

		memcpy(one, rows[i].served, sizeof(one));
		memcpy(other, rows[i].waiting, sizeof(other));
		matching_judge(&served, &waiting, DEXT, kexts, 1, &view);
		if (view.now != rows[i].now)
			print_error("%s\n", rows[i].name);
		assert_int_equal(view.now, rows[i].now);
		if (view.now == MATCHING_HELD) {
			assert_string_equal(view.kext, KEXT);
			assert_string_equal(view.device, "PXSX");
		}
		matching_judge(&served, &waiting, DEXT, NULL, 0, &view);
		assert_int_not_equal(view.now, MATCHING_HELD);
	}
	print_message("# %zu registries\n", i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_state_is_told_with_blanks_and_underscores),
	    cmocka_unit_test(each_macos_has_its_place),
	    cmocka_unit_test(the_registry_tells_who_drives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
