/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Example Capture, an invented vendor: two kexts, their receipt with a folder
 * of support files, and (capture-card) an app with the dext that replaces them.
 */
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/scenario.h"
#include "tests/macsim/write_macho.h"

#define TEAM "EXAMPLE001"
#define APP "/Applications/Example Capture.app"
#define DEXT "com.example.capture.dext"
#define SUPPORT "/Library/Application Support/Example Capture"

static const struct scenario_kext kexts[] = {
    {"/Library/Extensions/ExampleCaptureDriver.kext", "com.example.capture.driver", "1.2.3", TEAM,
	"ExampleCapture", "IOPCIDevice", "0x00011cd7"},
    {"/Library/Extensions/ExampleCaptureEvent.kext", "com.example.capture.event", "1.2.3", TEAM,
	"ExampleCaptureEvent", "IOResources", NULL},
};

static const char *const kext_paths[] = {
    "Library",
    "Library/Application Support",
    "Library/Application Support/Example Capture",
    "Library/Application Support/Example Capture/Presets.plist",
    "Library/Application Support/Example Capture/Profile.dat",
    "Library/Extensions",
    "Library/Extensions/ExampleCaptureDriver.kext",
    "Library/Extensions/ExampleCaptureDriver.kext/Contents",
    "Library/Extensions/ExampleCaptureDriver.kext/Contents/Info.plist",
    "Library/Extensions/ExampleCaptureDriver.kext/Contents/MacOS",
    "Library/Extensions/ExampleCaptureDriver.kext/Contents/MacOS/ExampleCaptureDriver",
    "Library/Extensions/ExampleCaptureDriver.kext/Contents/_CodeSignature",
    "Library/Extensions/ExampleCaptureDriver.kext/Contents/_CodeSignature/CodeResources",
    "Library/Extensions/ExampleCaptureEvent.kext",
    "Library/Extensions/ExampleCaptureEvent.kext/Contents",
    "Library/Extensions/ExampleCaptureEvent.kext/Contents/Info.plist",
    "Library/Extensions/ExampleCaptureEvent.kext/Contents/MacOS",
    "Library/Extensions/ExampleCaptureEvent.kext/Contents/MacOS/ExampleCaptureEvent",
    "Library/Extensions/ExampleCaptureEvent.kext/Contents/_CodeSignature",
    "Library/Extensions/ExampleCaptureEvent.kext/Contents/_CodeSignature/CodeResources",
};

static const char *const app_paths[] = {
    "Example Capture.app",
    "Example Capture.app/Contents",
    "Example Capture.app/Contents/Info.plist",
    "Example Capture.app/Contents/Library",
    "Example Capture.app/Contents/Library/SystemExtensions",
    "Example Capture.app/Contents/Library/SystemExtensions/" DEXT ".dext",
    "Example Capture.app/Contents/Library/SystemExtensions/" DEXT ".dext/" DEXT,
    "Example Capture.app/Contents/Library/SystemExtensions/" DEXT ".dext/Info.plist",
    "Example Capture.app/Contents/MacOS",
    "Example Capture.app/Contents/MacOS/Example Capture",
};

static void
put_kexts(const char *root, struct model *model)
{
	struct scenario_receipt receipt = {"com.example.capture.pkg", "1.2.3", "/",
	    "Example Capture", NULL, sizeof(kext_paths) / sizeof(*kext_paths), false};
	union {
		const char *const *fixed;
		char *const *plain;
	} paths = {kext_paths};

	for (size_t i = 0; i < sizeof(kexts) / sizeof(*kexts); i++)
		scenario_put_kext(root, model, &kexts[i]);
	scenario_put_plist(root, SUPPORT "/Presets.plist",
	    plist_set(plist_dict(), "Preset", plist_string("1080p60")));
	scenario_put_text(root, SUPPORT "/Profile.dat", "profile as installed\n");
	receipt.paths = paths.plain;
	scenario_put_receipt(root, &receipt);
	/* The user's own since then: not as the bill of materials has it. */
	scenario_put_text(root, SUPPORT "/Profile.dat", "profile that the user made\n");
	for (size_t i = 0; i < sizeof(kexts) / sizeof(*kexts); i++)
		scenario_link_kext(root, model, kexts[i].path);
	scenario_put_policy(root, model, "Example Capture Inc.");
}

