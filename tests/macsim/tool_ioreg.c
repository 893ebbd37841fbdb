/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ioreg -l and -a: one device. IODEXTMatchCount is there while a dext waits behind
 * a kext (ioreg-shows-waiting-dext); how its provider looks was not seen.
 */
#include <stdio.h>
#include <string.h>

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

static void
print_plist(const char *driver, bool waits)
{
	struct plist *device = plist_dict(), *top = plist_dict();
	struct bytes out = {0};

	plist_set(device, "IORegistryEntryName", plist_string("PXSX"));
	if (*driver)
		plist_set(device, "CFBundleIdentifier", plist_string(driver));
	if (waits)
		plist_set(device, "IODEXTMatchCount", plist_int(1));
	plist_set(top, "IORegistryEntryName", plist_string("Root"));
	plist_set(top, "IORegistryEntryChildren", plist_push(plist_array(), device));
	plist_write_xml(top, &out);
	fwrite(out.data, 1, out.len, stdout);
	plist_free(top);
	bytes_done(&out);
}

int
tool_ioreg(struct model *model, int argc, char **argv)
{
	struct kext driver = driver_of(model);
	bool runs = model_is(model, "dext.running", "yes");
	bool waits = *driver.id && model_is(model, "dext.state", "activated_enabled") &&
		     model_assumes(model, "ioreg-shows-waiting-dext");
	const char *id = runs ? model_get(model, "dext.id", "") : driver.id;

	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "-a")) {
			print_plist(id, waits);
			return 0;
		}
	puts("+-o Root  <class IORegistryEntry, id 0x100000100, retain 9>\n"
	     "  +-o PXSX@0  <class IOPCIDevice, id 0x100000210, registered, matched, active, "
	     "busy 0 (0 ms), retain 9>\n    {");
	if (waits)
		puts("      \"IODEXTMatchCount\" = 1");
	puts("    }");
	if (*id)
		printf("    +-o %s  <class IOService, id 0x100000310, registered, matched, active, "
		       "busy 0 (0 ms), retain 5>\n",
		    id);
	return 0;
}
