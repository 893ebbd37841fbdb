/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compare, beside a matcher of its own that looks at each device by itself. Drivers
 * are random, in a small world: products 0 to 7, and 8 to 15 for all others (a mask
 * has the higher bits together or not at all).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "migrate/compare.h"
#include "tests/unit/compare_dice.h"
#include "tests/unit/fixture.h"

#define PAIRS 3000
#define MAX_PERSONALITIES 5
#define OTHERS 0xfff8U /* the bits of a product that lead out of 0 to 7 */

struct device {
	uint32_t vendor, product, class;
};

/* A personality as the test's own matcher knows it. */
struct simple {
	bool has_vendor, has_product, has_class, borrowed;
	uint32_t vendor, class, mask;
	uint32_t products[3];
	unsigned int product_count;
	int interface;
};

struct driver {
	struct simple items[MAX_PERSONALITIES];
	unsigned int count;
	struct personality_list read;
};

static struct dice seed = {20261124};

static uint32_t
dice(uint32_t sides)
{
	return dice_roll(&seed, sides);
}

static bool
simple_matches(const struct simple *simple, const struct device *device)
{
	unsigned int i;

	if (simple->borrowed || (simple->has_vendor && simple->vendor != device->vendor))
		return false;
	if (!simple->has_vendor && simple->has_class && simple->class != device->class)
		return false;
	if (!simple->has_product)
		return true;
	for (i = 0; i < simple->product_count; i++)
		if ((simple->products[i] & simple->mask) == (device->product & simple->mask))
			return true;
	return false;
}

static bool
driver_matches(const struct driver *driver, const struct device *device)
{
	unsigned int i;

	for (i = 0; i < driver->count; i++)
		if (simple_matches(&driver->items[i], device))
			return true;
	return false;
}

static bool
both_want(const struct driver *old, const struct driver *new, const struct device *device)
{
	unsigned int i, j;

	for (i = 0; i < old->count; i++)
		for (j = 0; j < new->count; j++)
			if (simple_matches(&old->items[i], device) &&
			    simple_matches(&new->items[j], device) &&
			    (old->items[i].interface < 0 || new->items[j].interface < 0 ||
				old->items[i].interface == new->items[j].interface))
				return true;
	return false;
}

static void
put_number(struct buf *xml, const char *key, uint32_t value)
{
	dice_put_number(&seed, xml, key, value);
}

static void
put_products(struct buf *xml, const struct simple *simple)
{
	unsigned int i;

	if (simple->product_count == 1) {
		put_number(xml, "idProduct", simple->products[0]);
	} else {
		buf_text(xml, "<key>idProductArray</key><array>");
		for (i = 0; i < simple->product_count; i++)
			buf_printf(xml, "<integer>%u</integer>", simple->products[i]);
		buf_text(xml, "</array>");
	}
	if (simple->mask != 0xffff || dice(2))
		put_number(xml, "idProductMask", simple->mask);
}

static void
put_simple(struct buf *xml, struct simple *simple)
{
	unsigned int i;

	*simple = (struct simple){.has_vendor = dice(4) > 0,
	    .has_product = dice(4) > 0,
	    .has_class = dice(2) > 0,
	    .borrowed = dice(10) == 0,
	    .vendor = 1 + dice(2),
	    .class = 2 + dice(2),
	    .product_count = 1 + dice(3),
	    .interface = (int)dice(4) - 2,
	    .mask = dice(2) ? 0xffff : (dice(8) | (dice(2) ? OTHERS : 0))};
	for (i = 0; i < simple->product_count; i++)
		simple->products[i] = dice(8);
	buf_printf(xml, "<dict><key>IOProviderClass</key><string>%s</string>",
	    dice(2) ? "IOUSBInterface" : "IOUSBHostInterface");
	if (simple->borrowed)
		buf_text(xml, "<key>CFBundleIdentifier</key><string>com.apple.driver.X</string>");
	if (simple->has_vendor)
		put_number(xml, "idVendor", simple->vendor);
	if (simple->has_product)
		put_products(xml, simple);
	if (simple->has_class)
		put_number(xml, "bInterfaceClass", simple->class);
	if (simple->interface >= 0)
		put_number(xml, "bInterfaceNumber", (uint32_t)simple->interface);
	else
		simple->interface = -1;
	buf_text(xml, "</dict>");
}

