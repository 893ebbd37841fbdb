/* SPDX-License-Identifier: BSD-2-Clause */
/* systemextensionsctl list; header and rows as in real outputs, a hint from 15 on. */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/tool.h"

#define HINT                                                                                       \
	" (Go to 'System Settings > General > Login Items & Extensions > Driver Extensions'"       \
	" to modify these system extension(s))"

int
tool_systemextensionsctl(struct model *model, int argc, char **argv)
{
	const char *id = model_get(model, "dext.id", ""),
		   *state = model_get(model, "dext.state", "");
	bool enabled = !strcmp(state, "activated_enabled");
	int parts[3];

	if (argc < 2 || strcmp(argv[1], "list") != 0)
		return 64;
	if (!*id || !*state) {
		puts("0 extension(s)");
		return 0;
	}
	printf("1 extension(s)\n--- com.apple.system_extension.driver_extension%s\n",
	    version_parse(model_get(model, "macos", ""), parts) && parts[0] >= 15 ? HINT : "");
	puts("enabled\tactive\tteamID\tbundleID (version)\tname\t[state]");
	printf("%s\t%s\t%s\t%s (%s/%s)\t%s\t[", enabled ? "*" : "",
	    strncmp(state, "activated", 9) == 0 ? "*" : "", model_get(model, "dext.team", ""), id,
	    model_get(model, "dext.short", ""), model_get(model, "dext.version", ""), id);
	for (; *state; state++)
		putchar(*state == '_' ? ' ' : *state);
	puts("]");
	return 0;
}
