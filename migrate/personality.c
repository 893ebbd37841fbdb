/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads IOKitPersonalities. A key that the bus knows becomes bits of the cube; other
 * keys that take part in matching become conditions; the rest is the driver's own.
 */
#include <stdlib.h>
#include <string.h>

#include "migrate/personality.h"
#include "kmutil-helpers/banned.h"

#define TEXT_DEPTH 8

#define ANY_VALUE "*" /* of the family of USB */

/* A number of the cube: which key fixes which bits on which bus. */
struct field {
	enum bus bus, also;                     /* `also`: another one that knows it */
	const char *key, *array_key, *mask_key; /* the last two may be NULL */
	int word, shift, bits;
	bool only_without_vendor;
};

static const struct field fields[] = {
    {BUS_USB_DEVICE, BUS_USB_INTERFACE, "idVendor", NULL, NULL, 0, 16, 16, false},
    {BUS_USB_DEVICE, BUS_USB_INTERFACE, "idProduct", "idProductArray", "idProductMask", 0, 0, 16,
	false},
    {BUS_USB_DEVICE, BUS_USB_INTERFACE, "bcdDevice", NULL, NULL, 1, 16, 16, false},
    {BUS_USB_DEVICE, BUS_USB_DEVICE, "bDeviceClass", NULL, NULL, 1, 8, 8, false},
    {BUS_USB_DEVICE, BUS_USB_DEVICE, "bDeviceSubClass", NULL, NULL, 1, 0, 8, false},
    {BUS_USB_DEVICE, BUS_USB_DEVICE, "bDeviceProtocol", NULL, NULL, 2, 24, 8, false},
    {BUS_USB_INTERFACE, BUS_USB_INTERFACE, "bInterfaceClass", NULL, NULL, 2, 16, 8, true},
    {BUS_USB_INTERFACE, BUS_USB_INTERFACE, "bInterfaceSubClass", NULL, NULL, 2, 8, 8, true},
    {BUS_USB_INTERFACE, BUS_USB_INTERFACE, "bInterfaceProtocol", NULL, NULL, 2, 0, 8, true},
    {BUS_HID, BUS_HID, "VendorID", NULL, NULL, 0, 16, 16, false},
    {BUS_HID, BUS_HID, "ProductID", "ProductIDArray", "ProductIDMask", 0, 0, 16, false},
    {BUS_HID, BUS_HID, "PrimaryUsagePage", NULL, NULL, 1, 16, 16, false},
    {BUS_HID, BUS_HID, "PrimaryUsage", NULL, NULL, 1, 0, 16, false},
};

/* Registers of PCI's configuration space that a key compares: any of its words. */
static const struct {
	const char *key;
	int words[2], count;
	uint32_t default_mask;
} registers[] = {
    {"IOPCIMatch", {0, 1}, 2, UINT32_MAX},
    {"IOPCIPrimaryMatch", {0, 0}, 1, UINT32_MAX},
    {"IOPCISecondaryMatch", {1, 0}, 1, UINT32_MAX},
    {"IOPCIClassMatch", {2, 0}, 1, UINT32_C(0xffffff00)},
};

/* Demands that stand beside the numbers: XNU's and USB's, and those of HID, which a provider
 * of a family that is not known may compare, too. */
static const char *const condition_keys[] = {"IOPropertyMatch", "IOParentMatch", "IOPathMatch",
    "IOLocationMatch", "IOResourceMatch", "IOPropertyExistsMatch", "USBSpeed", "USBPortType"};
static const char *const hid_condition_keys[] = {"Transport", "Product", "Manufacturer",
    "SerialNumber", "LocationID", "VersionNumber", "PhysicalDeviceUniqueID", "BootProtocol",
    "HIDDefaultBehavior", "HIDCompatibilityInterface"};