static void
make_driver(struct arena *arena, struct driver *driver)
{
	const struct plist *info = NULL;
	struct buf xml = {0};
	unsigned int i;

	driver->count = dice(MAX_PERSONALITIES + 1);
	buf_text(&xml, "<plist version=\"1.0\"><dict><key>IOKitPersonalities</key><dict>");
	for (i = 0; i < driver->count; i++) {
		buf_printf(&xml, "<key>p%u</key>", i);
		put_simple(&xml, &driver->items[i]);
	}
	buf_text(&xml, "</dict></dict></plist>");
	assert_int_equal(plist_parse(arena, xml.bytes, xml.len, &info, NULL), 0);
	personalities_read(arena, info, &driver->read);
	assert_int_equal(driver->read.count, driver->count);
	buf_done(&xml);
}

static bool
row_has(const struct compare_row *row, const struct device *device)
{
	struct cube point = {{device->vendor << 16 | device->product, 0, device->class << 16},
	    {UINT32_MAX, UINT32_MAX, UINT32_MAX}};
	struct cube both;

	return cube_and(&row->devices, &point, &both);
}

static bool
list_has(const struct compare_list *list, const struct device *device)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (row_has(&list->items[i], device))
			return true;
	return false;
}

/* Each device of a kind has a row, and each row has a device of that kind. */
struct kinds {
	unsigned int lost_in[64], gained_in[64], contested_in[64];
};

static void
count_rows(const struct compare_list *list, const struct device *device, unsigned int *in)
{
	size_t i;

	assert_true(list->count <= 64);
	for (i = 0; i < list->count; i++)
		in[i] += row_has(&list->items[i], device);
}

static void
check_device(const struct driver *old, const struct driver *new,
    const struct comparison *comparison, const struct device *device, struct kinds *kinds)
{
	bool in_old = driver_matches(old, device), in_new = driver_matches(new, device);

	if (in_old && !in_new) {
		assert_true(list_has(&comparison->lost, device));
		count_rows(&comparison->lost, device, kinds->lost_in);
	}
	if (in_new && !in_old) {
		assert_true(list_has(&comparison->gained, device));
		count_rows(&comparison->gained, device, kinds->gained_in);
	}
	if (both_want(old, new, device)) {
		assert_true(list_has(&comparison->contested, device));
		count_rows(&comparison->contested, device, kinds->contested_in);
	}
}

static void
compare_agrees_with_a_slow_matcher(void **state)
{
	unsigned int pair, lost = 0, gained = 0, contested = 0;
	size_t i;

	(void)state;
	for (pair = 0; pair < PAIRS; pair++) {
		struct arena *arena = arena_new(0);
		struct driver old, new;
		struct comparison comparison;
		struct kinds kinds = {{0}, {0}, {0}};
		struct device device;

		make_driver(arena, &old);
		make_driver(arena, &new);
		compare_drivers(arena, &old.read, &new.read, &comparison);
		for (device.vendor = 1; device.vendor <= 3; device.vendor++)
			for (device.product = 0; device.product <= 15; device.product++)
				for (device.class = 2; device.class <= 4; device.class ++)
					check_device(&old, &new, &comparison, &device, &kinds);
		for (i = 0; i < comparison.lost.count; i++)
			assert_true(kinds.lost_in[i] > 0);
		for (i = 0; i < comparison.gained.count; i++)
			assert_true(kinds.gained_in[i] > 0);
		for (i = 0; i < comparison.contested.count; i++)
			assert_true(kinds.contested_in[i] > 0);
		lost += comparison.lost.count > 0;
		gained += comparison.gained.count > 0;
		contested += comparison.contested.count > 0;
		arena_free(arena);
	}
	print_message(
	    "# %u pairs of drivers: %u lose, %u gain, %u contest\n", pair, lost, gained, contested);
	assert_true(lost > PAIRS / 10 && gained > PAIRS / 10 && contested > PAIRS / 10);
}

