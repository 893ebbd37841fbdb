/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * every-source: a trace of every source, each noted as it is laid. Here what vendors
 * put on the disk: bundles in every hiding place that docs/facts.md names, receipts
 * of every shape, launchd's jobs. What macOS keeps: scenario_every_keep.c.
 */
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/scenario.h"
#include "tests/macsim/scenario_expect.h"

#define TEAM "EXAMPLE002"
#define EXTENSIONS "/Library/Extensions/"
#define FS "/Library/Filesystems/everyfs.fs/Contents/Extensions/"
#define HISTORY "/Library/Receipts/InstallHistory.plist"

static const struct scenario_kext kexts[] = {
    {EXTENSIONS "EveryDriver.kext", "com.example.every.driver", "2.1", TEAM, "Every", "IOPCIDevice",
	"0x00021cd7"},
    {EXTENSIONS "EveryDriver.kext/Contents/PlugIns/EveryHelper.kext", "com.example.every.helper",
	"2.1", TEAM, "", "IOResources", NULL},
    {EXTENSIONS "EveryPort.kext", "com.example.every.port", "1.5", TEAM, "", "IOUSBHostDevice",
	NULL},
    {EXTENSIONS "EveryBlank.kext", "com.example.every.blank", "1.0", TEAM, "", "IOResources", NULL},
    {EXTENSIONS "EveryAdhoc.kext", "com.example.every.adhoc", "0.9", "", "", "IOResources", NULL},
    {EXTENSIONS "EveryPS2.kext", "com.example.every.ps2", "2.3", TEAM, "", "IOResources", NULL},
    {EXTENSIONS "EveryPS2.kext/Contents/PlugIns/EveryInput.kext", "com.example.every.input",
	"1.1.3", TEAM, "", "IOResources", NULL},
    {EXTENSIONS "EveryRMI.kext", "com.example.every.rmi", "1.3", TEAM, "", "IOResources", NULL},
    {EXTENSIONS "EveryRMI.kext/Contents/PlugIns/EveryInput.kext", "com.example.every.input",
	"1.2.0", TEAM, "", "IOResources", NULL},
    {EXTENSIONS "EveryUpper.kext", "com.example.every.Case", "1.0", TEAM, "", "IOResources", NULL},
    {EXTENSIONS "EveryLower.kext", "com.example.every.case", "1.0", TEAM, "", "IOResources", NULL},
    {EXTENSIONS "EveryClaim.kext", "com.apple.driver.EveryClaim", "1.0", "", "", "IOResources",
	NULL},
    {FS "15/everyfs.kext", "org.example.everyfs", "4.8.0", "EXAMPLE004", "", "IOResources", NULL},
    {FS "26/everyfs.kext", "org.example.everyfs", "4.9.0", "EXAMPLE004", "", "IOResources", NULL},
    {"/Library/Application Support/org.example/Every-HID/Extensions/"
     "org.example.driver.EveryHID.v061000.kext",
	"org.example.driver.EveryHID.v061000", "6.10.0", "EXAMPLE005", "", "IOResources", NULL},
    {"/Applications/Every VPN.app/Contents/Resources/everytap.kext", "net.example.every.tap", "1.0",
	"EXAMPLE003", "", "IOResources", NULL},
    {"/Applications/Every Machine.app/Contents/Library/kexts/everyplug.kext",
	"com.example.machine.vmioplug.18.1.2", "18.1.2", "EXAMPLE003", "", "IOResources", NULL},
    /* Reached by an absolute link. */
    {"/Users/Shared/Every/Support/EveryLinked.kext", "com.example.every.linked", "1.0", TEAM, "",
	"IOResources", NULL},
    /* In a place where nobody would look: a job names it, and the load history. */
    {"/private/tmp/every-probe/EveryProbe.kext", "com.example.every.probe", "1.0", "", "",
	"IOResources", NULL},
};

static void
put_bundles(const char *root, struct model *model)
{
	static const struct scenario_kext override = {EXTENSIONS "EveryOverride.kext",
	    "com.example.every.override", "2.1", "", "", "IOUSBHostInterface", NULL};
	static const struct scenario_kext relocated = {
	    "/Library/Relocated Extensions/EveryRelocated.kext", "com.example.every.relocated",
	    "1.0", TEAM, "", "IOResources", NULL};

	for (size_t i = 0; i < sizeof(kexts) / sizeof(*kexts); i++) {
		scenario_put_kext(root, model, &kexts[i]);
		expect_at(model, "bundle", kexts[i].id, kexts[i].path, kexts[i].version);
	}
	scenario_put_codeless(root, &override);
	expect_at(model, "bundle", override.id, override.path, override.version);
	scenario_put_kext(root, model, &relocated);
	expect_at(model, "relocated", relocated.id, relocated.path, relocated.version);
	files_link(root, "/Library/Application Support/Every Link", "/Users/Shared/Every/Support");
	/* What the tool has put aside itself is no trace. */
	scenario_put_text(root,
	    "/Library/Application Support/kextirpate/vault/1/EveryVaulted.kext/Contents/"
	    "Info.plist",
	    "<plist version=\"1.0\"><dict><key>CFBundleIdentifier</key>"
	    "<string>com.example.every.vaulted</string></dict></plist>");
}

