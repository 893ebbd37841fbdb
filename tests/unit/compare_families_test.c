/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compare, for the families of PCI, USB devices, HID and names, beside a matcher that asks
 * of each device by itself what docs/facts.md#matching says, key by key. Drivers are random,
 * in a small world in which every kind of device that they can name has one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "migrate/compare.h"
#include "tests/unit/compare_dice.h"
#include "tests/unit/fixture.h"

#define PAIRS 1500
#define MAX_PERSONALITIES 3
#define MAX_WORDS 2
#define ROWS_MAX 128

/* A device has six numbers; which they are is its family's matter. */
enum { NUMBERS = 6 };
struct device {
	uint32_t number[NUMBERS];
};

/* One demand of a personality: a number under a mask, any of some. */
struct demand {
	bool made;
	uint32_t value[MAX_WORDS], mask[MAX_WORDS];
	unsigned int count;
};

struct simple {
	struct demand demands[NUMBERS];
};

struct driver {
	struct simple items[MAX_PERSONALITIES];
	unsigned int count;
	struct personality_list read;
};

struct family {
	const char *name;
	uint32_t world[NUMBERS]; /* how many values of each number are tried */
	void (*write)(struct buf *xml, struct simple *simple);
	bool (*matches)(const struct simple *simple, const struct device *device);
	/* Whether that match is one that a row may be left out for; NULL: none is. */
	bool (*is_excused)(const struct simple *simple, const struct device *device);
	struct cube (*point)(const struct device *device);
};

static struct dice seed = {20261128};

static uint32_t
dice(uint32_t sides)
{
	return dice_roll(&seed, sides);
}

/* A demand on a number of which 0 to 3 are told apart and 4 to 7 stand for all others: the
 * mask has the bits that lead there together, or none of them. */
static void
roll_masked(struct demand *demand, unsigned int words)
{
	unsigned int i;

	demand->made = true;
	demand->count = words;
	for (i = 0; i < words; i++) {
		demand->mask[i] = dice(2) ? 0xffff : dice(4) | (dice(2) ? 0xfffc : 0);
		demand->value[i] = dice(4) & demand->mask[i];
	}
}

/* A demand on a number that is fixed as a whole. */
static void
roll_whole(struct demand *demand, uint32_t first, uint32_t values)
{
	*demand = (struct demand){
	    .made = true, .count = 1, .mask = {UINT32_MAX}, .value = {first + dice(values)}};
}

static bool
meets(const struct demand *demand, uint32_t number)
{
	unsigned int i;

	for (i = 0; demand->made && i < demand->count; i++)
		if ((number & demand->mask[i]) == (demand->value[i] & demand->mask[i]))
			return true;
	return !demand->made;
}

static bool
meets_all(const struct simple *simple, const struct device *device)
{
	unsigned int i;

	for (i = 0; i < NUMBERS; i++)
		if (!meets(&simple->demands[i], device->number[i]))
			return false;
	return true;
}

/* --- PCI: product, vendor, subsystem product, subsystem vendor, class --- */

/* demands[0]: words for the register of the device, or with [5] made for it or that of the
 * subsystem; [2]: words for that of the subsystem; [4]: the class. Each word has a product
 * under a mask and one vendor, or any. */
static void
put_words(struct buf *xml, const char *key, struct demand *demand)
{
	unsigned int i;

	roll_masked(demand, 1 + dice(MAX_WORDS));
	buf_printf(xml, "<key>%s</key><string>", key);
	for (i = 0; i < demand->count; i++) {
		uint32_t vendor = dice(3);

		demand->value[i] = demand->value[i] << 16 | vendor;
		demand->mask[i] = demand->mask[i] << 16 | (vendor != 0 ? 0xffff : 0);
		buf_printf(xml, "%s0x%08x", i > 0 ? " " : "", demand->value[i]);
		if (demand->mask[i] != UINT32_MAX || dice(2))
			buf_printf(xml, "&amp;0x%08x", demand->mask[i]);
	}
	buf_text(xml, "</string>");
}

static void
write_pci(struct buf *xml, struct simple *simple)
{
	static const char *const keys[] = {"IOPCIPrimaryMatch", "IOPCIMatch"};
	struct demand *class = &simple->demands[4];

	buf_text(xml, "<key>IOProviderClass</key><string>IOPCIDevice</string>");
	simple->demands[5].made = dice(2);
	if (dice(4) > 0)
		put_words(xml, keys[simple->demands[5].made], &simple->demands[0]);
	if (dice(3) == 0)
		put_words(xml, "IOPCISecondaryMatch", &simple->demands[2]);
	if (dice(2)) {
		roll_whole(class, 2, 2);
		buf_printf(xml, "<key>IOPCIClassMatch</key><string>0x%08x</string>",
		    class->value[0] << 8 | dice(256));
	}
}

