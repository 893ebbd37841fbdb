/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Example Capture, an invented vendor: two kexts, their receipt with a folder
 * of support files, and (capture-card) an app with the dext that replaces them.
 */
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/scenario.h"

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
put_package(const char *root, struct model *model, time_t when)
{
	struct scenario_receipt receipt = {"com.example.capture.pkg", "1.2.3", "/",
	    "Example Capture", NULL, sizeof(kext_paths) / sizeof(*kext_paths), false, when};
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
}

static void
put_kexts(const char *root, struct model *model)
{
	put_package(root, model, 0);
	/* The user's own since then: not as the bill of materials has it. */
	scenario_put_text(root, SUPPORT "/Profile.dat", "profile that the user made\n");
	for (size_t i = 0; i < sizeof(kexts) / sizeof(*kexts); i++)
		scenario_link_kext(root, model, kexts[i].path);
	scenario_put_policy(root, model, "Example Capture Inc.");
}

/* A package keeps the times that its files had when it was made; so does a backup. */
void
scenario_capture_bring(const char *root, struct model *model, bool by_package)
{
	files_set_time(SCENARIO_INSTALLED);
	if (by_package)
		put_package(root, model, time(NULL));
	for (size_t i = 0; !by_package && i < sizeof(kexts) / sizeof(*kexts); i++)
		scenario_put_kext(root, model, &kexts[i]);
	files_set_time(0);
}

static void
put_dext(const char *root, struct model *model)
{
	static const struct scenario_app app = {.path = APP,
	    .id = "com.example.capture.app",
	    .dext = DEXT,
	    .team = TEAM,
	    .short_version = "2.0",
	    .version = "200",
	    .category = "ExampleCapture",
	    .provider = "IOPCIDevice",
	    .match = "0x00011cd7",
	    .state = "activated_enabled"};
	struct scenario_receipt receipt = {"com.example.capture.app.pkg", "2.0", "Applications",
	    "Example Capture App", NULL, sizeof(app_paths) / sizeof(*app_paths), false, 0};
	union {
		const char *const *fixed;
		char *const *plain;
	} paths = {app_paths};

	scenario_put_app(root, model, &app);
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
