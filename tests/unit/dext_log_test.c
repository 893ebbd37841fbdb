/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of logs about dexts: each known one, and those that are nobody's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kmutil-helpers/dext_log.h"

static struct arena *arena;

#define COLUMNS "2025-01-26 12:05:56.905142-0600 0x174a     Default     0x0                  "

/* Sources: docs/facts.md#dext-log. Names of classes and teams are the sources'. */
static const struct {
	const char *line;
	const char *name, *id, *service, *reason;
	int crashes;
} known[] = {
    /* XNU's own formats, with the columns of log show. */
    {COLUMNS "0      0    kernel: Driver com.example.capture.dext has crashed 3 time(s)", "crashed",
	"com.example.capture.dext", NULL, NULL, 3},
    {COLUMNS "0      0    kernel: Driver com.example.capture.dext has crashed 0 time(s)",
	"starting", "com.example.capture.dext", NULL, NULL, 0},
    {COLUMNS "0      0    kernel: DK: MyDriver-0x100000d60: provider entitlements check failed",
	"provider-entitlements", NULL, "MyDriver", NULL, -1},
    {COLUMNS "0      0    kernel: DK: MyDriver-0x100000d60: family entitlements check failed",
	"family-entitlements", NULL, "MyDriver", NULL, -1},
    {COLUMNS "0      0    kernel: DK: IOUserServer(com.example.capture.dext-0x100000d5f)-"
	     "0x100000d61::exit(Entitlements check failed)",
	"server-exit", "com.example.capture.dext", NULL, "Entitlements check failed", -1},
    {COLUMNS "0      0    kernel: DK: MyDriver-0x100000d60 waiting for server "
	     "com.example.capture.dext-100000d60",
	"waiting-for-server", "com.example.capture.dext", "MyDriver", NULL, -1},
    {COLUMNS "0      0    kernel: DK: MyDriver-0x100000d60 failed to find server "
	     "com.example.capture.dext-100000d60, remaining 0ms, retries 2",
	"no-server", "com.example.capture.dext", "MyDriver", NULL, -1},
    {COLUMNS "0      0    kernel: DK: MyDriver-0x100000d60 server does not match token",
	"wrong-server", NULL, "MyDriver", NULL, -1},
    {COLUMNS "0      0    kernel: DK: MyDriver-0x100000d60 cannot reuse inactive server",
	"inactive-server", NULL, "MyDriver", NULL, -1},
    {COLUMNS "0      0    kernel: DK: MyDriver-0x100000d60 could not initialize token",
	"launch-held", NULL, "MyDriver", NULL, -1},
    {COLUMNS "0      0    kernel: DK: Could not find OSKext for com.example.capture.dext",
	"not-known", "com.example.capture.dext", NULL, NULL, -1},
    {COLUMNS "0      0    kernel: IOUserServerName \"other.name\" not correct organization for "
	     "bundleID \"com.example.capture.dext\"",
	"server-name", "com.example.capture.dext", NULL, "other.name", -1},
    {COLUMNS
	"0      0    kernel: DK: MyDriver-0x100000d60::start(IOUSBHostInterface-0x100000d50) ok",
	"started", NULL, "MyDriver", NULL, -1},
    {COLUMNS
	"0      0    kernel: DK: MyDriver-0x100000d60::start(IOUSBHostInterface-0x100000d50) fail",
	"start-failed", NULL, "MyDriver", NULL, -1},
    /* As people pasted them. */
    {"kernel[0:389f] DK: VSPUserClient-0x100001127:UC failed userclient-access check, needed "
     "bundle ID org.eof.tools.VSPDriver",
	"userclient-access", "org.eof.tools.VSPDriver", "VSPUserClient", NULL, -1},
    {"kernel[0:389f] DK: VSPUserClient-0x100001127:UC entitlements check failed",
	"userclient-entitlements", NULL, "VSPUserClient", NULL, -1},
    {"2026-01-20 10:00:00.000001+0800 localhost kernel[0]: DK: MyUserUSBInterfaceDriver user "
     "server timeout",
	"server-timeout", NULL, "MyUserUSBInterfaceDriver", NULL, -1},
    {"kernel: (AppleSystemPolicy) ASP: Security policy would not allow process: 812, "
     "/Library/SystemExtensions/8A2F106E-0028-4EC4-8A2F-106E00284EC4/com.x.y.driver.dext/driver",
	"policy-refused", "com.x.y.driver", NULL, NULL, -1},
    {"kernel: ASP: Security policy would not allow process", "policy-refused", NULL, NULL, NULL,
	-1},
    {"syspolicyd: failed to fetch ... /_CodeSignature/CodeRequirements-1 error=-10",
	"no-requirements", NULL, NULL, NULL, -1},
    {"kernelmanagerd: \"DextLaunch(com.example.capture.dext)\": NSPOSIXErrorDomain Code=8 \"Exec "
     "format error\"",
	"exec-format", "com.example.capture.dext", NULL, NULL, -1},
    {"kernelmanagerd: \"DextLaunch(...)\": NSPOSIXErrorDomain Code=8 \"Exec format error\"",
	"exec-format", NULL, NULL, NULL, -1},
    {"driverkitd: Error Domain=NSPOSIXErrorDomain Code=8 \"Exec format error\"", "exec-format",
	NULL, NULL, NULL, -1},
    {"kernelmanagerd: [DextValidation] Extension com.openjoystickdriver.XboxUSBDevice is not "
     "valid, error:",
	"not-valid", "com.openjoystickdriver.XboxUSBDevice", NULL, NULL, -1},
    {"kernelmanagerd: [DextValidation] Validation of com.openjoystickdriver.XboxUSBDevice error: "
     ".invalidProperties",
	"not-valid", "com.openjoystickdriver.XboxUSBDevice", NULL, ".invalidProperties", -1},
    {"  Extension 'com.openjoystickdriver.XboxUSBDevice' has invalid properties:",
	"invalid-properties", "com.openjoystickdriver.XboxUSBDevice", NULL, NULL, -1},
    {"kernelmanagerd: Authenticating extension failed: Bad code signature", "bad-signature", NULL,
	NULL, NULL, -1},
    {"kernelmanagerd: com.example.capture.dext CDHash check failed", "cdhash",
	"com.example.capture.dext", NULL, NULL, -1},
    {"Failed to enable org.pqrs.Karabiner-DriverKit-VirtualHIDDevice : "
     "org.pqrs.Karabiner-DriverKit-VirtualHIDDevice:terminating_for_disable_but_still_running not "
     "in state to be enabled",
	"not-in-state", "org.pqrs.Karabiner-DriverKit-VirtualHIDDevice", NULL,
	"terminating_for_disable_but_still_running", -1},
    {COLUMNS "328    0    sysextd: org.pqrs.Karabiner-DriverKit-VirtualHIDDevice:"
	     "terminating_for_disable_but_still_running not in state to be enabled",
	"not-in-state", "org.pqrs.Karabiner-DriverKit-VirtualHIDDevice", NULL,
	"terminating_for_disable_but_still_running", -1},
    {"sysextd: extension com.openjoystickdriver.XboxUSBDevice failed to validate! uninstalling...",
	"uninstalled", "com.openjoystickdriver.XboxUSBDevice", NULL, NULL, -1},
    {"com.apple.usbsoundriver:extension failed to validate! uninstalling...", "uninstalled",
	"com.apple.usbsoundriver", NULL, NULL, -1},
    {"uninstalling invalid extension com.apple.usbsoundriver", "uninstalled",
	"com.apple.usbsoundriver", NULL, NULL, -1},
    {"no related kext found for sysex 'com.apple.usbsoundriver'", "no-related-kext",
	"com.apple.usbsoundriver", NULL, NULL, -1},
    {"sysextd: [com.apple.sx:StateChange] com.example.capture.dext advancing state from "
     "validating_by_category to uninstalling",
	"state", "com.example.capture.dext", NULL, "validating_by_category to uninstalling", -1},
    {"sysextd: [com.apple.sx:XPC] client activation request for "
     "com.arqitekta.bluefield.rshim.driver",
	"requested", "com.arqitekta.bluefield.rshim.driver", NULL, NULL, -1},
    {"2020-07-29 09:11:43.704570-0700 0x19f8     Default     0x327e               438    0    "
     "<sysextd> sysextd: attempting to realize extension with identifier "
     "com.black-dragon74.ROG-HID-Driver",
	"realizing", "com.black-dragon74.ROG-HID-Driver", NULL, NULL, -1},
    {"2020-07-29 09:11:43.721503-0700 0x19f8     Default     0x327e               438    0    "
     "<sysextd> sysextd: staging extension with identifier com.black-dragon74.ROG-HID-Driver",
	"staging", "com.black-dragon74.ROG-HID-Driver", NULL, NULL, -1},
    {"2020-07-29 09:11:43.736024-0700 0x19f8     Default     0x327e               438    0    "
     "<sysextd> sysextd: Making activation decision for extension with teamID "
     "teamID(\"LUPK75PW6Q\"), identifier com.black-dragon74.ROG-HID-Driver",
	"deciding", "com.black-dragon74.ROG-HID-Driver", NULL, "LUPK75PW6Q", -1},
    {"2025-01-26 12:05:56.987806-0600 0x168d     Default     0x4e64               108    0    "
     "kernelmanagerd: sysextd delegate validate extension: sc.hackerman.xonedb4driver (1.0/1)",
	"validating", "sc.hackerman.xonedb4driver", NULL, NULL, -1},
    {"2025-01-26 12:05:56.988131-0600 0x168d     Default     0x4e64               108    0    "
     "kernelmanagerd: [com.apple.kernelmanagerd.logging:DextValidation] Validating dext  0x0p+0t "
     "sc.hackerman.xonedb4driver",
	"validating", "sc.hackerman.xonedb4driver", NULL, NULL, -1},
    {"2025-01-26 12:05:56.988599-0600 0x168d     Default     0x4e64               108    0    "
     "kernelmanagerd: [com.apple.kernelmanagerd.logging:DextValidation] Realize dext "
     "sc.hackerman.xonedb4driver",
	"realized", "sc.hackerman.xonedb4driver", NULL, NULL, -1},
    /* What refuses a signature. */
    {"kernel: mac_vnode_check_signature: /Library/SystemExtensions/8A2F106E-0028-4EC4-8A2F-"
     "106E00284EC4/com.x.y.driver.dext/com.x.y.driver: code signature validation failed fatally: "
     "When validating /Library/SystemExtensions/8A2F106E-0028-4EC4-8A2F-106E00284EC4/"
     "com.x.y.driver.dext/com.x.y.driver:",
	"signature-refused", "com.x.y.driver", NULL, NULL, -1},
    {"amfid: /Library/SystemExtensions/8A2F106E-0028-4EC4-8A2F-106E00284EC4/com.x.y.driver.dext/"
     "com.x.y.driver signature not valid: -67050",
	"signature-refused", "com.x.y.driver", NULL, "-67050", -1},
    {"default\t2024-01-10 14:36:03.306432 -0800\tamfid\t/Library/SystemExtensions/"
     "8A2F106E-0028-4EC4-8A2F-106E00284EC4/com.x.y.driver.dext/com.x.y.driver not valid: Error "
     "Domain=AppleMobileFileIntegrityError Code=-413 \"No matching profile found\" UserInfo={}",
	"no-profile", "com.x.y.driver", NULL, NULL, -1},
    {"amfid: /Applications/X.app/Contents/Library/SystemExtensions/com.x.y.driver.dext/"
     "com.x.y.driver signature not valid: -67050",
	"signature-refused", "com.x.y.driver", NULL, "-67050", -1},
    {"amfid: /Library/SystemExtensions/8A2F106E-0028-4EC4-8A2F-106E00284EC4/"
     "com.x.y.monitor.systemextension/Contents/MacOS/com.x.y.monitor not valid: Error "
     "Domain=AppleMobileFileIntegrityError Code=-413 \"No matching profile found\" UserInfo={}",
	"no-profile", "com.x.y.monitor", NULL, NULL, -1},
    {"sysextd: (libswiftCore.dylib) Fatal error: Activate found 2 extensions in active state, ID: "
     "com.x.y.driver",
	"two-active", "com.x.y.driver", NULL, NULL, -1},
    {"sysextd: no policy, cannot allow apps outside /Applications", "no-policy", NULL, NULL, NULL,
	-1},
    {"taskgated-helper: Disallowing com.x.y.driver because no eligible provisioning profiles found",
	"no-profile", "com.x.y.driver", NULL, NULL, -1},
    {"error\t2024-01-10 14:36:03.306061 -0800\ttaskgated-helper\tcom.x.y.driver: Unsatisfied "
     "entitlements: com.apple.developer.driverkit, com.apple.developer.driverkit.transport.usb",
	"no-profile", "com.x.y.driver", NULL,
	"com.apple.developer.driverkit, com.apple.developer.driverkit.transport.usb", -1},
    {"sysextd: bundle code signature is not valid - does not satisfy requirement: -67050 code "
     "failed to satisfy specified code requirement(s)",
	"not-notarised", NULL, NULL, NULL, -1},
    {"sysextd: Error checking with notarization daemon: 3", "notarisation", NULL, NULL, "3", -1},
    {"sysextd: validating extension with identifier co.elastic.systemextension", "validating",
	"co.elastic.systemextension", NULL, NULL, -1},
    {"sysextd: co.elastic.systemextension: extension failed to validate! uninstalling...",
	"uninstalled", "co.elastic.systemextension", NULL, NULL, -1},
    /* Karabiner's reports; of the second nobody gave the whole line. */
    {"sysextd: Extension point com.apple.system_extension.driver_extension failed to start "
     "extension with identifier: org.pqrs.Karabiner-DriverKit-VirtualHIDDevice: Error "
     "Domain=kernelmanagerd.KMError Code=9 \"(null)\". Activating anyway.",
	"not-started", "org.pqrs.Karabiner-DriverKit-VirtualHIDDevice", NULL,
	"Error Domain=kernelmanagerd.KMError Code=9 \"(null)\". Activating anyway.", -1},
    {"sysextd: Extension with teamID G43BCU2T37 and identifier "
     "org.pqrs.Karabiner-DriverKit-VirtualHIDDevice is not in the list of allowed extensions",
	"not-allowed", "org.pqrs.Karabiner-DriverKit-VirtualHIDDevice", NULL, NULL, -1},
    {"sysextd: Activation decision for org.pqrs.Karabiner-DriverKit-VirtualHIDDevice is: Deny",
	"not-allowed", "org.pqrs.Karabiner-DriverKit-VirtualHIDDevice", NULL, NULL, -1},
    {"2021-02-19 08:56:35.538578-0800 0xaeed     Default     0x0                  283    0    "
     "sysextd: initial activation decision: activateNew",
	"deciding", NULL, NULL, "activateNew", -1},
    {"2021-02-19 08:56:35.549579-0800 0xaeed     Default     0x0                  283    0    "
     "sysextd: [com.apple.sx:StateChanges] extension G43BCU2T37 "
     "org.pqrs.Karabiner-DriverKit-VirtualHIDDevice (1.0.0/1.0.0) advancing state from realizing "
     "to staging",
	"state", "org.pqrs.Karabiner-DriverKit-VirtualHIDDevice", NULL, "realizing to staging", -1},
    {"2021-02-19 08:56:35.557051-0800 0xaeed     Default     0x0                  283    0    "
     "sysextd: [sysextd:staging] staging bundle from "
     "/Applications/.Karabiner-VirtualHIDDevice-Manager.app/Contents/Library/SystemExtensions/"
     "org.pqrs.Karabiner-DriverKit-VirtualHIDDevice.dext to: /Library/SystemExtensions/",
	"staging", NULL, NULL, NULL, -1},
    /* As dmesg(8) has them. */
    {"[  389.798271]: Driver com.wuhanjingce.driverkit.SmiPcie has crashed 2 time(s)", "crashed",
	"com.wuhanjingce.driverkit.SmiPcie", NULL, NULL, 2},
    {"[  389.798283]: DK: SmiPcie-0x100000d56 waiting for server "
     "com.wuhanjingce.driverkit.SmiPcie-100000d56",
	"waiting-for-server", "com.wuhanjingce.driverkit.SmiPcie", "SmiPcie", NULL, -1},
    {"[  389.898120]: DK: IOUserServer(com.wuhanjingce.driverkit.SmiPcie-0x100000d56)"
     "::exit(Entitlements check failed)",
	"server-exit", "com.wuhanjingce.driverkit.SmiPcie", NULL, "Entitlements check failed", -1},
    /* As Console copies it. */
    {"default\t13:47:04.138741-0800\tkernel\tDriver com.example.capture.dext has crashed 12 "
     "time(s)",
	"crashed", "com.example.capture.dext", NULL, NULL, 12},
};