static uint32_t
pci_register(const struct device *device, int first)
{
	return device->number[first] << 16 | device->number[first + 1];
}

static bool
pci_matches_first(const struct simple *simple, const struct device *device)
{
	return meets(&simple->demands[0], pci_register(device, 0)) &&
	       meets(&simple->demands[2], pci_register(device, 2)) &&
	       meets(&simple->demands[4], device->number[4]);
}

static bool
pci_matches(const struct simple *simple, const struct device *device)
{
	return pci_matches_first(simple, device) ||
	       (simple->demands[0].made && simple->demands[5].made &&
		   meets(&simple->demands[0], pci_register(device, 2)) &&
		   meets(&simple->demands[2], pci_register(device, 2)) &&
		   meets(&simple->demands[4], device->number[4]));
}

/* By the subsystem's register alone: of IOPCIMatch that is the second choice. */
static bool
pci_is_excused(const struct simple *simple, const struct device *device)
{
	return simple->demands[5].made && !pci_matches_first(simple, device);
}

static struct cube
pci_point(const struct device *device)
{
	return (struct cube){
	    {pci_register(device, 0), pci_register(device, 2), device->number[4] << 8},
	    {UINT32_MAX, UINT32_MAX, UINT32_MAX}};
}

/* --- USB: product, vendor, release, class, subclass, protocol of a device --- */

static void
put_number(struct buf *xml, const char *key, uint32_t value)
{
	dice_put_number(&seed, xml, key, value);
}

static void
put_whole(struct buf *xml, const char *key, struct demand *demand)
{
	if (dice(2))
		return;
	roll_whole(demand, 1, 2);
	put_number(xml, key, demand->value[0]);
}

static void
write_usb(struct buf *xml, struct simple *simple)
{
	buf_printf(xml, "<key>IOProviderClass</key><string>%s</string>",
	    dice(2) ? "IOUSBDevice" : "IOUSBHostDevice");
	if (dice(2)) {
		roll_masked(&simple->demands[0], 1);
		put_number(xml, "idProduct", simple->demands[0].value[0]);
		put_number(xml, "idProductMask", simple->demands[0].mask[0]);
	}
	put_whole(xml, "idVendor", &simple->demands[1]);
	put_whole(xml, "bcdDevice", &simple->demands[2]);
	put_whole(xml, "bDeviceClass", &simple->demands[3]);
	put_whole(xml, "bDeviceSubClass", &simple->demands[4]);
	put_whole(xml, "bDeviceProtocol", &simple->demands[5]);
}

static struct cube
usb_point(const struct device *device)
{
	const uint32_t *n = device->number;

	return (struct cube){{n[1] << 16 | n[0], n[2] << 16 | n[3] << 8 | n[4], n[5] << 24},
	    {UINT32_MAX, UINT32_MAX, UINT32_MAX}};
}

/* --- HID: product, vendor, usage page and usage, by any of the pairs --- */

static void
write_hid(struct buf *xml, struct simple *simple)
{
	struct demand *usage = &simple->demands[3];
	unsigned int i;

	buf_printf(xml, "<key>IOProviderClass</key><string>%s</string>",
	    dice(2) ? "IOHIDDevice" : "IOHIDInterface");
	if (dice(2)) {
		roll_masked(&simple->demands[0], 1);
		put_number(xml, "ProductID", simple->demands[0].value[0]);
		put_number(xml, "ProductIDMask", simple->demands[0].mask[0]);
	}
	put_whole(xml, "VendorID", &simple->demands[1]);
	if (dice(3) == 0) {
		put_whole(xml, "PrimaryUsagePage", &simple->demands[2]);
		return;
	}
	*usage = (struct demand){.made = true, .count = 1 + dice(MAX_WORDS)};
	buf_text(xml, "<key>DeviceUsagePairs</key><array>");
	for (i = 0; i < usage->count; i++) {
		uint32_t page = 1 + dice(2), use = dice(3);

		usage->value[i] = page << 16 | use;
		usage->mask[i] = use != 0 ? UINT32_MAX : 0xffff0000;
		buf_text(xml, "<dict>");
		put_number(xml, "DeviceUsagePage", page);
		if (use != 0)
			put_number(xml, "DeviceUsage", use);
		buf_text(xml, "</dict>");
	}
	buf_text(xml, "</array>");
}

static bool
hid_matches(const struct simple *simple, const struct device *device)
{
	const uint32_t *n = device->number;

	return meets(&simple->demands[0], n[0]) && meets(&simple->demands[1], n[1]) &&
	       meets(&simple->demands[2], n[2]) && meets(&simple->demands[3], n[2] << 16 | n[3]);
}

