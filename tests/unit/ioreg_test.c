/* SPDX-License-Identifier: BSD-2-Clause */
/* The I/O Registry as a stream, and who hangs on which kext. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "kmutil-helpers/ioreg.h"
#include "uninstall/dependents.h"

#define HEAD "<?xml version=\"1.0\"?><plist version=\"1.0\">"
#define S(key, value) "<key>" key "</key><string>" value "</string>"
#define N(key, value) "<key>" key "</key><integer>" value "</integer>"
#define CHILDREN(list) "<key>IORegistryEntryChildren</key><array>" list "</array>"
#define ENTRY(body) "<dict>" body "</dict>"
#define DRIVER "com.example.driver"

static int
read_in_pieces(struct arena *arena, const char *text, size_t piece, struct ioreg *registry)
{
	struct ioreg_reader *reader = ioreg_reader_new(arena, registry);
	size_t len = strlen(text), at;
	int fault;

	for (at = 0; at < len; at += piece)
		ioreg_reader_feed(reader, text + at, len - at < piece ? len - at : piece);
	fault = ioreg_reader_finish(reader);
	ioreg_reader_free(reader);
	return fault;
}

static const char tree[] = HEAD ENTRY(S("IORegistryEntryName", "Root") CHILDREN(
    ENTRY(CHILDREN(ENTRY(CHILDREN(ENTRY(S("BSD Name", "disk4"))) S("CFBundleIdentifier", DRIVER)))
	    S("IORegistryEntryName", "PXSX") N("IODEXTMatchCount", "2"))
	ENTRY("<key>Deeper</key><dict>" S("BSD Name", "no") CHILDREN(ENTRY(S("BSD Name", "no")))
	    "</dict>"
	    "<key>List</key><array>" ENTRY(S("BSD Name", "no")) "</array>"
	    N("PrimaryUsage", "6") N("PrimaryUsagePage", "1") S("Transport", "USB")))) "</plist>";

static void
entries_know_their_parent_whatever_the_order_of_keys(void **state)
{
	struct arena *arena = *state;
	struct ioreg registry;
	size_t piece;

	for (piece = 1; piece < 40; piece++) {
		assert_int_equal(read_in_pieces(arena, tree, piece, &registry), 0);
		assert_int_equal(registry.count, 5);
		assert_string_equal(registry.items[0].name, "Root");
		assert_int_equal(registry.items[0].parent, IOREG_NO_PARENT);
		assert_string_equal(registry.items[1].name, "PXSX");
		assert_int_equal(registry.items[1].dexts_matched, 2);
		assert_string_equal(registry.items[2].bundle_id, DRIVER);
		assert_int_equal(registry.items[2].parent, 1);
		assert_string_equal(registry.items[3].bsd_name, "disk4");
		assert_null(registry.items[4].bsd_name);
		assert_true(registry.items[4].keyboard);
		assert_int_equal(registry.items[4].parent, 0);
		assert_true(ioreg_is_below(&registry, 3, 1));
		assert_false(ioreg_is_below(&registry, 4, 1));
		assert_false(ioreg_is_below(&registry, 1, 3));
	}
}

static void
a_registry_cut_anywhere_is_a_fault(void **state)
{
	struct arena *arena = *state;
	struct ioreg registry;
	char *cut = arena_strdup(arena, tree);
	size_t len = strlen(tree) - strlen("</plist>") - 1;

	assert_int_equal(read_in_pieces(arena, "", 9, &registry), 0);
	assert_int_equal(registry.count, 0);
	for (; len > 0; len--) {
		cut[len] = '\0';
		assert_int_not_equal(read_in_pieces(arena, cut, 64, &registry), 0);
	}
}

static void
an_array_of_subtrees_is_read_too(void **state)
{
	struct ioreg registry;

	assert_int_equal(
	    read_in_pieces(*state,
		HEAD "<array>" ENTRY(S("IORegistryEntryName", "a"))
		    ENTRY(N("IODEXTMatchCount", "1")) "</array></plist>",
		7, &registry),
	    0);
	assert_int_equal(registry.count, 2);
	assert_int_equal(registry.items[1].parent, IOREG_NO_PARENT);
	assert_int_equal(registry.items[1].dexts_matched, 1);
}

static void
too_many_entries_are_a_fault(void **state)
{
	struct ioreg registry;
	struct ioreg_reader *reader = ioreg_reader_new(*state, &registry);
	size_t i;

	ioreg_reader_feed(reader, HEAD "<array>", strlen(HEAD "<array>"));
	for (i = 0; i <= IOREG_MAX_ENTRIES; i++)
		ioreg_reader_feed(reader, "<dict></dict>", strlen("<dict></dict>"));
	assert_int_equal(ioreg_reader_finish(reader), -FAULT_COUNT);
	ioreg_reader_free(reader);
}

/* --- who hangs on the driver --- */


static void
look(struct arena *arena, const char *text, const char *device, const char *type,
    const char *interface, struct dependent_list *list)
{
	static const char *const ids[] = {DRIVER};
	struct mounted mounted = {device, "/Volumes/Work", type};
	struct mounted_list mounts = {.items = &mounted, .count = 1};
	struct route route = {.ipv4 = interface};
	struct ioreg registry;

	assert_int_equal(read_in_pieces(arena, text, 100, &registry), 0);
	*list = (struct dependent_list){.asked = true};
	dependents_find(arena, &registry, device != NULL ? &mounts : NULL, &route, ids, 1, list);
}