/* Reads personalities from the inside of IOKitPersonalities. */
static struct personality_list
read_text(struct arena *arena, const char *inside)
{
	struct personality_list list;
	const struct plist *info = NULL;
	struct buf xml = {0};

	buf_printf(&xml,
	    "<plist version=\"1.0\"><dict><key>IOKitPersonalities</key><dict>%s</dict></dict>"
	    "</plist>",
	    inside);
	assert_int_equal(plist_parse(arena, xml.bytes, xml.len, &info, NULL), 0);
	personalities_read(arena, info, &list);
	buf_done(&xml);
	return list;
}

#define DRIVER(provider, keys)                                                                     \
	"<key>it</key><dict><key>IOProviderClass</key><string>" provider "</string>" keys "</"     \
	"dict>"
#define TEXT(key, value) "<key>" key "</key><string>" value "</string>"
#define NUMBER(key, value) "<key>" key "</key><integer>" value "</integer>"

/* What old and new lose, gain and contest, by hand. */
static const struct {
	const char *old, *new;
	unsigned int lost, gained, contested;
	const char *match; /* of the first lost one */
} families[] = {
    /* a PCI vendor's mask covers its device */
    {DRIVER("IOPCIDevice", TEXT("IOPCIPrimaryMatch", "0x12341b85")),
	DRIVER("IOPCIDevice", TEXT("IOPCIMatch", "0x00001b85&amp;0x0000ffff")), 0, 2, 1, NULL},
    /* a list of words, one of which is gone */
    {DRIVER("IOPCIDevice", TEXT("IOPCIMatch", "0x12341b85 0x43211b85")),
	DRIVER("IOPCIDevice", TEXT("IOPCIPrimaryMatch", "0x12341b85")), 2, 0, 1, "0x1b85:0x4321"},
    /* a class has a mask of its own */
    {DRIVER("IOPCIDevice", TEXT("IOPCIClassMatch", "0x04030000")),
	DRIVER("IOPCIDevice", TEXT("IOPCIClassMatch", "0x04000000&amp;0xff000000")), 0, 1, 1, NULL},
    /* all products of a vendor are more than one of them */
    {DRIVER("IOUSBHostDevice", NUMBER("idVendor", "6790")),
	DRIVER("IOUSBHostDevice", NUMBER("idVendor", "6790") NUMBER("idProduct", "7")), 1, 0, 1,
	"0x1a86:any"},
    /* a number that is a text is no number */
    {DRIVER("IOUSBHostDevice", NUMBER("idVendor", "6790")),
	DRIVER("IOUSBHostDevice", TEXT("idVendor", "6790")), 1, 0, 0, "0x1a86:any"},
    /* one usage of two */
    {DRIVER("IOHIDDevice", "<key>DeviceUsagePairs</key><array><dict>" NUMBER("DeviceUsagePage", "1")
			       NUMBER("DeviceUsage", "6") "</dict><dict>" NUMBER("DeviceUsagePage",
				   "1") NUMBER("DeviceUsage", "2") "</dict></array>"),
	DRIVER("IOHIDDevice", NUMBER("PrimaryUsagePage", "1") NUMBER("PrimaryUsage", "6")), 1, 0, 1,
	"usage page 0x0001, usage 0x0002"},
    /* a name more is a demand more */
    {DRIVER("IOPlatformDevice", TEXT("IONameMatch", "ps2controller")),
	DRIVER("IOPlatformDevice", "<key>IONameMatch</key><array><string>ps2controller</string>"
				   "<string>other</string></array>"),
	0, 1, 1, NULL},
    /* other demands beside the numbers: more of them is less */
    {DRIVER("IOPCIDevice", TEXT("IOPCIMatch", "0x12341b85")),
	DRIVER(
	    "IOPCIDevice", TEXT("IOPCIMatch", "0x12341b85") "<key>IOPropertyMatch</key><dict>" TEXT(
			       "model", "X") "</dict>"),
	2, 0, 1, "0x1b85:0x1234"},
    {DRIVER("IOPCIDevice", "<key>IOParentMatch</key><dict>" TEXT("IOProviderClass", "X") "</dict>"),
	DRIVER("IOPCIDevice", ""), 0, 1, 1, NULL},
    {DRIVER("IOPCIDevice", "<key>IOParentMatch</key><dict>" TEXT("IOProviderClass", "X") "</dict>"),
	DRIVER(
	    "IOPCIDevice", "<key>IOParentMatch</key><dict>" TEXT("IOProviderClass", "Y") "</dict>"),
	1, 1, 1, "IOParentMatch {IOProviderClass=X}"},
    /* other interfaces of the same device are no contest, and no loss */
    {DRIVER("IOUSBInterface", NUMBER("idVendor", "1") NUMBER("bInterfaceNumber", "0")),
	DRIVER("IOUSBHostInterface", NUMBER("idVendor", "1") NUMBER("bInterfaceNumber", "1")), 0, 0,
	0, NULL},
    /* another bus is another device */
    {DRIVER("IOUSBDevice", NUMBER("idVendor", "1")), DRIVER("IOHIDDevice", NUMBER("VendorID", "1")),
	1, 1, 0, "0x0001:any"},
    /* the family of PCI names a device by its numbers, and by its class */
    {DRIVER("IOPCIDevice", TEXT("IONameMatch", "pci1b85,1234")),
	DRIVER("IOPCIDevice", TEXT("IOPCIPrimaryMatch", "0x12341b85")), 0, 0, 1, NULL},
    {DRIVER("IOPCIDevice", "<key>IONameMatch</key><array><string>pci1b85,1234</string>"
			   "<string>pciclass,0c0330</string></array>"),
	DRIVER("IOPCIDevice", TEXT("IOPCIClassMatch", "0x0c033000")), 2, 0, 2, "0x1b85:0x1234"},
    /* and writes them without zeros before them: another name is another demand */
    {DRIVER("IOPCIDevice", TEXT("IOPCIPrimaryMatch", "0x00461b85")),
	DRIVER("IOPCIDevice", TEXT("IONameMatch", "pci1b85,0046")), 1, 1, 1, "0x1b85:0x0046"},
    {DRIVER("IOPCIDevice", TEXT("IOPCIPrimaryMatch", "0x12341b85")),
	DRIVER("IOPCIDevice", "<key>IONameMatch</key><array><string>pci1b85,1234</string>"
			      "<string>display</string></array>"),
	1, 1, 1, "0x1b85:0x1234"},
    /* that of USB takes an asterisk for any, that of HID does not */
    {DRIVER("IOUSBHostDevice", NUMBER("idVendor", "6790") TEXT("idProduct", "*")),
	DRIVER("IOUSBHostDevice", NUMBER("idVendor", "6790") NUMBER("idProduct", "7")), 1, 0, 1,
	"0x1a86:any"},
    {DRIVER("IOHIDDevice", NUMBER("VendorID", "1")),
	DRIVER("IOHIDDevice", NUMBER("VendorID", "1") TEXT("ProductID", "*")), 1, 0, 0,
	"0x0001:any"},
    /* a usage by itself, and without a page, which is none */
    {DRIVER("IOHIDDevice", NUMBER("VendorID", "1")),
	DRIVER("IOHIDDevice", NUMBER("VendorID", "1") NUMBER("DeviceUsagePage", "1")), 1, 0, 1,
	"0x0001:any"},
    {DRIVER("IOHIDDevice", NUMBER("VendorID", "1")),
	DRIVER("IOHIDDevice", NUMBER("VendorID", "1") NUMBER("DeviceUsage", "6")), 0, 0, 1, NULL},
    /* a device has other usages beside its first one */
    {DRIVER("IOHIDDevice", NUMBER("PrimaryUsagePage", "1") NUMBER("DeviceUsagePage", "12")),
	DRIVER("IOHIDDevice", NUMBER("PrimaryUsagePage", "1")), 0, 1, 1, NULL},
    /* what HID compares beside the numbers, USB does not */
    {DRIVER("IOHIDDevice", NUMBER("VendorID", "1")),
	DRIVER("IOHIDDevice", NUMBER("VendorID", "1") NUMBER("VersionNumber", "2")), 1, 0, 1,
	"0x0001:any"},
    {DRIVER("IOUSBHostDevice", NUMBER("idVendor", "1")),
	DRIVER("IOUSBHostDevice", NUMBER("idVendor", "1") TEXT("Product", "X")), 0, 0, 1, NULL},
};

