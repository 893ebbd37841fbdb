/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ioreg -l and -a: the device of the capture card, what the Mac has itself, and what
 * `macsim set drives=` says that kexts drive. IODEXTMatchCount is there where a dext matches,
 * it may drive the device or wait behind a kext (ioreg-shows-waiting-dext). With -c
 * IOPlatformExpertDevice that device alone, an array of one.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/keep_files.h"
#include "tests/macsim/tool.h"
#include "tests/macsim/write_plist.h"

/* The loaded kext of the dext's category, or "". */
static struct kext
driver_of(const struct model *model)
{
	struct kexts kexts = kexts_get(model, "boot");
	const char *category = model_get(model, "dext.category", "");
	struct kext found = {0};

	for (size_t i = 0; i < kexts.count; i++)
		if (*category && !strcmp(kexts.items[i].category, category) &&
		    model_is_loaded(model, kexts.items[i].id))
			found = kexts.items[i];
	kexts_free(&kexts);
	return found;
}

static struct plist *
entry(const char *name, const char *driver, struct plist *children)
{
	struct plist *made = plist_dict();

	/* Children come before other keys: nobody may count on an order. */
	plist_set(made, "IORegistryEntryChildren", children ? children : plist_array());
	plist_set(made, "IORegistryEntryName", plist_string(name));
	if (*driver)
		plist_set(made, "CFBundleIdentifier", plist_string(driver));
	return made;
}

static struct plist *
with_node(struct plist *made, const char *node)
{
	return plist_set(made, "BSD Name", plist_string(node));
}

static struct plist *
keyboard(const char *name, const char *transport, struct plist *children)
{
	struct plist *made = entry(name, "com.apple.iokit.IOHIDFamily", children);

	plist_set(made, "PrimaryUsage", plist_int(6));
	plist_set(made, "PrimaryUsagePage", plist_int(1));
	return plist_set(made, "Transport", plist_string(transport));
}

/* What one of the "drives" words ID:KIND:NAME says, while the kext is loaded. */
static struct plist *
driven(struct model *model, const char *word)
{
	char id[128] = "", kind[16] = "", name[32] = "";
	struct plist *child;

	if (sscanf(word, "%127[^:]:%15[^:]:%31[^:,]", id, kind, name) != 3 ||
	    !model_is_loaded(model, id))
		return NULL;
	if (!model_assumes(model, "registry-names-driver"))
		*id = 0;
	if (!strcmp(kind, "keyboard"))
		return keyboard(name, "USB", plist_push(plist_array(), entry("Driver", id, NULL)));
	child = with_node(entry(name, "com.apple.iokit.Family", NULL), name);
	return entry("Device", "com.apple.driver.Bus",
	    plist_push(plist_array(), entry("Driver", id, plist_push(plist_array(), child))));
}

static void
add_driven(struct model *model, struct plist *children)
{
	const char *at = model_get(model, "drives", "none");

	while (at) {
		struct plist *made = driven(model, at);

		if (made)
			plist_push(children, made);
		at = strchr(at, ',');
		at = at ? at + 1 : NULL;
	}
}

/* The Mac's own disk, its Wi-Fi and, where it has one, its keyboard. */
static void
add_own(const struct model *model, struct plist *children)
{
	plist_push(children,
	    entry("AppleANS3NVMeController", "com.apple.iokit.IONVMeFamily",
		plist_push(plist_array(),
		    with_node(entry("Media", "com.apple.iokit.IOStorageFamily", NULL), "disk3"))));
	plist_push(children,
	    entry("AppleBCMWLAN", "com.apple.driver.AppleBCMWLANCore",
		plist_push(plist_array(),
		    with_node(entry("en0", "com.apple.iokit.IONetworkingFamily", NULL), "en0"))));
	if (model_is(model, "keyboard", "builtin"))
		plist_push(children, keyboard("Apple Internal Keyboard", "SPI", NULL));
}

/* What drives the device: a kext, or a dext by its program, which is an entry of its own
 * below, while it runs (registry-shows-dext-server). */
