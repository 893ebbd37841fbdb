/* SPDX-License-Identifier: BSD-2-Clause */
/* shutdown: words without deeds; `macsim restart` is what restarts. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/macsim/tool.h"

int
tool_shutdown(struct model *model, int argc, char **argv)
{
	(void)model;
	if (geteuid() != 0) {
		fputs("shutdown: NOT super-user\n", stderr);
		return 1;
	}
	if (argc < 3 || (strcmp(argv[1], "-r") != 0 && strcmp(argv[1], "-h") != 0)) {
		fputs("usage: shutdown [-h | -r] time\n", stderr);
		return 1;
	}
	printf("Shutdown NOW!\nshutdown: [pid %d]\n", (int)getpid());
	return 0;
}