/* Who has to wait, in words. */
static const struct {
	const char *old, *new, *why;
} contests[] = {
    {DRIVER("IOPCIDevice", NUMBER("IOProbeScore", "5000")),
	DRIVER("IOPCIDevice", NUMBER("IOProbeScore", "100")),
	"same match category: the dext waits while the kext is attached; before that the kext is "
	"tried first (probe score 5000, dext 100)"},
    {DRIVER("IOPCIDevice", ""), DRIVER("IOPCIDevice", NUMBER("IOProbeScore", "1")),
	"same match category: the dext waits while the kext is attached; before that the dext is "
	"tried first (probe score 0, dext 1)"},
    {DRIVER("IOPCIDevice", TEXT("IOMatchCategory", "A")),
	DRIVER("IOPCIDevice", TEXT("IOMatchCategory", "B")),
	"match categories differ (A, B): both attach"},
    {DRIVER("IOPCIDevice", TEXT("IOMatchCategory", "A")), DRIVER("IOPCIDevice", ""),
	"match categories differ (A, IODefaultMatchCategory): both attach"},
    {DRIVER("IOUSBDevice", NUMBER("idVendor", "1")),
	DRIVER("IOUSBHostInterface", NUMBER("idVendor", "1")),
	"the kext takes the whole device, the dext an interface of it: it gets none while the kext "
	"is attached"},
    {DRIVER("IOHIDInterface", NUMBER("VendorID", "1")),
	DRIVER("IOHIDInterface", NUMBER("VendorID", "1")),
	"both want the interface of a HID device: when the dext starts, macOS ends what is "
	"attached "
	"there"},
    {DRIVER("IOHIDDevice", NUMBER("VendorID", "1")), DRIVER("IOHIDDevice", NUMBER("VendorID", "1")),
	"same match category: the dext waits while the kext is attached; before that the one that "
	"names the device more closely is tried first, and among equals the probe score decides "
	"(kext 0, dext 0)"},
    {DRIVER("IOPCIDevice", ""), DRIVER("IOPCIDevice", ""),
	"same match category: the dext waits while the kext is attached; with equal probe scores "
	"(0) it is not certain who is tried first"},
};

