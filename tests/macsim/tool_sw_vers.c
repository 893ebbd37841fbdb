/* SPDX-License-Identifier: BSD-2-Clause */
/* sw_vers and csrutil status: what this Mac is. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tests/macsim/tool.h"

int
tool_sw_vers(struct model *model, int argc, char **argv)
{
	const char *version = model_get(model, "macos", ""), *build = model_get(model, "build", "");
	const char *what = argc > 1 ? argv[1] : "";

	while (*what == '-')
		what++;
	if (!strcasecmp(what, "productVersion"))
		puts(version);
	else if (!strcasecmp(what, "buildVersion"))
		puts(build);
	else if (!strcasecmp(what, "productName"))
		puts("macOS");
	else
		printf("ProductName:\t\tmacOS\nProductVersion:\t\t%s\nBuildVersion:\t\t%s\n",
		    version, build);
	return 0;
}

int
tool_csrutil(struct model *model, int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "status") != 0)
		return 64;
	printf("System Integrity Protection status: %s.\n",
	    model_is(model, "sip", "off") ? "disabled" : "enabled");
	return 0;
}
