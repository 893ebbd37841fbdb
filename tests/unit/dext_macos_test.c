/* SPDX-License-Identifier: BSD-2-Clause */
/* Which macOS a dext asks for, on a Mac and on a copied disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "migrate/dext_macos.h"
#include "tests/unit/fixture.h"

#define KIT(version) "<key>OSMinimumDriverKitVersion</key><string>" version "</string>"
#define MAC(version) "<key>LSMinimumSystemVersion</key><string>" version "</string>"

/* macOS's versions are those that Apple released with that Darwin. */
static const struct {
	const char *keys;
	int macos;
	const char *version, *darwin;
	enum tristate wanted;
	const char *text;
} cases[] = {
    {"", 15, "15.7", "24.6.0", YES, "asks for none"},
    {KIT("19.0"), 15, "15.7", "24.6.0", YES, NULL},
    {KIT("19.0"), 11, "11.7.10", "20.6.0", YES,
	"needs DriverKit 19.0, and this is 20.6.0 (macOS 11)"},
    {KIT("24.6"), 15, "15.7", "24.6.0", YES, NULL},
    {KIT("24.4"), 15, "15.3", "24.3.0", NO,
	"needs DriverKit 24.4 (macOS 15), and this is 24.3.0 (macOS 15)"},
    {KIT("25.0"), 15, "15.7", "24.6.0", NO,
	"needs DriverKit 25.0 (macOS 26), and this is 24.6.0 (macOS 15)"},
    {KIT("25.0"), 26, "26.2", "25.2.0", YES, NULL},
    {KIT("26"), 26, "26.2", "25.2.0", NO,
	"needs DriverKit 26 (macOS 27), and this is 25.2.0 (macOS 26)"},
    {KIT("21.4"), 12, "12.7.6", "21.6.0", YES, NULL},
    {KIT("22.0"), 12, "12.7.6", "21.6.0", NO, NULL},
    /* Of a copied disk the minor is not known. */
    {KIT("24.4"), 15, "15.7", NULL, UNKNOWN, NULL},
    {KIT("24.0"), 15, "15.7", NULL, YES, NULL},
    {KIT("24"), 15, "15.7", NULL, YES, NULL},
    {KIT("23.6"), 15, "15.7", NULL, YES, NULL},
    {KIT("25.0"), 15, "15.7", NULL, NO,
	"needs DriverKit 25.0 (macOS 26), and this is that of macOS 15"},
    {KIT("25.0"), 0, NULL, NULL, UNKNOWN, NULL},
    /* The other key, alone and beside. */
    {MAC("26.0"), 15, "15.7", "24.6.0", NO, "needs macOS 26.0, and this is 15.7"},
    {MAC("15.7.1"), 15, "15.7", "24.6.0", NO, NULL},
    {MAC("10.15"), 11, "11.7.10", "20.6.0", YES, NULL},
    {KIT("19.0") MAC("26.0"), 15, "15.7", "24.6.0", NO, "needs macOS 26.0, and this is 15.7"},
    {KIT("25.0") MAC("11.0"), 15, "15.7", "24.6.0", NO, NULL},
    {KIT("24.4") MAC("26.0"), 15, "15.7", NULL, NO, NULL},
    /* No version: nothing is asked for. */
    {KIT("$(DRIVERKIT_DEPLOYMENT_TARGET)"), 15, "15.7", "24.6.0", YES, NULL},
    {KIT(""), 15, "15.7", "24.6.0", YES, NULL},
    {"<key>OSMinimumDriverKitVersion</key><real>25.0</real>", 15, "15.7", "24.6.0", YES,
	"asks for none"},
};

static void
a_dext_says_which_macos_it_needs(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena *arena = arena_new(0);
		const struct host host = {.macos = cases[i].macos,
		    .product_version = cases[i].version,
		    .darwin = cases[i].darwin};
		const struct plist *info = NULL;
		struct dext_macos out;
		const char *xml = arena_printf(
		    arena, "<plist version=\"1.0\"><dict>%s</dict></plist>", cases[i].keys);

		assert_int_equal(plist_parse(arena, xml, strlen(xml), &info, NULL), 0);
		dext_macos_read(arena, info, &host, &out);
		print_message("# %zu: %s\n", i, out.text);
		assert_int_equal(out.new_enough, cases[i].wanted);
		if (cases[i].text != NULL)
			assert_string_equal(out.text, cases[i].text);
		arena_free(arena);
	}
}

static void
no_list_tells_nothing(void **state)
{
	const struct host host = {.macos = 15, .product_version = "15.7", .darwin = "24.6.0"};
	struct dext_macos out;

	(void)state;
	dext_macos_read(NULL, NULL, &host, &out);
	assert_int_equal(out.new_enough, UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_dext_says_which_macos_it_needs),
	    cmocka_unit_test(no_list_tells_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
