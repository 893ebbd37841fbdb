/* SPDX-License-Identifier: BSD-2-Clause */
/* bputil -d: the local policy, in the layout of kolide/launcher's test data. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/tool.h"

static void
print_warning(void)
{
	puts("\nThis utility is not meant for normal users or even sysadmins.\n"
	     "It provides unabstracted access to capabilities which are normally handled for "
	     "the user automatically when changing the security policy through GUIs such as "
	     "the Startup Security Utility in macOS Recovery (\"recoveryOS\").\n"
	     "It is possible to make your system security much weaker and therefore easier to "
	     "compromise using this tool.\n"
	     "This tool is not to be used in production environments.\n"
	     "It is possible to render your system unbootable with this tool.\n"
	     "It should only be used to understand how the security of Apple Silicon Macs "
	     "works.\nUse at your own risk!\n");
}

static void
print_identity(const struct model *model)
{
	const char *group = model_get(model, "volume-group", "");

	printf("Local policy for volume group %s:\nOS environment:\n"
	       "OS Type                                       : macOS\n"
	       "OS Pairing Status                             : Not Paired\n\n"
	       "Local policy:\n"
	       "Pairing Integrity                             : Valid\n"
	       "Signature Type                                : BAA\n"
	       "Production Status                       (CPRO): 1\n"
	       "Security Mode                           (CSEC): 1\n"
	       "Volume Group UUID                       (vuid): %s\n"
	       "Next Stage Image4 Hash                  (nsih): %s\n",
	    group, group, model_get(model, "nsih", ""));
}

int
tool_bputil(struct model *model, int argc, char **argv)
{
	/* Whether an empty collection leaves nothing sealed: a guess that hurts as "no". */
	bool sealed = keep_collection_present("", model) ||
		      !model_assumes(model, "sealed-collection-shows-in-policy");
	bool mdm = model_is(model, "mdm", "allowed");
	const char *hash = sealed ? "0F1E2D3C4B5A69788796A5B4C3D2E1F0" : "absent";

	if (model_is(model, "chip", "intel")) {
		fputs("bputil: this utility is only supported on Apple silicon\n", stderr);
		return 1;
	}
	if (argc < 2 || strcmp(argv[1], "-d") != 0)
		return 64;
	if (geteuid() != 0) {
		fputs("bputil: must be run as root\n", stderr);
		return 1;
	}
	print_warning();
	print_identity(model);
	printf("User Authorized Kext List Hash          (auxp): %s\n"
	       "Auxiliary Kernel Cache Image4 Hash      (auxi): %s\n"
	       "Kext Receipt Hash                       (auxr): %s\n"
	       "CustomKC or fuOS Image4 Hash            (coih): absent\n"
	       "Security Mode:               Reduced    (smb0): 1\n"
	       "3rd Party Kexts Status:      Enabled    (smb2): 1\n",
	    hash, hash, hash);
	printf("User-allowed MDM Control:    %s (smb3): %s\n", mdm ? "Enabled  " : "Disabled ",
	    mdm ? "1" : "absent");
	printf("DEP-allowed MDM Control:     Disabled   (smb4): absent\n"
	       "SIP Status:                  %s   (sip0): absent\n"
	       "Signed System Volume Status: Enabled    (sip1): absent\n"
	       "Kernel CTRR Status:          Enabled    (sip2): absent\n"
	       "Boot Args Filtering Status:  Enabled    (sip3): absent\n",
	    model_is(model, "sip", "off") ? "Disabled" : "Enabled ");
	return 0;
}