static enum bus
bus_of(const char *provider)
{
	static const struct {
		const char *provider;
		enum bus bus;
	} table[] = {
	    {"IOPCIDevice", BUS_PCI},
	    {"IOUSBHostDevice", BUS_USB_DEVICE},
	    {"IOUSBDevice", BUS_USB_DEVICE},
	    {"IOUSBHostInterface", BUS_USB_INTERFACE},
	    {"IOUSBInterface", BUS_USB_INTERFACE},
	    {"IOHIDDevice", BUS_HID},
	    {"IOHIDInterface", BUS_HID},
	    {"IOUserHIDDevice", BUS_HID},
	    {"AppleUserHIDDevice", BUS_HID},
	    {"AppleUserUSBHostHIDDevice", BUS_HID},
	    {"IOResources", BUS_VIRTUAL},
	    {"IOUserResources", BUS_VIRTUAL},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(table[i].provider, provider) == 0)
			return table[i].bus;
	return BUS_OTHER;
}

const char *
bus_name(enum bus bus)
{
	static const char *const names[] = {
	    [BUS_PCI] = "pci",
	    [BUS_USB_DEVICE] = "usb",
	    [BUS_USB_INTERFACE] = "usb",
	    [BUS_HID] = "hid",
	    [BUS_VIRTUAL] = "virtual",
	    [BUS_OTHER] = "other",
	};

	return names[bus];
}

void
personality_meet(struct arena *arena, struct cube_list *devices, const struct cube_list *choices)
{
	struct cube_list met = {0};
	struct cube both;
	size_t i, j;

	for (i = 0; i < devices->count; i++)
		for (j = 0; j < choices->count && met.count < CUBE_MAX; j++)
			if (cube_and(&devices->items[i], &choices->items[j], &both))
				cube_add(arena, &met, &both);
	*devices = met;
}

/* One value of a field. A number that does not fit its bits is no device's; USB has a word for
 * any. */
static void
add_value(struct arena *arena, const struct field *field, const struct plist *value, uint32_t mask,
    struct cube_list *choices)
{
	uint32_t all = (UINT32_C(1) << field->bits) - 1;
	struct cube cube = {0};
	const char *text = field->bus != BUS_HID ? plist_text(value) : NULL;
	int64_t number;

	if (text != NULL && strcmp(text, ANY_VALUE) == 0) {
		cube_add(arena, choices, &cube);
		return;
	}
	if (plist_whole_number(value, &number) != 0 || number < 0 || number > (int64_t)all)
		return;
	cube.mask[field->word] = (mask & all) << field->shift;
	cube.value[field->word] = ((uint32_t)number & mask & all) << field->shift;
	cube_add(arena, choices, &cube);
}

static void
read_field(struct arena *arena, const struct plist *dict, const struct field *field,
    struct personality *personality)
{
	const struct plist *value = plist_find(dict, field->key);
	const struct plist *array = field->array_key ? plist_find(dict, field->array_key) : NULL;
	const struct plist *mask_value = field->mask_key ? plist_find(dict, field->mask_key) : NULL;
	struct cube_list choices = {0};
	int64_t mask = UINT32_MAX;
	size_t i;

	if (value == NULL && array == NULL)
		return;
	if (mask_value != NULL && plist_whole_number(mask_value, &mask) != 0)
		mask = UINT32_MAX;
	if (value != NULL)
		add_value(arena, field, value, (uint32_t)mask, &choices);
	for (i = 0; i < plist_count(array); i++)
		add_value(arena, field, plist_item(array, i), (uint32_t)mask, &choices);
	personality_meet(arena, &personality->devices, &choices);
}

/* "0x12348086&0xffff 0x...": the words of a register key, as the family of PCI reads
 * them. */
static void
read_register(struct arena *arena, const char *text, size_t row, struct personality *personality)
{
	struct cube_list choices = {0};
	const char *at = text;
	int i;

	for (;;) {
		struct cube cube;
		char *end;
		unsigned long value = strtoul(at, &end, 16), mask = registers[row].default_mask;

		if (end == at)
			break;
		for (at = end; *at == ' '; at++)
			continue;
		if (*at == '&') {
			mask = strtoul(at + 1, &end, 16);
			at = end;
		}
		for (i = 0; i < registers[row].count; i++) {
			int word = registers[row].words[i];

			cube = (struct cube){0};
			cube.mask[word] = (uint32_t)mask;
			cube.value[word] = (uint32_t)(value & mask);
			cube_add(arena, &choices, &cube);
		}
	}
	personality_meet(arena, &personality->devices, &choices);
}

