/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Personalities: which devices a driver says it can drive, from IOKitPersonalities
 * of its Info.plist. What XNU and the families of PCI, USB and HID compare is read
 * as XNU reads it (docs/facts.md#matching). Pure: a property list in, values out.
 */
#ifndef MIGRATE_PERSONALITY_H
#define MIGRATE_PERSONALITY_H

#include "kmutil-helpers/plist.h"
#include "migrate/cube.h"

enum bus { BUS_PCI, BUS_USB_DEVICE, BUS_USB_INTERFACE, BUS_HID, BUS_VIRTUAL, BUS_OTHER };

/*
 * The words of a device's cube:
 *   PCI      [0] register 0x00 (device 16, vendor 16) [1] 0x2c, the same of the
 *            subsystem [2] 0x08 (class 24, revision 8)
 *   USB      [0] idVendor 16, idProduct 16 [1] bcdDevice 16, bDeviceClass 8,
 *            bDeviceSubClass 8 [2] bDeviceProtocol 8, bInterfaceClass 8,
 *            bInterfaceSubClass 8, bInterfaceProtocol 8
 *   HID      [0] VendorID 16, ProductID 16 [1] usage page 16, usage 16
 * The interface's class counts only where no idVendor is named: beside one it picks
 * a part of that device, like its number.
 */

/* A demand that is no number of the cube: one of these values, as text. */
struct condition {
	const char *key;
	const char **values;
	size_t count;
};

struct personality {
	const char *name;     /* its key in IOKitPersonalities */
	const char *provider; /* IOProviderClass, as written; "" when absent */
	const char *io_class; /* IOClass: of a dext the kernel's half; NULL when absent */
	enum bus bus;
	struct cube_list devices; /* any of them; none: it matches nothing */
	struct cube_list refused; /* named, and not among the devices: it is not signed for them */
	struct condition *conditions; /* all of them */
	size_t condition_count, condition_room;
	int64_t interface_number, configuration; /* -1: any */
	const char *category;                    /* IOMatchCategory, or the default */
	int64_t score;                           /* IOProbeScore */
	bool has_pci_match; /* IOPCIMatch, or names: each stands for register 0x00 and 0x2c */
	bool is_odd_set;    /* of USB: its keys are no set that the family matches by */
	bool is_apples;     /* it names a driver of Apple's, not the bundle's own */
};

struct personality_list {
	struct personality *items;
	size_t count, room;
};

#define DEFAULT_MATCH_CATEGORY "IODefaultMatchCategory"

/* Reads the personalities of an Info.plist in the file's order. All memory is the
 * arena's; texts of the list live as long as `info`. None: none. */
void personalities_read(
    struct arena *arena, const struct plist *info, struct personality_list *out);

/* The devices that the numbers of a matching dictionary name on that bus: of an
 * entitlement, too, which has no provider. */
void personality_devices(
    struct arena *arena, const struct plist *dict, enum bus bus, struct cube_list *out);

/* Each device of one list with each of the other, where they agree. */
void personality_meet(
    struct arena *arena, struct cube_list *devices, const struct cube_list *choices);

/* "usb", "pci", "hid", "virtual", "other". */
const char *bus_name(enum bus bus);

#endif
