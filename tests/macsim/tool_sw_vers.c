/* SPDX-License-Identifier: BSD-2-Clause */
/* sw_vers, csrutil status and stat of the console: who and what this Mac is. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tests/macsim/keep.h"
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

/* Only of the console: `stat -f%Su /dev/console`, `stat -f '%Su %u' /dev/console`. */
int
tool_stat(struct model *model, int argc, char **argv)
{
	const char *console = model_get(model, "console", "user"), *at = NULL;
	bool nobody = !strcmp(console, "none");
	unsigned int uid = 0, gid;

	if (!nobody)
		(void)keep_user_find("", console, &uid, &gid);
	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], "-f", 2))
			at = argv[i][2] ? argv[i] + 2 : i + 1 < argc ? argv[++i] : NULL;
	for (; at && *at; at++) {
		if (!strncmp(at, "%Su", 3)) {
			fputs(nobody ? "root" : console, stdout);
			at += 2;
		} else if (!strncmp(at, "%u", 2)) {
			printf("%u", uid);
			at++;
		} else {
			putchar(*at);
		}
	}
	putchar('\n');
	return 0;
}