/* The usage that a pair names; the family compares none without a page. */
static void
add_usage(struct arena *arena, const struct plist *pair, struct cube_list *choices)
{
	static const struct cube any = {0};
	static const struct field page = {.bus = BUS_HID, .word = 1, .shift = 16, .bits = 16},
				  usage = {.bus = BUS_HID, .word = 1, .shift = 0, .bits = 16};
	const struct plist *value = plist_find(pair, "DeviceUsage");
	struct cube_list one = {0}, other = {0};

	if (plist_find(pair, "DeviceUsagePage") == NULL) {
		cube_add(arena, choices, &any);
		return;
	}
	add_value(arena, &page, plist_find(pair, "DeviceUsagePage"), UINT32_MAX, &one);
	if (value != NULL) {
		add_value(arena, &usage, value, UINT32_MAX, &other);
		personality_meet(arena, &one, &other);
	}
	if (one.count > 0)
		cube_add(arena, choices, &one.items[0]);
}

/* [{DeviceUsagePage, DeviceUsage}, ...]: any of them; or one of them by itself. */
static void
read_usages(struct arena *arena, const struct plist *dict, struct personality *personality)
{
	const struct plist *pairs = plist_find(dict, "DeviceUsagePairs");
	struct cube_list choices = {0}, alone = {0};
	size_t i;

	for (i = 0; i < plist_count(pairs); i++)
		add_usage(arena, plist_item(pairs, i), &choices);
	if (plist_count(pairs) > 0)
		personality_meet(arena, &personality->devices, &choices);
	add_usage(arena, dict, &alone);
	personality_meet(arena, &personality->devices, &alone);
}

/* "pci8086,15b7", as the family of PCI writes numbers; false: it is no such name. */
static bool
parse_pci_name(struct arena *arena, const char *name, unsigned long *vendor, unsigned long *product)
{
	char *end;

	*vendor = *product = 0;
	if (strncmp(name, "pci", 3) != 0)
		return false;
	*vendor = strtoul(name + 3, &end, 16);
	if (*end == ',')
		*product = strtoul(end + 1, &end, 16);
	return *vendor <= UINT16_MAX && *product <= UINT16_MAX &&
	       strcmp(name, arena_printf(arena, "pci%lx,%lx", *vendor, *product)) == 0;
}

/* The family of PCI names its devices by vendor and product, those of the subsystem, too, and
 * by class; false: the name says something else. */
static bool
add_pci_name(struct arena *arena, const char *name, struct cube_list *choices)
{
	struct cube own = {0}, subsystem = {0};
	unsigned long vendor, product, class;

	if (parse_pci_name(arena, name, &vendor, &product)) {
		own.mask[0] = subsystem.mask[1] = UINT32_MAX;
		own.value[0] = subsystem.value[1] = (uint32_t)(product << 16 | vendor);
		cube_add(arena, choices, &own);
		cube_add(arena, choices, &subsystem);
		return true;
	}
	if (strncmp(name, "pciclass,", 9) != 0)
		return false;
	class = strtoul(name + 9, NULL, 16);
	if (strcmp(name, arena_printf(arena, "pciclass,%06lx", class)) != 0)
		return false;
	own.mask[2] = UINT32_C(0xffffff00);
	own.value[2] = (uint32_t)(class << 8);
	cube_add(arena, choices, &own);
	return true;
}

/* IONameMatch of a PCI device, a name or any of some; false: not all of it are numbers. */
static bool
read_pci_names(struct arena *arena, const struct plist *names, struct personality *personality)
{
	size_t i, count = plist_type(names) == PLIST_ARRAY ? plist_count(names) : 1;
	struct cube_list choices = {0};
	const char *name;

	for (i = 0; i < count; i++) {
		name = plist_text(plist_type(names) == PLIST_ARRAY ? plist_item(names, i) : names);
		if (name == NULL || !add_pci_name(arena, name, &choices))
			return false;
	}
	personality_meet(arena, &personality->devices, &choices);
	return true;
}

