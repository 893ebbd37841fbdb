/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ch34x: WCH's serial driver, whose one package holds two kexts and the app with the
 * dext; app and dext have the same id. Beside it the receipt of the product before it,
 * by another team, whose kext is gone. Names: docs/rules.md, the catalogue's wch-*.
 * As on a Mac that was upgraded from before 11, where the package's own script did
 * not take the kexts away.
 */
#include "tests/macsim/keep.h"
#include "tests/macsim/scenario.h"
#include "tests/macsim/scenario_expect.h"

#define TEAM "5JZGQTGU4W"
#define EXTENSIONS "/Library/Extensions/"
#define ID "cn.wch.CH34xVCPDriver"
#define APP "/Applications/CH34xVCPDriver.app"
#define HISTORY "/Library/Receipts/InstallHistory.plist"
#define RECEIPT "/private/var/db/receipts/cn.wch.pkg.CH34xVCPDriver"
#define OLD_RECEIPT "/private/var/db/receipts/com.wch.ch34xinstall.mykextdir.pkg"

static const struct scenario_kext kexts[] = {
    {EXTENSIONS "CH34xVCPDriver.kext", "cn.wch.driver.CH34xVCPDriver", "1", TEAM, "CH34xVCPData",
	"IOUSBHostInterface", NULL},
    {EXTENSIONS "CH34xVCPControlDriver.kext", "cn.wch.driver.CH34xVCPControlDriver", "1", TEAM,
	"CH34xVCPControl", "IOUSBHostInterface", NULL},
};

static void
put_old(const char *root, struct model *model)
{
	static const struct scenario_kext old = {EXTENSIONS "usbserial.kext", "com.wch.usbserial",
	    "1.5", "X9BL5JJAZJ", "", "IOUSBInterface", NULL};
	static const struct scenario_receipt receipt = {.id = "com.wch.ch34xinstall.mykextdir.pkg",
	    .version = "1.5",
	    .prefix = "Library/Extensions",
	    .name = "CH34x_Install_V1.5"};
	static const char *const trees[] = {"usbserial.kext", NULL};

	scenario_put_kext(root, model, &old);
	scenario_put_receipt_of(root, &receipt, trees);
	files_remove_tree(root, old.path);
	expect_in(model, "receipt", old.id, old.path, OLD_RECEIPT ".plist", "1.5");
	expect_in(model, "install-history", old.id, NULL, HISTORY, "1.5");
}

void
scenario_ch34x(const char *root, struct model *model)
{
	static const struct scenario_app app = {.path = APP,
	    .id = ID,
	    .dext = ID,
	    .team = TEAM,
	    .short_version = "1.0",
	    .version = "1",
	    .category = "CH34xVCPData",
	    .provider = "IOUSBHostInterface",
	    .state = "activated_enabled"};
	static const struct scenario_receipt receipt = {.id = "cn.wch.pkg.CH34xVCPDriver",
	    .version = "1.9",
	    .prefix = "/",
	    .name = "CH34xVCPDriver"};
	static const char *const trees[] = {"Applications/CH34xVCPDriver.app",
	    "Library/Extensions/CH34xVCPControlDriver.kext",
	    "Library/Extensions/CH34xVCPDriver.kext", NULL};

	put_old(root, model);
	for (size_t i = 0; i < sizeof(kexts) / sizeof(*kexts); i++)
		scenario_put_kext(root, model, &kexts[i]);
	scenario_put_app(root, model, &app);
	scenario_put_receipt_of(root, &receipt, trees);
	for (size_t i = 0; i < sizeof(kexts) / sizeof(*kexts); i++) {
		struct kext kext = scenario_link_kext(root, model, kexts[i].path);

		expect_at(model, "bundle", kext.id, kext.path, kext.version);
		expect_in(model, "receipt", kext.id, kext.path, RECEIPT ".plist", "1.9");
		expect_in(model, "install-history", kext.id, NULL, HISTORY, "1.9");
		expect_linked(model, &kext, true, true);
		expect_policy(model, &kext);
	}
	scenario_put_policy(root, model, "Nanjing Qinheng Microelectronics Co., Ltd.");
}