#define NUMBERED NUMBER("bConfigurationValue", "1") NUMBER("bInterfaceNumber", "0")
#define PRODUCT NUMBER("idVendor", "1") NUMBER("idProduct", "2")

/* Whether the keys are a set that USB matches by: Technical Q&A 1076, row by row. */
static const struct {
	const char *driver;
	bool odd;
} sets[] = {
    {DRIVER("IOUSBHostDevice", PRODUCT), false},
    {DRIVER("IOUSBHostDevice", PRODUCT NUMBER("bcdDevice", "3")), false},
    {DRIVER("IOUSBHostDevice",
	 NUMBER("idVendor", "1") "<key>idProductArray</key><array><integer>2</integer></array>"),
	false},
    {DRIVER("IOUSBHostDevice", NUMBER("idVendor", "1") NUMBER("bDeviceSubClass", "1")), false},
    {DRIVER("IOUSBHostDevice", NUMBER("bDeviceClass", "9") NUMBER("bDeviceSubClass", "1")), false},
    {DRIVER("IOUSBHostDevice", NUMBER("idVendor", "1")), true},
    {DRIVER("IOUSBHostDevice", NUMBER("idProduct", "2")), true},
    {DRIVER("IOUSBHostDevice", NUMBER("bDeviceClass", "9")), true},
    {DRIVER("IOUSBHostDevice", ""), true},
    {DRIVER("IOUSBHostInterface", PRODUCT NUMBERED), false},
    {DRIVER("IOUSBHostInterface", PRODUCT NUMBERED NUMBER("bcdDevice", "3")), false},
    {DRIVER("IOUSBHostInterface", NUMBER("idVendor", "1") NUMBER("bInterfaceSubClass", "1")),
	false},
    {DRIVER("IOUSBHostInterface", NUMBER("bInterfaceClass", "3") NUMBER("bInterfaceSubClass", "1")
				      NUMBER("bInterfaceProtocol", "2")),
	false},
    {DRIVER("IOUSBHostInterface", PRODUCT), true},
    {DRIVER("IOUSBHostInterface", PRODUCT NUMBER("bInterfaceNumber", "0")), true},
    {DRIVER(
	 "IOUSBHostInterface", NUMBERED NUMBER("idVendor", "1") NUMBER("bInterfaceSubClass", "1")),
	true},
    {DRIVER("IOUSBHostInterface", NUMBER("bInterfaceClass", "3")), true},
    {DRIVER("IOHIDDevice", NUMBER("VendorID", "1")), false},
    {DRIVER("IOPCIDevice", ""), false},
};