/* A value as text, the same for the same value. */
static const char *
value_text(struct arena *arena, const struct plist *value, int depth)
{
	const char *text = plist_text(value);
	int64_t number;
	int truth;
	size_t i;

	if (text != NULL)
		return text;
	if (plist_whole_number(value, &number) == 0)
		return arena_printf(arena, "%lld", (long long)number);
	if (plist_boolean(value, &truth) == 0)
		return truth ? "true" : "false";
	text = plist_type(value) == PLIST_DICT ? "{" : plist_type(value) == PLIST_ARRAY ? "[" : "?";
	for (i = 0; depth > 0 && i < plist_count(value); i++) {
		const struct plist *part =
		    plist_type(value) == PLIST_DICT ? plist_value(value, i) : plist_item(value, i);
		const char *key = plist_key(value, i);

		text = arena_printf(arena, "%s%s%s%s%s", text, i > 0 ? " " : "",
		    key != NULL ? key : "", key != NULL ? "=" : "",
		    value_text(arena, part, depth - 1));
	}
	return plist_count(value) == 0
		   ? text
		   : arena_printf(arena, "%s%c", text, plist_type(value) == PLIST_DICT ? '}' : ']');
}

static void
read_condition(
    struct arena *arena, const struct plist *dict, const char *key, struct personality *personality)
{
	const struct plist *value = plist_find(dict, key);
	struct condition *condition;
	size_t i, count = plist_type(value) == PLIST_ARRAY ? plist_count(value) : 1;

	if (value == NULL)
		return;
	condition = arena_push(arena, &personality->conditions, &personality->condition_count,
	    &personality->condition_room, sizeof(*condition));
	condition->key = key;
	condition->count = count;
	condition->values = arena_array(arena, count, sizeof(*condition->values));
	for (i = 0; i < count; i++)
		condition->values[i] = value_text(arena,
		    plist_type(value) == PLIST_ARRAY ? plist_item(value, i) : value, TEXT_DEPTH);
}

static int64_t
number_or(const struct plist *dict, const char *key, int64_t otherwise)
{
	int64_t number;

	return plist_whole_number(plist_find(dict, key), &number) == 0 ? number : otherwise;
}

/* USB matches by certain sets of keys alone: a product of a vendor, of an interface by its
 * number, too; or a subclass, beside a vendor or a class (docs/facts.md#matching). */
static bool
is_odd_set(const struct plist *dict, enum bus bus)
{
	bool of_interface = bus == BUS_USB_INTERFACE;
	bool has_vendor = plist_find(dict, "idVendor") != NULL,
	     has_product = plist_find(dict, "idProduct") != NULL ||
			   plist_find(dict, "idProductArray") != NULL,
	     has_number = plist_find(dict, "bConfigurationValue") != NULL &&
			  plist_find(dict, "bInterfaceNumber") != NULL,
	     has_part = plist_find(dict, "bConfigurationValue") != NULL ||
			plist_find(dict, "bInterfaceNumber") != NULL;
	const struct plist *class =
	    plist_find(dict, of_interface ? "bInterfaceClass" : "bDeviceClass"),
			   *subclass = plist_find(
			       dict, of_interface ? "bInterfaceSubClass" : "bDeviceSubClass");

	if (has_product)
		return !has_vendor || (of_interface && !has_number);
	return subclass == NULL || (!has_vendor && class == NULL) || has_part ||
	       plist_find(dict, "bcdDevice") != NULL;
}

/* A driver of Apple's that the bundle only points at. A dext's kernel half has a key
 * of its own. */
static bool
names_apples_driver(const struct plist *dict)
{
	const char *id = plist_find_text(dict, "CFBundleIdentifier");

	return id != NULL && strncmp(id, "com.apple.", 10) == 0 &&
	       plist_find(dict, "IOUserServerName") == NULL;
}

/* A device has one such usage, and others beside it. */
static bool
has_primary_usage(const struct plist *dict)
{
	return plist_find(dict, "PrimaryUsagePage") != NULL ||
	       plist_find(dict, "PrimaryUsage") != NULL;
}