static const char *const foreign[] = {
    "",
    "Timestamp                       Thread     Type        Activity             PID    TTL",
    "Filtering the log data using \"process == \"kernel\"\"",
    COLUMNS "628    0    XoneDB4App: system extension actionForReplacingExtension: <private>",
    COLUMNS "145    0    kernelmanagerd: installation check: bundle for com.x.y is at /Library/"
	    "Extensions/y.kext",
    COLUMNS "145    0    kernelmanagerd: failed to load/rebuild extensions: Could not find: "
	    "Extension with identifier 'com.apple.driver.AppleKIS' not found",
    /* The words of another process, and of a dext in the kernel's name. */
    COLUMNS "99     0    watcherd: Driver com.example.capture.dext has crashed 3 time(s)",
    COLUMNS "99     0    watcherd: kernel: Driver com.example.capture.dext has crashed 3 time(s)",
    COLUMNS
    "0      0    kernel: (com.evil.dext) Driver com.example.capture.dext has crashed 3 time(s)",
    COLUMNS "0      0    kernel: (SampleDriverKitApp.SampleDriverKitDriver.dext) [DEBUG] Driver - "
	    "NewUserClient() - Finished.",
    "kernel[0:5107] () [VSPDriver]: NewUserClient called.",
    "Driver com.example.capture.dext has crashed 3 time(s)",
    COLUMNS "0      0    kernel: The Driver com.example.capture.dext has crashed 3 time(s)",
    COLUMNS "0      0    kernel: Driver com.example.capture.dext has crashed many time(s)",
    COLUMNS "0      0    kernel: Driver nodots has crashed 3 time(s)",
    COLUMNS "0      0    kernel: (AppleSystemPolicy) ASP: Security policy would not allow process: "
	    "812, /Applications/Other.app/Contents/MacOS/Other",
    COLUMNS "301    0    syspolicyd: failed to fetch /Applications/Other.app/Contents/"
	    "_CodeSignature/CodeRequirements-1 error=-10",
    COLUMNS "0      0    kernel: DK: MyDriver-0x1: provider entitlements check passed",
    COLUMNS "328    0    sysextd: (Security) SecKeyVerifySignature",
    /* Another program's signature; words of others in a line that looks like dmesg's. */
    "kernel: mac_vnode_check_signature: /Applications/X.app/Contents/MacOS/X: code signature "
    "validation failed fatally: When validating /Applications/X.app/Contents/MacOS/X:",
    "amfid: /Applications/X.app/Contents/MacOS/X not valid: Error "
    "Domain=AppleMobileFileIntegrityError Code=-413 \"No matching profile found\"",
    "amfid: /Applications/X.app/Contents/MacOS/X signature not valid: -67050",
    "[  389.798271] Driver com.example.capture.dext has crashed 2 time(s)",
    "[389]: Driver com.example.capture.dext has crashed 2 time(s)",
    "[ab.cd]: Driver com.example.capture.dext has crashed 2 time(s)",
    "[  389.798271]: sysextd: uninstalling invalid extension com.example.capture.dext",
    "[",
    "[ 1.2]: ",
    "kernel:",
    "kernel: (",
    "kernel: [x",
    "kernel: DK: ",
};