static struct plist *
driver_entry(struct model *model, const char *id)
{
	bool is_dext = !strcmp(id, model_get(model, "dext.id", "none"));
	struct files_path name = files_format("IOUserServer(%.200s-0x100000310)", id);
	struct plist *made, *children = plist_array();

	if (is_dext && !model_is(model, "server", "dead") &&
	    model_assumes(model, "registry-shows-dext-server"))
		plist_push(children,
		    plist_set(entry(name.text, "", NULL), "IOUserServerName", plist_string(id)));
	made = entry("Driver", id, children);
	return is_dext ? plist_set(made, "IOUserServerName", plist_string(id)) : made;
}

static struct plist *
capture_device(struct model *model, const char *driver, bool counted)
{
	struct plist *device = entry(
	    "PXSX", "", *driver ? plist_push(plist_array(), driver_entry(model, driver)) : NULL);

	return counted ? plist_set(device, "IODEXTMatchCount", plist_int(1)) : device;
}

/* The subtrees that -r -k KEY asks for; false: there are none. */
static bool
add_with_key(
    struct model *model, struct plist *list, const char *driver, bool counted, const char *key)
{
	if (counted && !strcmp(key, "IODEXTMatchCount")) {
		plist_push(list, capture_device(model, driver, counted));
		return true;
	}
	if (!*driver || strcmp(key, "IOUserServerName") != 0 ||
	    strcmp(driver, model_get(model, "dext.id", "none")) != 0)
		return false;
	plist_push(list, driver_entry(model, driver));
	return true;
}

/* The whole plane, or with -k only the subtrees that have the key: nothing at all is
 * printed when there are none. */
static void
print_plist(struct model *model, const char *driver, bool counted, const char *key)
{
	struct plist *top, *children = plist_array();
	struct bytes out = {0};
	bool any = true;

	if (key) {
		any = add_with_key(model, children, driver, counted, key);
		top = children;
	} else {
		if (!model_is(model, "device", "absent"))
			plist_push(children, capture_device(model, driver, counted));
		add_own(model, children);
		add_driven(model, children);
		top = entry("Root", "", children);
	}
	if (any)
		plist_write_xml(top, &out);
	fwrite(out.data, 1, out.len, stdout);
	plist_free(top);
	bytes_done(&out);
}

/* The Mac itself: serial number and hardware UUID. */
static void
print_platform(struct model *model)
{
	printf(
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<array>\n<dict>\n"
	    "<key>IOPlatformSerialNumber</key><string>%s</string>\n"
	    "<key>IOPlatformUUID</key><string>%s</string>\n</dict>\n</array>\n</plist>\n",
	    model_get(model, "hardware-serial", "C02SIMULATED"),
	    model_get(model, "hardware-uuid", "5117A7ED-0000-4000-8000-00000000C02A"));
}

/* The kernel counts each dext that matches the device, one that drives it, too, and lets
 * the number stand when the dext is switched off. */
static bool
dext_is_counted(struct model *model)
{
	return (model_is(model, "dext.state", "activated_enabled") ||
		   model_is(model, "dext.state", "terminated_waiting_to_uninstall_on_reboot")) &&
	       model_assumes(model, "ioreg-shows-waiting-dext");
}

int
tool_ioreg(struct model *model, int argc, char **argv)
{
	struct kext driver = driver_of(model);
	bool runs = model_is(model, "dext.running", "yes"), archive = false;
	bool counted = dext_is_counted(model);
	const char *id = runs ? model_get(model, "dext.id", "") : driver.id, *key = NULL;

	if (model_is(model, "device", "absent")) {
		id = "";
		counted = false;
	}

	for (int i = 1; i < argc; i++) {
		archive |= !strcmp(argv[i], "-a");
		if (!strcmp(argv[i], "IOPlatformExpertDevice")) {
			print_platform(model);
			return 0;
		}
		if (!strcmp(argv[i], "-k") && i + 1 < argc)
			key = argv[++i];
	}
	if (archive) {
		print_plist(model, id, counted, key);
		return 0;
	}
	puts("+-o Root  <class IORegistryEntry, id 0x100000100, retain 9>\n"
	     "  +-o PXSX@0  <class IOPCIDevice, id 0x100000210, registered, matched, active, "
	     "busy 0 (0 ms), retain 9>\n    {");
	if (counted)
		puts("      \"IODEXTMatchCount\" = 1");
	puts("    }");
	if (*id)
		printf("    +-o %s  <class IOService, id 0x100000310, registered, matched, active, "
		       "busy 0 (0 ms), retain 5>\n",
		    id);
	return 0;
}