static void
read_numbers(struct arena *arena, const struct plist *dict, struct personality *personality)
{
	bool has_vendor = plist_find(dict, "idVendor") != NULL;
	const char *text;
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if ((fields[i].bus == personality->bus || fields[i].also == personality->bus) &&
		    !(fields[i].only_without_vendor && has_vendor))
			read_field(arena, dict, &fields[i], personality);
	for (i = 0; personality->bus == BUS_PCI && i < sizeof(registers) / sizeof(*registers);
	     i++) {
		text = plist_find_text(dict, registers[i].key);
		if (text == NULL)
			continue;
		read_register(arena, text, i, personality);
	}
	if (personality->bus == BUS_HID && !has_primary_usage(dict))
		read_usages(arena, dict, personality);
}

void
personality_devices(
    struct arena *arena, const struct plist *dict, enum bus bus, struct cube_list *out)
{
	static const struct cube any = {0};
	struct personality personality = {.bus = bus};

	cube_add(arena, &personality.devices, &any);
	read_numbers(arena, dict, &personality);
	*out = personality.devices;
}

static void
read_conditions(struct arena *arena, const struct plist *dict, struct personality *personality)
{
	static const char *const usages[] = {"DeviceUsagePairs", "DeviceUsagePage", "DeviceUsage"};
	const struct plist *names = plist_find(dict, "IONameMatch");
	bool is_usb = personality->bus == BUS_USB_DEVICE || personality->bus == BUS_USB_INTERFACE;
	size_t i;

	if (personality->bus != BUS_PCI || names == NULL ||
	    !read_pci_names(arena, names, personality))
		read_condition(arena, dict, "IONameMatch", personality);
	else
		personality->has_pci_match = true;
	for (i = 0; i < sizeof(condition_keys) / sizeof(*condition_keys); i++)
		read_condition(arena, dict, condition_keys[i], personality);
	if (is_usb || personality->bus == BUS_PCI)
		return;
	for (i = 0; i < sizeof(hid_condition_keys) / sizeof(*hid_condition_keys); i++)
		read_condition(arena, dict, hid_condition_keys[i], personality);
	for (i = 0; has_primary_usage(dict) && i < sizeof(usages) / sizeof(*usages); i++)
		read_condition(arena, dict, usages[i], personality);
}

static void
read_one(struct arena *arena, const char *name, const struct plist *dict,
    struct personality *personality)
{
	const char *provider = plist_find_text(dict, "IOProviderClass");
	const char *category = plist_find_text(dict, "IOMatchCategory");

	personality->name = name;
	personality->provider = provider != NULL ? provider : "";
	personality->io_class = plist_find_text(dict, "IOClass");
	personality->bus = bus_of(personality->provider);
	personality->category = category != NULL ? category : DEFAULT_MATCH_CATEGORY;
	personality->score = number_or(dict, "IOProbeScore", 0);
	personality->interface_number = number_or(dict, "bInterfaceNumber", -1);
	personality->configuration = number_or(dict, "bConfigurationValue", -1);
	personality->is_odd_set =
	    (personality->bus == BUS_USB_DEVICE || personality->bus == BUS_USB_INTERFACE) &&
	    is_odd_set(dict, personality->bus);
	personality->is_apples = names_apples_driver(dict);
	personality->has_pci_match = plist_find(dict, "IOPCIMatch") != NULL;
	personality_devices(arena, dict, personality->bus, &personality->devices);
	read_conditions(arena, dict, personality);
}

void
personalities_read(struct arena *arena, const struct plist *info, struct personality_list *out)
{
	const struct plist *all = plist_find(info, "IOKitPersonalities");
	size_t i;

	*out = (struct personality_list){0};
	for (i = 0; i < plist_count(all); i++) {
		const char *name = plist_key(all, i);
		const struct plist *dict = plist_value(all, i);

		if (name == NULL || plist_type(dict) != PLIST_DICT)
			continue;
		read_one(arena, name, dict,
		    arena_push(arena, &out->items, &out->count, &out->room, sizeof(*out->items)));
	}
}
