/* SPDX-License-Identifier: BSD-2-Clause */
/* bputil -d: the local policy, in the layout of kolide/launcher's test data. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/tool.h"

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
	printf("\nThis utility is not meant for normal users or even sysadmins.\n"
	       "It provides unabstracted access to capabilities which are normally handled for the "
	       "user\n"
	       "automatically when changing the security policy through GUIs such as the Startup "
	       "Security\n"
	       "Utility in macOS Recovery (recoveryOS).\nIt is possible to make your system "
	       "security much"
	       " weaker and therefore easier to compromise using this tool.\nThis tool is not to "
	       "be used "
	       "in production environments.\n\n");
	printf("Local policy for volume group %s:\nOS environment:\n",
	    model_get(model, "volume-group", ""));
	printf("OS Type                                       : macOS\n"
	       "User Authorized Kext List Hash          (auxp): %s\n"
	       "Auxiliary Kernel Cache Image4 Hash      (auxi): %s\n"
	       "Kext Receipt Hash                       (auxr): %s\n"
	       "CustomKC or fuOS Image4 Hash            (coih): absent\n"
	       "Security Mode:               Reduced    (smb0): 1\n"
	       "3rd Party Kexts Status:      Enabled    (smb2): 1\n",
	    hash, hash, hash);
	printf("User-allowed MDM Control:    %s (smb3): %s\n", mdm ? "Enabled " : "Disabled",
	    mdm ? "1" : "absent");
	printf("DEP-allowed MDM Control:     Disabled   (smb4): absent\n"
	       "SIP Status:                  %s    (sip0): absent\n"
	       "Signed System Volume Status: Enabled    (sip1): absent\n",
	    model_is(model, "sip", "off") ? "Disabled" : "Enabled");
	return 0;
}
