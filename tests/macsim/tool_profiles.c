/* SPDX-License-Identifier: BSD-2-Clause */
/* profiles status -type enrollment; lines from public reports. */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/tool.h"

int
tool_profiles(struct model *model, int argc, char **argv)
{
	bool enrolled = !model_is(model, "mdm", "none") && *model_get(model, "mdm", "");

	if (argc < 4 || strcmp(argv[1], "status") != 0 || strcmp(argv[2], "-type") != 0 ||
	    strcmp(argv[3], "enrollment") != 0) {
		fputs("profiles: usage: profiles status -type enrollment\n", stderr);
		return 64;
	}
	printf("Enrolled via DEP: %s\nMDM enrollment: %s\n", enrolled ? "Yes" : "No",
	    enrolled ? "Yes (User Approved)" : "No");
	return 0;
}