static void
every_known_line_is_read(void **state)
{
	struct dext_log_event event;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (!dext_log_read_line(
			arena, piece_make(known[i].line, strlen(known[i].line)), &event))
			fail_msg("not known: %s", known[i].line);
		assert_string_equal(event.row->name, known[i].name);
		if ((event.bundle_id == NULL) != (known[i].id == NULL))
			fail_msg(
			    "id %s of: %s", event.bundle_id ? event.bundle_id : "-", known[i].line);
		if (event.bundle_id != NULL)
			assert_string_equal(event.bundle_id, known[i].id);
		assert_int_equal(event.service == NULL, known[i].service == NULL);
		if (event.service != NULL)
			assert_string_equal(event.service, known[i].service);
		if ((event.reason == NULL) != (known[i].reason == NULL))
			fail_msg(
			    "reason %s of: %s", event.reason ? event.reason : "-", known[i].line);
		if (event.reason != NULL)
			assert_string_equal(event.reason, known[i].reason);
		assert_int_equal(event.crashes, known[i].crashes);
		assert_true(strlen(event.row->means) > 0 && strlen(event.row->todo) > 0);
	}
	print_message("# %zu known lines\n", i);
}

static void
other_lines_are_passed_over(void **state)
{
	struct dext_log_event event;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		if (dext_log_read_line(arena, piece_make(foreign[i], strlen(foreign[i])), &event))
			fail_msg("taken as %s: %s", event.row->name, foreign[i]);
	print_message("# %zu foreign lines\n", i);
}