#define DRIVES(node)                                                                               \
	HEAD ENTRY(CHILDREN(ENTRY(S("CFBundleIdentifier", DRIVER) CHILDREN(                        \
		       ENTRY(CHILDREN(ENTRY(S("BSD Name", node))))))                               \
		   ENTRY(S("BSD Name", "en0"))))                                                   \
	"</plist>"

static void
a_mounted_part_of_a_driven_disk_hangs_on_it(void **state)
{
	static const struct {
		const char *device;
		bool hangs;
	} rows[] = {{"/dev/disk4", true}, {"/dev/disk4s1", true}, {"/dev/disk4s1s1", true},
	    {"com.apple.os.update-1@/dev/disk4s1", true}, {"/dev/disk40", false},
	    {"/dev/disk3s1", false}, {"disk4", false}, {"//server/share", false}};
	struct dependent_list list;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		look(*state, DRIVES("disk4"), rows[i].device, "apfs", NULL, &list);
		if ((list.count == 1) != rows[i].hangs)
			fail_msg("%s", rows[i].device);
	}
	look(*state, DRIVES("disk4"), "/dev/disk4s1", "apfs", NULL, &list);
	assert_string_equal(list.items[0].bundle_id, DRIVER);
	assert_string_equal(
	    list.items[0].text, "the volume /Volumes/Work (disk4s1) is mounted");
}

static void
a_file_system_that_is_not_apple_s_hangs_on_somebody(void **state)
{
	struct dependent_list list;

	look(*state, DRIVES("x"), "/dev/disk9s1", "ufsd_NTFS", NULL, &list);
	assert_int_equal(list.count, 1);
	assert_null(list.items[0].bundle_id);
	assert_non_null(strstr(list.items[0].text, "ufsd_NTFS"));
}

static void
the_default_route_hangs_on_its_interface_s_driver(void **state)
{
	static const struct {
		const char *interface;
		size_t count;
		bool named;
	} rows[] = {{"en5", 1, true}, {"en0", 0, false}, {"tap0", 1, false}, {"utun3", 0, false},
	    {NULL, 0, false}};
	struct dependent_list list;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		look(*state, DRIVES("en5"), NULL, NULL, rows[i].interface, &list);
		assert_int_equal(list.count, rows[i].count);
		if (list.count > 0)
			assert_int_equal(list.items[0].bundle_id != NULL, rows[i].named);
	}
}

#define KEYBOARD(transport, more)                                                                  \
	ENTRY(N("PrimaryUsage", "6") N("PrimaryUsagePage", "1") S("Transport", transport) more)
#define DRIVEN S("CFBundleIdentifier", DRIVER)

static void
only_the_last_real_keyboard_hangs_on_its_driver(void **state)
{
	static const struct {
		const char *keyboards;
		bool hangs;
	} rows[] = {
	    {KEYBOARD("USB", DRIVEN), true},
	    {KEYBOARD("USB", CHILDREN(ENTRY(DRIVEN))), true},
	    {ENTRY(DRIVEN CHILDREN(KEYBOARD("USB", ""))), true},
	    {KEYBOARD("USB", DRIVEN) KEYBOARD("SPI", ""), false},
	    {KEYBOARD("USB", DRIVEN) KEYBOARD("Virtual", ""), true},
	    {KEYBOARD("USB", ""), false},
	    {ENTRY(DRIVEN), false},
	};
	struct dependent_list list;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		look(*state,
		    arena_printf(*state, HEAD "<dict>" CHILDREN("%s") "</dict></plist>",
			rows[i].keyboards),
		    NULL, NULL, NULL, &list);
		if ((list.count == 1) != rows[i].hangs)
			fail_msg("row %zu", i);
	}
}

static void
routes_are_told_by_two_answers(void **state)
{
	static const char nested[] =
	    "<dictionary> {\n  AdditionalRoutes : <array> {\n    0 : <dictionary> {\n      "
	    "PrimaryInterface : en9\n    }\n  }\n  PrimaryInterface : en0\n}\n";
	struct arena *arena = *state;
	struct route route;
	const char *text = arena_printf(arena, "%s  No such key\n", nested);

	assert_int_equal(route_text_read(arena, text, strlen(text), &route), 0);
	assert_string_equal(route.ipv4, "en0");
	assert_null(route.ipv6);
	text = arena_printf(arena, "  No such key\n%s", nested);
	assert_int_equal(route_text_read(arena, text, strlen(text), &route), 0);
	assert_null(route.ipv4);
	assert_string_equal(route.ipv6, "en0");
	assert_int_equal(route_text_read(arena, nested, strlen(nested), &route), -FAULT_OUTPUT);
	assert_int_equal(route_text_read(arena, "", 0, &route), -FAULT_OUTPUT);
	assert_int_equal(route_text_read(arena, "}\n}\n", 4, &route), -FAULT_OUTPUT);
}

static int
new_arena(void **state)
{
	*state = arena_new(0);
	return 0;
}

static int
free_arena(void **state)
{
	arena_free(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, new_arena, free_arena)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(entries_know_their_parent_whatever_the_order_of_keys),
	    TEST(a_registry_cut_anywhere_is_a_fault),
	    TEST(an_array_of_subtrees_is_read_too),
	    TEST(too_many_entries_are_a_fault),
	    TEST(a_mounted_part_of_a_driven_disk_hangs_on_it),
	    TEST(a_file_system_that_is_not_apple_s_hangs_on_somebody),
	    TEST(the_default_route_hangs_on_its_interface_s_driver),
	    TEST(only_the_last_real_keyboard_hangs_on_its_driver),
	    TEST(routes_are_told_by_two_answers),
	};

	return cmocka_run_group_tests_name("ioreg", tests, NULL, NULL);
}
