/* SPDX-License-Identifier: BSD-2-Clause */
/* A dext's personalities against its entitlements and its provisioning profile. */
#include <string.h>

#include "migrate/dext_rights.h"
#include "kmutil-helpers/banned.h"

#define DRIVERKIT "com.apple.developer.driverkit"

/* What a provider, or the kernel's half of the driver, asks of a dext. */
static const struct {
	const char *provider, *kernel_class; /* either; NULL: any */
	const char *entitlement;
} rights[] = {
    {"IOPCIDevice", NULL, DRIVERKIT ".transport.pci"},
    {"IOUSBHostDevice", NULL, DRIVERKIT ".transport.usb"},
    {"IOUSBHostInterface", NULL, DRIVERKIT ".transport.usb"},
    {"IOHIDDevice", NULL, DRIVERKIT ".transport.hid"},
    {"IOHIDInterface", NULL, DRIVERKIT ".transport.hid"},
    {NULL, "IOUserSerial", DRIVERKIT ".family.serial"},
    {NULL, "IOUserNetworkEthernet", DRIVERKIT ".family.networking"},
    {NULL, "IOUserHIDDevice", DRIVERKIT ".family.hid.device"},
    {NULL, "AppleUserHIDEventService", DRIVERKIT ".family.hid.eventservice"},
    {NULL, "IOUserSCSIParallelInterfaceController", DRIVERKIT ".family.scsicontroller"},
    {NULL, "IOUserBlockStorageDevice", DRIVERKIT ".family.block-storage-device"},
    {NULL, "IOUserAudioDriver", DRIVERKIT ".family.audio"},
    {NULL, "IOUserMIDIDriver", DRIVERKIT ".family.midi"},
};

void
notes_add(struct arena *arena, struct notes *notes, const char *text)
{
	size_t i;

	for (i = 0; i < notes->count; i++)
		if (strcmp(notes->items[i], text) == 0)
			return;
	*(const char **)arena_push(
	    arena, &notes->items, &notes->count, &notes->room, sizeof(*notes->items)) = text;
}

static bool
is_true(const struct plist *value)
{
	int truth;

	return plist_boolean(value, &truth) == 0 && truth;
}

/* The variant for development names any vendor by an asterisk. */
static bool
is_any_vendor(const struct plist *entry)
{
	const char *text = plist_find_text(entry, "idVendor");

	return text != NULL && strcmp(text, "*") == 0;
}

/* The devices that one entry of a transport entitlement allows, read as the family
 * reads a personality. */
static void
add_allowed(struct arena *arena, const struct plist *entry, enum bus bus, struct cube_list *allowed,
    bool *is_development)
{
	static const struct cube any = {0};
	struct cube_list devices = {0};
	size_t i;

	if (bus != BUS_PCI && is_any_vendor(entry)) {
		*is_development = true;
		cube_add(arena, allowed, &any);
		return;
	}
	personality_devices(arena, entry, bus, &devices);
	for (i = 0; i < devices.count; i++) {
		if (bus == BUS_PCI && devices.items[i].mask[0] == 0 &&
		    devices.items[i].mask[1] == 0 && devices.items[i].mask[2] == 0)
			*is_development = true;
		cube_add(arena, allowed, &devices.items[i]);
	}
}

/* Leaves a personality the devices that the transport entitlement covers. */
static void
limit_devices(struct arena *arena, const struct plist *value, const char *entitlement,
    struct personality *personality, struct notes *notes)
{
	struct cube_list allowed = {0}, rest = {0};
	bool is_development = false, covered = true;
	size_t i;

	for (i = 0; i < personality->devices.count; i++)
		cube_add(arena, &rest, &personality->devices.items[i]);
	if (plist_type(value) == PLIST_DICT)
		add_allowed(arena, value, personality->bus, &allowed, &is_development);
	for (i = 0; i < plist_count(value) && plist_type(value) == PLIST_ARRAY; i++)
		add_allowed(
		    arena, plist_item(value, i), personality->bus, &allowed, &is_development);
	for (i = 0; i < allowed.count; i++)
		covered = cube_subtract(arena, &rest, &allowed.items[i]) && covered;
	if (is_development)
		notes_add(arena, notes,
		    arena_printf(arena,
			"%s is the variant for development: it holds on Macs of the profile alone",
			entitlement));
	if (covered && rest.count == 0)
		return;
	personality->refused = rest;
	personality_meet(arena, &personality->devices, &allowed);
	notes_add(arena, notes,
	    arena_printf(arena,
		"%s: the entitlement %s does not cover all of its devices; there the kernel "
		"refuses "
		"the dext (\"provider entitlements check failed\")",
		personality->name, entitlement));
}

static void
apply_one(struct arena *arena, const struct plist *entitlements, size_t row,
    struct personality *personality, struct notes *notes)
{
	const struct plist *value = plist_find(entitlements, rights[row].entitlement);

	if (is_true(value))
		return;
	if (rights[row].provider != NULL &&
	    (personality->bus == BUS_PCI || personality->bus == BUS_USB_DEVICE ||
		personality->bus == BUS_USB_INTERFACE) &&
	    plist_count(value) > 0) {
		limit_devices(arena, value, rights[row].entitlement, personality, notes);
		return;
	}
	personality->refused = personality->devices;
	personality->devices = (struct cube_list){0};
	notes_add(arena, notes,
	    arena_printf(arena,
		"%s: it is not signed for %s; the kernel refuses it (\"%s entitlements check "
		"failed\")",
		personality->name, rights[row].entitlement,
		rights[row].provider != NULL ? "provider" : "family"));
}

void
dext_rights_apply(struct arena *arena, const struct plist *entitlements,
    struct personality_list *personalities, struct notes *notes)
{
	size_t i, row;

	if (!is_true(plist_find(entitlements, DRIVERKIT)))
		notes_add(arena, notes,
		    "it is not signed for " DRIVERKIT ": macOS does not start it as a driver");
	for (i = 0; i < personalities->count; i++) {
		struct personality *each = &personalities->items[i];

		for (row = 0; row < sizeof(rights) / sizeof(*rights); row++)
			if ((rights[row].provider != NULL &&
				strcmp(rights[row].provider, each->provider) == 0) ||
			    (rights[row].kernel_class != NULL && each->io_class != NULL &&
				strcmp(rights[row].kernel_class, each->io_class) == 0))
				apply_one(arena, entitlements, row, each, notes);
	}
}

void
dext_rights_profile(struct arena *arena, const struct plist *profile,
    const struct plist *entitlements, int64_t now, struct notes *notes)
{
	const struct plist *granted = plist_find(profile, "Entitlements");
	int64_t expires;
	size_t i;

	for (i = 0; i < plist_count(entitlements); i++) {
		const char *key = plist_key(entitlements, i);

		if (key != NULL && strncmp(key, DRIVERKIT, strlen(DRIVERKIT)) == 0 &&
		    plist_find(granted, key) == NULL)
			notes_add(arena, notes,
			    arena_printf(arena,
				"its provisioning profile does not grant %s, which it is signed "
				"for: "
				"macOS does not start it",
				key));
	}
	if (plist_date(plist_find(profile, "ExpirationDate"), &expires) == 0 && expires < now)
		notes_add(arena, notes, "its provisioning profile has expired");
	if (plist_count(plist_find(profile, "ProvisionedDevices")) > 0)
		notes_add(arena, notes,
		    "its provisioning profile is for development: it names the Macs that may run "
		    "it");
}
