/* SPDX-License-Identifier: BSD-2-Clause */
/* profiles status and fdesetup status; lines from public reports (docs/facts.md#mdm,
 * #filevault). */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/macsim/tool.h"

static int
show_enrollment(bool enrolled)
{
	printf("Enrolled via DEP: %s\nMDM enrollment: %s\n", enrolled ? "Yes" : "No",
	    enrolled ? "Yes (User Approved)" : "No");
	return 0;
}

/* A server that may have macOS rebuild has the token; a merely enrolled Mac has not
 * handed it over. */
static int
show_token(bool enrolled, bool escrowed)
{
	if (geteuid() != 0) {
		fputs("profiles: this command requires root privileges\n", stderr);
		return 1;
	}
	printf("profiles: Bootstrap Token supported on server: %s\n"
	       "profiles: Bootstrap Token escrowed to server: %s\n",
	    enrolled ? "YES" : "NO", escrowed ? "YES" : "NO");
	return 0;
}

int
tool_profiles(struct model *model, int argc, char **argv)
{
	bool enrolled = !model_is(model, "mdm", "none") && *model_get(model, "mdm", "");

	if (argc > 3 && !strcmp(argv[1], "status") && !strcmp(argv[2], "-type")) {
		if (!strcmp(argv[3], "enrollment"))
			return show_enrollment(enrolled);
		if (!strcmp(argv[3], "bootstraptoken"))
			return show_token(enrolled, model_is(model, "mdm", "allowed"));
	}
	fputs("profiles: usage: profiles status -type enrollment|bootstraptoken\n", stderr);
	return 64;
}

int
tool_fdesetup(struct model *model, int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "status") != 0)
		return 64;
	printf("FileVault is %s.\n", model_is(model, "filevault", "on") ? "On" : "Off");
	return 0;
}