static void
put_apples(const char *root, struct model *model)
{
	static const struct scenario_kext mobile = {
	    "/Library/Apple/System/Library/Extensions/AppleMobileDevice.kext",
	    "com.apple.driver.AppleMobileDevice", "4.0", "", "", "IOUSBHostInterface", NULL};
	static const struct scenario_kext family = {
	    "/System/Library/Extensions/EverySystemFamily.kext", "com.apple.iokit.EverySystem",
	    "3.0", "", "", "IOResources", NULL};

	expect_apples(true);
	expect_at(model, "bundle", "com.highpoint-tech.kext.HighPointRR",
	    EXTENSIONS "HighPointRR.kext", "4.22.1");
	expect_at(
	    model, "bundle", "com.softraid.driver.SoftRAID", EXTENSIONS "SoftRAID.kext", "6.3.1");
	scenario_put_codeless(root, &mobile);
	expect_at(model, "bundle", mobile.id, mobile.path, mobile.version);
	scenario_put_kext(root, model, &family);
	expect_at(model, "bundle", family.id, family.path, family.version);
	expect_apples(false);
}

struct package {
	struct scenario_receipt receipt;
	const char *trees[4];
	struct {
		const char *id, *path;
	} lists[4]; /* kexts */
};

static const struct package packages[] = {
    {{.id = "com.example.every.pkg", .version = "2.1", .prefix = "/", .name = "Every"},
	{"Library/Extensions/EveryDriver.kext", "Library/Extensions/EveryOverride.kext"},
	{{"com.example.every.driver", EXTENSIONS "EveryDriver.kext"},
	    {"com.example.every.helper",
		EXTENSIONS "EveryDriver.kext/Contents/PlugIns/EveryHelper.kext"},
	    {"com.example.every.override", EXTENSIONS "EveryOverride.kext"}}},
    /* The receipt's id is the kext's; the folder of kexts is the prefix. */
    {{.id = "com.example.every.port",
	 .version = "1.4",
	 .prefix = "Library/Extensions",
	 .name = "Every Port",
	 .xml = true},
	{"EveryPort.kext"}, {{"com.example.every.port", EXTENSIONS "EveryPort.kext"}}},
    {{.id = "com.example.every.blank.pkg", .version = "1.0", .prefix = "", .name = "Every Blank"},
	{"Library/Extensions/EveryBlank.kext"},
	{{"com.example.every.blank", EXTENSIONS "EveryBlank.kext"}}},
    {{.id = "org.example.everyfs.core",
	 .version = "4.9.0",
	 .prefix = "/",
	 .name = "Every FS",
	 .xml = true},
	{"Library/Filesystems/everyfs.fs"},
	{{"org.example.everyfs", FS "15/everyfs.kext"},
	    {"org.example.everyfs", FS "26/everyfs.kext"}}},
    {{.id = "net.example.every.vpn",
	 .version = "3.0",
	 .prefix = "Applications",
	 .name = "Every VPN",
	 .xml = true},
	{"Every VPN.app"},
	{{"net.example.every.tap",
	    "/Applications/Every VPN.app/Contents/Resources/everytap.kext"}}},
};

static struct files_path
receipt_file(const char *id, const char *kind)
{
	return files_format("/private/var/db/receipts/%s.%s", id, kind);
}

static void
put_receipts(const char *root, struct model *model)
{
	for (size_t i = 0; i < sizeof(packages) / sizeof(*packages); i++) {
		const struct package *p = &packages[i];
		struct files_path file = receipt_file(p->receipt.id, "plist");
		const char *last = "";

		scenario_put_receipt_of(root, &p->receipt, p->trees);
		for (size_t j = 0; j < 4 && p->lists[j].id; j++) {
			expect_in(model, "receipt", p->lists[j].id, p->lists[j].path, file.text,
			    p->receipt.version);
			if (strcmp(last, p->lists[j].id) != 0)
				expect_in(model, "install-history", p->lists[j].id, NULL, HISTORY,
				    p->receipt.version);
			last = p->lists[j].id;
		}
	}
}

/* A bill of materials without its property list, whose kexts are gone: of one a rule
 * knows the id, of the other nobody. And a property list without its bill. */
