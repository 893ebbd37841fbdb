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
	bool enabled = !strcmp(state, "activated_enabled"),
	     old = model_is(model, "dext.old", "yes");
	int parts[3];

	if (argc < 2 || strcmp(argv[1], "list") != 0)
		return 64;
	if (!*id || (!*state && !old)) {
		puts("0 extension(s)");
		return 0;
	}
	printf("%d extension(s)\n--- com.apple.system_extension.driver_extension%s\n",
	    old + (*state != 0),
	    version_parse(model_get(model, "macos", ""), parts) && parts[0] >= 15 ? HINT : "");
	puts("enabled\tactive\tteamID\tbundleID (version)\tname\t[state]");
	if (old)
		printf("\t\t%s\t%s (1.0/100)\t%s\t[terminated waiting to uninstall on reboot]\n",
		    model_get(model, "dext.team", ""), id, id);
	if (!*state)
		return 0;
	printf("%s\t%s\t%s\t%s (%s/%s)\t%s\t[", enabled ? "*" : "",
	    strncmp(state, "activated", 9) == 0 ? "*" : "", model_get(model, "dext.team", ""), id,
	    model_get(model, "dext.short", ""), model_get(model, "dext.version", ""), id);
	for (; *state; state++)
		putchar(*state == '_' ? ' ' : *state);
	puts("]");
	return 0;
}
