/* SPDX-License-Identifier: BSD-2-Clause */
/* What a dext's entitlements leave of what its personalities name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kmutil-helpers/buf.h"
#include "migrate/dext_rights.h"
#include "tests/unit/fixture.h"

#define KEY(key) "<key>com.apple.developer.driverkit" key "</key>"
#define DRIVERKIT KEY("") "<true/>"
#define USB "IOUSBHostInterface"
#define PRODUCT                                                                                    \
	"<key>idVendor</key><integer>6790</integer>"                                               \
	"<key>idProduct</key><integer>21971</integer>"
#define VENDOR(number) "<dict><key>idVendor</key><integer>" number "</integer></dict>"

static const struct {
	const char *provider, *io_class, *numbers; /* of the one personality */
	const char *entitlements;
	unsigned int devices, refused; /* cubes that are left, and that are not */
	const char *note;              /* a part of the first one; NULL: none */
} table[] = {
    {USB, "IOUserService", PRODUCT,
	DRIVERKIT KEY(".transport.usb") "<array>" VENDOR("6790") "</array>", 1, 0, NULL},
    {USB, "IOUserService", PRODUCT, DRIVERKIT KEY(".transport.usb") "<true/>", 1, 0, NULL},
    {USB, "IOUserService", PRODUCT,
	DRIVERKIT KEY(".transport.usb") "<array>" VENDOR("1") VENDOR("6790") "</array>", 1, 0,
	NULL},
    {USB, "IOUserService", PRODUCT,
	DRIVERKIT KEY(".transport.usb") "<array>" VENDOR("1") "</array>", 0, 1,
	"does not cover all of its devices"},
    {USB, "IOUserService", PRODUCT, DRIVERKIT, 0, 1,
	"not signed for com.apple.developer.driverkit"
	".transport.usb"},
    {USB, "IOUserService", PRODUCT,
	DRIVERKIT KEY(".transport.usb") "<array><dict><key>idVendor</key><string>*</string></dict>"
					"</array>",
	1, 0, "variant for development"},
    {USB, "IOUserSerial", PRODUCT, DRIVERKIT KEY(".transport.usb") "<true/>", 0, 1,
	".family.serial"},
    {USB, "IOUserSerial", PRODUCT,
	DRIVERKIT KEY(".transport.usb") "<true/>" KEY(".family.serial") "<true/>", 1, 0, NULL},
    {"IOPCIDevice", "IOUserService", "<key>IOPCIMatch</key><string>0x12341b85</string>",
	DRIVERKIT KEY(".transport.pci") "<array><dict><key>IOPCIPrimaryMatch</key>"
					"<string>0x00001b85&amp;0x0000ffff</string></dict></array>",
	2, 1, "does not cover all"},
    {"IOPCIDevice", "IOUserService", "<key>IOPCIPrimaryMatch</key><string>0x12341b85</string>",
	DRIVERKIT KEY(".transport.pci") "<array><dict><key>IOPCIPrimaryMatch</key>"
					"<string>0xFFFFFFFF&amp;0x00000000</string></dict></array>",
	1, 0, "variant for development"},
    {"IOResources", "IOUserService", "", DRIVERKIT, 1, 0, NULL},
    {"IOResources", "IOUserService", "", "", 1, 0, "not signed for com.apple.developer.driverkit:"},
};

static const struct plist *
parse(struct arena *arena, const char *inside)
{
	const struct plist *out = NULL;
	struct buf xml = {0};

	buf_printf(&xml, "<plist version=\"1.0\"><dict>%s</dict></plist>", inside);
	assert_int_equal(plist_parse(arena, xml.bytes, xml.len, &out, NULL), 0);
	buf_done(&xml);
	return out;
}

static void
rights_leave_what_is_covered(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct arena *arena = arena_new(0);
		struct personality_list list;
		struct notes notes = {0};

		personalities_read(arena,
		    parse(
			arena, arena_printf(arena,
				   "<key>IOKitPersonalities</key><dict><key>It</key><dict>"
				   "<key>IOProviderClass</key><string>%s</string><key>IOClass</key>"
				   "<string>%s</string>%s</dict></dict>",
				   table[i].provider, table[i].io_class, table[i].numbers)),
		    &list);
		dext_rights_apply(arena, parse(arena, table[i].entitlements), &list, &notes);
		print_message("# row %zu: %s\n", i, notes.count ? notes.items[0] : "no note");
		assert_int_equal(list.items[0].devices.count, table[i].devices);
		assert_int_equal(list.items[0].refused.count > 0, table[i].refused);
		assert_int_equal(notes.count > 0, table[i].note != NULL);
		if (table[i].note != NULL)
			assert_non_null(strstr(notes.items[0], table[i].note));
		arena_free(arena);
	}
}

static void
profile_says_what_it_does_not_grant(void **state)
{
	struct arena *arena = arena_new(0);
	const struct plist *signed_for = parse(arena, DRIVERKIT KEY(".transport.usb") "<true/>");
	struct notes notes = {0};

	(void)state;
	dext_rights_profile(arena,
	    parse(arena, "<key>Entitlements</key><dict>" DRIVERKIT KEY(
			     ".transport.usb") "<true/></dict><key>ExpirationDate</"
					       "key><date>2030-01-01T00:00:00Z</date>"),
	    signed_for, 1795000000, &notes);
	assert_int_equal(notes.count, 0);
	dext_rights_profile(arena,
	    parse(arena,
		"<key>Entitlements</key><dict>" DRIVERKIT "</dict><key>ExpirationDate</key>"
		"<date>2020-01-01T00:00:00Z</date><key>ProvisionedDevices</key><array>"
		"<string>00008103</string></array>"),
	    signed_for, 1795000000, &notes);
	assert_int_equal(notes.count, 3);
	assert_non_null(strstr(notes.items[0], "does not grant com.apple.developer.driverkit"
					       ".transport.usb"));
	assert_non_null(strstr(notes.items[1], "expired"));
	assert_non_null(strstr(notes.items[2], "development"));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rights_leave_what_is_covered),
	    cmocka_unit_test(profile_says_what_it_does_not_grant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