/* A known line that is cut anywhere is either not known or the same thing. */
static void
a_cut_line_is_never_another(void **state)
{
	struct dext_log_event event;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		for (len = 0; len < strlen(known[i].line); len++) {
			char *copy = malloc(len + 1);

			memcpy(copy, known[i].line, len);
			if (dext_log_read_line(arena, piece_make(copy, len), &event) &&
			    strcmp(event.row->name, known[i].name) != 0)
				fail_msg(
				    "%s became %s at %zu", known[i].name, event.row->name, len);
			free(copy);
		}
}

static void
times_are_kept(void **state)
{
	struct dext_log_event event;
	const char *line = known[0].line;

	(void)state;
	assert_true(dext_log_read_line(arena, piece_make(line, strlen(line)), &event));
	assert_string_equal(event.at, "2025-01-26 12:05:56");
	line = known[sizeof(known) / sizeof(*known) - 1].line;
	assert_true(dext_log_read_line(arena, piece_make(line, strlen(line)), &event));
	assert_string_equal(event.at, "13:47:04");
}

static void
the_same_is_counted(void **state)
{
	static const char *const crash[] = {
	    "2025-01-26 12:00:00.0-0600 0x1 Default 0x0 0 0 kernel: Driver com.a.b has crashed 2 "
	    "time(s)\n",
	    "2025-01-26 12:00:09.0-0600 0x1 Default 0x0 0 0 kernel: Driver com.a.b has crashed 1 "
	    "time(s)"};
	struct dext_log log;
	size_t i, j;

	(void)state;
	dext_log_init(arena, &log);
	for (i = 0; i < 2; i++)
		for (j = 0; j < strlen(crash[i]); j++)
			dext_log_feed(&log, &crash[i][j], 1);
	dext_log_finish(&log);
	assert_int_equal(log.lines, 2);
	assert_int_equal(log.count, 1);
	assert_int_equal(log.findings[0].count, 2);
	assert_int_equal(log.findings[0].last.crashes, 2);
	assert_string_equal(log.findings[0].last.at, "2025-01-26 12:00:09");
}