static struct plist *
dext_info(void)
{
	struct plist *info = plist_dict(), *personality = plist_dict();

	plist_set(info, "CFBundleExecutable", plist_string(DEXT));
	plist_set(info, "CFBundleIdentifier", plist_string(DEXT));
	plist_set(info, "CFBundlePackageType", plist_string("DEXT"));
	plist_set(info, "CFBundleShortVersionString", plist_string("2.0"));
	plist_set(info, "CFBundleVersion", plist_string("200"));
	plist_set(personality, "CFBundleIdentifier", plist_string(DEXT));
	plist_set(personality, "IOClass", plist_string("IOUserService"));
	plist_set(personality, "IOMatchCategory", plist_string("ExampleCapture"));
	plist_set(personality, "IOPCIMatch", plist_string("0x00011cd7"));
	plist_set(personality, "IOProviderClass", plist_string("IOPCIDevice"));
	plist_set(personality, "IOUserServerName", plist_string(DEXT));
	return plist_set(
	    info, "IOKitPersonalities", plist_set(plist_dict(), "Device", personality));
}

static void
put_app(const char *root, struct model *model)
{
	static const char inside[] = APP "/Contents/Library/SystemExtensions/" DEXT ".dext";
	struct plist *info = plist_dict();
	struct bytes image = {0}, program = {0};
	char uuid[40];

	plist_set(info, "CFBundleExecutable", plist_string("Example Capture"));
	plist_set(info, "CFBundleIdentifier", plist_string("com.example.capture.app"));
	plist_set(info, "CFBundlePackageType", plist_string("APPL"));
	plist_set(info, "CFBundleShortVersionString", plist_string("2.0"));
	plist_set(info, "CFBundleVersion", plist_string("200"));
	scenario_put_plist(root, APP "/Contents/Info.plist", info);
	/* A copy, so that whoever changes it changes none of Apple's tools. */
	if (!files_read(root, "/usr/bin/kmutil", &program))
		macsim_die("a Mac without tools");
	files_write(root, APP "/Contents/MacOS/Example Capture", program.data, program.len, 0755);
	bytes_done(&program);
	scenario_put_plist(
	    root, APP "/Contents/Library/SystemExtensions/" DEXT ".dext/Info.plist", dext_info());
	model_uuid(model, uuid);
	macho_write_kext(&image, model_is(model, "chip", "apple"), uuid, DEXT, TEAM);
	files_write(root, APP "/Contents/Library/SystemExtensions/" DEXT ".dext/" DEXT, image.data,
	    image.len, 0755);
	bytes_done(&image);
	model_uuid(model, uuid);
	struct files_path staged = files_format(KEEP_SYSEXT "/%s/" DEXT ".dext", uuid);
	files_copy_tree(root, inside, staged.text);
	model_put(model, "dext.uuid", uuid);
}

static void
put_dext(const char *root, struct model *model)
{
	static const char *const facts[][2] = {{"dext.id", DEXT}, {"dext.team", TEAM},
	    {"dext.short", "2.0"}, {"dext.version", "200"}, {"dext.app", APP},
	    {"dext.appid", "com.example.capture.app"}, {"dext.category", "ExampleCapture"},
	    {"dext.state", "activated_enabled"}, {"dext.allowed", "yes"}};
	struct scenario_receipt receipt = {"com.example.capture.app.pkg", "2.0", "Applications",
	    "Example Capture App", NULL, sizeof(app_paths) / sizeof(*app_paths), false};
	union {
		const char *const *fixed;
		char *const *plain;
	} paths = {app_paths};

	put_app(root, model);
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		model_put(model, facts[i][0], facts[i][1]);
	receipt.paths = paths.plain;
	scenario_put_receipt(root, &receipt);
}

void
scenario_capture_nodext(const char *root, struct model *model)
{
	put_kexts(root, model);
}

void
scenario_capture_card(const char *root, struct model *model)
{
	put_kexts(root, model);
	put_dext(root, model);
}