static void
put_orphans(const char *root, struct model *model)
{
	static const struct scenario_kext gone[] = {
	    {EXTENSIONS "EveryOrphan.kext", "com.example.every.orphan", "1.0", TEAM, "",
		"IOResources", NULL},
	    {EXTENSIONS "EveryNobody.kext", "com.example.every.nobody", "1.0", TEAM, "",
		"IOResources", NULL}};
	static const struct scenario_receipt orphan = {.id = "com.example.every.orphan.pkg",
						 .version = "1.0",
						 .prefix = "/",
						 .name = "Every Orphan"},
					     lost = {.id = "com.example.every.lost.pkg",
						 .version = "1.0",
						 .prefix = "/",
						 .name = "Every Lost"};
	static const char *const trees[] = {
	    "Library/Extensions/EveryNobody.kext", "Library/Extensions/EveryOrphan.kext", NULL};
	struct files_path file = receipt_file(orphan.id, "bom");

	for (size_t i = 0; i < 2; i++)
		scenario_put_kext(root, model, &gone[i]);
	scenario_put_receipt_of(root, &orphan, trees);
	scenario_put_receipt_of(root, &lost, trees);
	files_remove_tree(root, receipt_file(orphan.id, "plist").text);
	files_remove_tree(root, receipt_file(lost.id, "bom").text);
	for (size_t i = 0; i < 2; i++) {
		const char *id = i == 0 ? gone[i].id : NULL;

		files_remove_tree(root, gone[i].path);
		expect_in(model, "receipt", id, gone[i].path, file.text, NULL);
		expect_in(model, "install-history", id, NULL, HISTORY, orphan.version);
	}
}

static void
put_job(
    const char *root, const char *path, const char *label, const char *const *words, bool binary)
{
	struct plist *top = plist_dict(), *list = plist_array();
	struct bytes out = {0};

	for (; *words; words++)
		plist_push(list, plist_string(*words));
	plist_set(top, "Label", plist_string(label));
	plist_set(top, "ProgramArguments", list);
	plist_set(top, "RunAtLoad", plist_bool(true));
	if (binary)
		plist_write_binary(top, &out);
	else
		plist_write_xml(top, &out);
	files_write(root, path, out.data, out.len, 0644);
	plist_free(top);
	bytes_done(&out);
}

static void
put_jobs(const char *root, struct model *model)
{
	static const char *const load[] = {"/sbin/kextload", EXTENSIONS "EveryDriver.kext", NULL},
				 *const agent[] = {"/usr/bin/kmutil", "load", "-b",
				     "com.example.every.helper", NULL},
				 *const nowhere[] = {"/bin/sh", "-c",
				     "sleep 5; /sbin/kextload /opt/every/EveryNowhere.kext", NULL},
				 *const probe[] = {"/usr/bin/kmutil", "load", "-p",
				     "/private/tmp/every-probe/EveryProbe.kext", NULL},
				 *const other[] = {"/opt/every/daemon", "--quiet", NULL};

	put_job(root, "/Library/LaunchDaemons/com.example.every.load.plist",
	    "com.example.every.load", load, false);
	expect_at(model, "launchd", "com.example.every.driver",
	    "/Library/LaunchDaemons/com.example.every.load.plist", NULL);
	put_job(root, "/Library/LaunchAgents/com.example.every.agent.plist",
	    "com.example.every.agent", agent, true);
	expect_at(model, "launchd", "com.example.every.helper",
	    "/Library/LaunchAgents/com.example.every.agent.plist", NULL);
	put_job(root, "/Library/LaunchDaemons/com.example.every.nowhere.plist",
	    "com.example.every.nowhere", nowhere, false);
	expect_at(
	    model, "launchd", NULL, "/Library/LaunchDaemons/com.example.every.nowhere.plist", NULL);
	put_job(root, "/Library/LaunchDaemons/com.example.every.probe.plist",
	    "com.example.every.probe", probe, false);
	expect_at(model, "launchd", "com.example.every.probe",
	    "/Library/LaunchDaemons/com.example.every.probe.plist", NULL);
	put_job(root, "/Library/LaunchDaemons/com.example.every.other.plist",
	    "com.example.every.other", other, false);
}

void
scenario_every(const char *root, struct model *model)
{
	static const struct scenario_app app = {.path = "/Applications/Every.app",
	    .id = "com.example.every.app",
	    .dext = "com.example.every.dext",
	    .team = TEAM,
	    .short_version = "3.0",
	    .version = "300",
	    .category = "Every",
	    .provider = "IOPCIDevice",
	    .match = "0x00021cd7",
	    .state = "activated_waiting_for_user"};

	put_bundles(root, model);
	put_apples(root, model);
	put_receipts(root, model);
	put_orphans(root, model);
	put_jobs(root, model);
	scenario_put_app(root, model, &app);
	scenario_every_keep(root, model);
}
