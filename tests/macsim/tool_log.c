/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log show: noise, and of the dext what "dext.log" says, in the words of public reports
 * and of XNU (docs/facts.md#dext-log). From 27 on driverkitd speaks where kernelmanagerd did.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/tool.h"

#define LOG_HEADER                                                                                 \
	"Timestamp                       Thread     Type        Activity             PID    TTL  "

/* %ID stands for the dext's bundle id; KERNEL, MANAGER, SYSEXTD for who speaks. */
static const struct {
	const char *kind, *speaker, *text;
} lines[] = {
    {"crash", "KERNEL", "Driver %ID has crashed 1 time(s)"},
    {"crash", "KERNEL", "Driver %ID has crashed 2 time(s)"},
    {"crash", "KERNEL", "Driver %ID has crashed 3 time(s)"},
    {"provider", "KERNEL", "Driver %ID has crashed 0 time(s)"},
    {"provider", "KERNEL", "DK: ExampleCapture-0x100000d60 waiting for server %ID-100000d60"},
    {"provider", "KERNEL", "DK: ExampleCapture-0x100000d60: provider entitlements check failed"},
    {"provider", "KERNEL",
	"DK: IOUserServer(%ID-0x100000d60)-0x100000d61::exit(Entitlements check failed)"},
    {"family", "KERNEL", "DK: ExampleCapture-0x100000d60: family entitlements check failed"},
    {"family", "KERNEL",
	"DK: IOUserServer(%ID-0x100000d60)-0x100000d61::exit(Entitlements check failed)"},
    {"userclient", "KERNEL",
	"DK: ExampleClient-0x100001127:UC failed userclient-access check, needed bundle ID %ID"},
    {"userclient", "KERNEL", "DK: ExampleClient-0x100001127:UC entitlements check failed"},
    {"format", "MANAGER", "\"DextLaunch(%ID)\": NSPOSIXErrorDomain Code=8 \"Exec format error\""},
    {"format", "KERNEL",
	"DK: ExampleCapture-0x100000d60 failed to find server %ID-100000d60, remaining 0ms, "
	"retries 2"},
    {"invalid", "MANAGER",
	"[com.apple.kernelmanagerd.logging:DextValidation] Extension %ID is not valid, error:"},
    {"invalid", "MANAGER",
	"[com.apple.kernelmanagerd.logging:DextValidation] Validation of %ID error: "
	".invalidProperties"},
    {"invalid", "SYSEXTD", "extension %ID failed to validate! uninstalling..."},
    {"state", "SYSEXTD",
	"%ID:terminating_for_disable_but_still_running not in state to be enabled"},
    {"profile", "AMFID",
	"/Library/SystemExtensions/8A2F106E-0028-4EC4-8A2F-106E00284EC4/%ID.dext/Program not "
	"valid: Error Domain=AppleMobileFileIntegrityError Code=-413 \"No matching profile "
	"found\""},
    {"profile", "KERNEL",
	"mac_vnode_check_signature: /Library/SystemExtensions/8A2F106E-0028-4EC4-8A2F-106E00284EC4/"
	"%ID.dext/Program: code signature validation failed fatally: When validating:"},
    {"profile", "SYSEXTD",
	"Extension point com.apple.system_extension.driver_extension failed to start extension "
	"with identifier: %ID: Error Domain=kernelmanagerd.KMError Code=9 \"(null)\". Activating "
	"anyway."},
    {"runs", "KERNEL", "Driver %ID has crashed 0 time(s)"},
    {"runs", "KERNEL", "DK: ExampleCapture-0x100000d60 waiting for server %ID-100000d60"},
    {"runs", "KERNEL", "DK: ExampleCapture-0x100000d60::start(pci1cd7,1-0x100000d50) ok"},
    {"other", "KERNEL", "Driver com.other.dext has crashed 7 time(s)"},
};

static void
print_line(int second, const char *speaker, const char *text, const char *id)
{
	const char *at = strstr(text, "%ID");

	printf(
	    "2026-01-01 10:00:%02d.000000+0000 0x1a3      Default     0x0                  0      "
	    "0    %s: ",
	    second, speaker);
	if (at)
		printf("%.*s%s%s\n", (int)(at - text), text, id, at + 3);
	else
		puts(text);
}

static void
print_dext(const struct model *model)
{
	const char *kind = model_get(model, "dext.log", "none");
	const char *manager = version_compare(model_get(model, "macos", ""), "27.0") >= 0
				  ? "driverkitd"
				  : "kernelmanagerd";
	int second = 1;

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++, second++)
		if (!strcmp(lines[i].kind, kind))
			print_line(second,
			    !strcmp(lines[i].speaker, "KERNEL")    ? "kernel"
			    : !strcmp(lines[i].speaker, "SYSEXTD") ? "sysextd"
			    : !strcmp(lines[i].speaker, "AMFID")   ? "amfid"
								   : manager,
			    lines[i].text, model_get(model, "dext.id", ""));
}

int
tool_log(struct model *model, int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "show") != 0)
		return 64;
	puts(LOG_HEADER);
	print_line(0, "kernelmanagerd", "allowing unmount/eject: /dev/disk4s4", "");
	print_line(0, "kernel", "(AppleAVE2) AVE INFO: frame 12", "");
	print_dext(model);
	print_line(59, "watcherd", "Driver com.example.capture.dext has crashed 99 time(s)", "");
	return 0;
}