static void
usb_matches_by_certain_sets_of_keys(void **state)
{
	struct arena *arena = arena_new(0);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
		print_message("# set %zu\n", i);
		assert_int_equal(read_text(arena, sets[i].driver).items[0].is_odd_set, sets[i].odd);
	}
	arena_free(arena);
}

static void
contests_are_explained(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(contests) / sizeof(*contests); i++) {
		struct arena *arena = arena_new(0);
		struct personality_list old = read_text(arena, contests[i].old),
					new = read_text(arena, contests[i].new);
		struct comparison comparison;

		compare_drivers(arena, &old, &new, &comparison);
		assert_int_equal(comparison.contested.count, 1);
		assert_string_equal(comparison.contested.items[0].why, contests[i].why);
		arena_free(arena);
	}
}

static void
compare_reads_as_the_families_do(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(families) / sizeof(*families); i++) {
		struct arena *arena = arena_new(0);
		struct personality_list old = read_text(arena, families[i].old),
					new = read_text(arena, families[i].new);
		struct comparison comparison;

		compare_drivers(arena, &old, &new, &comparison);
		print_message("# row %zu\n", i);
		assert_int_equal(comparison.lost.count, families[i].lost);
		assert_int_equal(comparison.gained.count, families[i].gained);
		assert_int_equal(comparison.contested.count, families[i].contested);
		if (families[i].match != NULL)
			assert_string_equal(comparison.lost.items[0].match, families[i].match);
		arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(compare_agrees_with_a_slow_matcher),
	    cmocka_unit_test(usb_matches_by_certain_sets_of_keys),
	    cmocka_unit_test(contests_are_explained),
	    cmocka_unit_test(compare_reads_as_the_families_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