static void
limits_hold(void **state)
{
	struct dext_log log;
	char line[128], *big = malloc(3 * DEXT_LOG_MAX_LINE_BYTES);
	size_t i;
	int len;

	(void)state;
	dext_log_init(arena, &log);
	for (i = 0; i < DEXT_LOG_MAX_FINDINGS + 1; i++) {
		len = snprintf(
		    line, sizeof(line), "kernel: Driver com.a.b%zu has crashed 1 time(s)\n", i);
		dext_log_feed(&log, line, (size_t)len);
		assert_int_equal(log.cut, i == DEXT_LOG_MAX_FINDINGS);
	}
	assert_int_equal(log.count, DEXT_LOG_MAX_FINDINGS);
	memset(big, 'a', 3 * DEXT_LOG_MAX_LINE_BYTES);
	memcpy(big, "kernel: ", 8);
	dext_log_feed(&log, big, 3 * DEXT_LOG_MAX_LINE_BYTES);
	dext_log_finish(&log);
	assert_int_equal(log.lines, DEXT_LOG_MAX_FINDINGS + 2);
	free(big);
}

/* A large log in which nothing is said of a dext. */
static void
a_large_log_holds_nothing(void **state)
{
	static const char *const lines[] = {
	    COLUMNS "0      0    kernel: (AppleAVE2) AVE INFO: frame %zu\n",
	    COLUMNS "108    0    kernelmanagerd: allowing unmount/eject: /dev/disk%zus4\n",
	    COLUMNS "328    0    sysextd: (Security) [com.apple.securityd:csresource] 0x%zx rule\n",
	    COLUMNS "612    0    Safari: (WebKit) DK: view-0x%zx: provider entitlements check ok\n",
	    COLUMNS
	    "0      0    kernel: IOUSBHostFamily %zu: device enumerated (crashed 0 times)\n",
	    "a line that goes on, number %zu: Driver has crashed\n",
	};
	struct dext_log log;
	char line[256];
	size_t i;
	int len;

	(void)state;
	dext_log_init(arena, &log);
	for (i = 0; i < 60000; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		len = snprintf(line, sizeof(line), lines[i % (sizeof(lines) / sizeof(*lines))], i);
#pragma GCC diagnostic pop
		dext_log_feed(&log, line, (size_t)len);
	}
	dext_log_finish(&log);
	assert_int_equal(log.lines, 60000);
	assert_int_equal(log.count, 0);
}

static int
begin(void **state)
{
	(void)state;
	arena = arena_new(0);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_known_line_is_read),
	    cmocka_unit_test(other_lines_are_passed_over),
	    cmocka_unit_test(a_cut_line_is_never_another),
	    cmocka_unit_test(times_are_kept),
	    cmocka_unit_test(the_same_is_counted),
	    cmocka_unit_test(limits_hold),
	    cmocka_unit_test(a_large_log_holds_nothing),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