static struct cube
hid_point(const struct device *device)
{
	const uint32_t *n = device->number;

	return (struct cube){
	    {n[1] << 16 | n[0], n[2] << 16 | n[3], 0}, {UINT32_MAX, UINT32_MAX, UINT32_MAX}};
}

static const struct family families[] = {
    {"pci", {8, 3, 8, 3, 5, 1}, write_pci, pci_matches, pci_is_excused, pci_point},
    {"usb", {8, 4, 4, 4, 4, 4}, write_usb, meets_all, NULL, usb_point},
    {"hid", {8, 4, 4, 4, 1, 1}, write_hid, hid_matches, NULL, hid_point},
};

/* --- the comparison --- */

static void
make_driver(struct arena *arena, const struct family *family, struct driver *driver)
{
	const struct plist *info = NULL;
	struct buf xml = {0};
	unsigned int i;

	*driver = (struct driver){.count = dice(MAX_PERSONALITIES + 1)};
	buf_text(&xml, "<plist version=\"1.0\"><dict><key>IOKitPersonalities</key><dict>");
	for (i = 0; i < driver->count; i++) {
		buf_printf(&xml, "<key>p%u</key><dict>", i);
		family->write(&xml, &driver->items[i]);
		buf_text(&xml, "</dict>");
	}
	buf_text(&xml, "</dict></dict></plist>");
	assert_int_equal(plist_parse(arena, xml.bytes, xml.len, &info, NULL), 0);
	personalities_read(arena, info, &driver->read);
	buf_done(&xml);
}

static bool
driver_matches(
    const struct family *family, const struct driver *driver, const struct device *device)
{
	unsigned int i;

	for (i = 0; i < driver->count; i++)
		if (family->matches(&driver->items[i], device))
			return true;
	return false;
}

static bool
is_excused(const struct family *family, const struct driver *driver, const struct device *device)
{
	unsigned int i;

	for (i = 0; i < driver->count; i++)
		if (family->matches(&driver->items[i], device) &&
		    (family->is_excused == NULL || !family->is_excused(&driver->items[i], device)))
			return false;
	return true;
}

/* Each lost device has a row, and *in counts the lost ones of each row. */
static void
check_lost(const struct family *family, const struct driver *from, const struct driver *to,
    const struct compare_list *list, const struct device *device, unsigned int *in)
{
	struct cube point = family->point(device), both;
	bool has_row = false;
	size_t i;

	if (!driver_matches(family, from, device) || driver_matches(family, to, device))
		return;
	for (i = 0; i < list->count; i++)
		if (cube_and(&list->items[i].devices, &point, &both)) {
			in[i]++;
			has_row = true;
		}
	if (!has_row && !is_excused(family, from, device))
		fail_msg("%s: a device of %u:%u has no row", family->name, device->number[1],
		    device->number[0]);
}

/* The devices of the world, one after the other; false behind the last. */
static bool
next_device(const struct family *family, struct device *device)
{
	unsigned int i;

	for (i = 0; i < NUMBERS; i++) {
		if (++device->number[i] < family->world[i])
			return true;
		device->number[i] = 0;
	}
	return false;
}

static void
check_pair(const struct family *family, unsigned int counts[3])
{
	struct arena *arena = arena_new(0);
	struct driver old, new;
	struct comparison comparison;
	struct device device = {{0}};
	unsigned int lost_in[ROWS_MAX] = {0}, gained_in[ROWS_MAX] = {0};
	size_t i;

	make_driver(arena, family, &old);
	make_driver(arena, family, &new);
	compare_drivers(arena, &old.read, &new.read, &comparison);
	assert_true(comparison.lost.count < ROWS_MAX && comparison.gained.count < ROWS_MAX);
	do {
		check_lost(family, &old, &new, &comparison.lost, &device, lost_in);
		check_lost(family, &new, &old, &comparison.gained, &device, gained_in);
	} while (next_device(family, &device));
	for (i = 0; i < comparison.lost.count; i++)
		assert_true(lost_in[i] > 0);
	for (i = 0; i < comparison.gained.count; i++)
		assert_true(gained_in[i] > 0);
	counts[0] += comparison.lost.count > 0;
	counts[1] += comparison.gained.count > 0;
	counts[2] += comparison.contested.count > 0;
	arena_free(arena);
}

static void
each_family_agrees_with_a_slow_matcher(void **state)
{
	unsigned int pair, counts[3];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(families) / sizeof(*families); i++) {
		counts[0] = counts[1] = counts[2] = 0;
		for (pair = 0; pair < PAIRS; pair++)
			check_pair(&families[i], counts);
		print_message("# %s: %u pairs: %u lose, %u gain, %u contest\n", families[i].name,
		    pair, counts[0], counts[1], counts[2]);
		assert_true(counts[0] > PAIRS / 10 && counts[1] > PAIRS / 10 && counts[2] > 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_family_agrees_with_a_slow_matcher),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
