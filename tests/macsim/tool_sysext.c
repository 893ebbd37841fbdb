/* SPDX-License-Identifier: BSD-2-Clause */
/* systemextensionsctl list; header and rows as in real outputs, a hint from 15 on. */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/tool.h"

#define HEADER "enabled\tactive\tteamID\tbundleID (version)\tname\t[state]"

static void
put_category(const struct model *model, const char *category, const char *title)
{
	int parts[3];

	printf("--- %s", category);
	if (version_parse(model_get(model, "macos", ""), parts) && parts[0] >= 15)
		printf(" (Go to 'System Settings > General > Login Items & Extensions > %s' to "
		       "modify these system extension(s))",
		    title);
	puts("\n" HEADER);
}

static void
put_row(const struct model *model, const char *id, const char *versions, const char *state)
{
	printf("%s\t%s\t%s\t%s (%s)\t%s\t[", !strcmp(state, "activated_enabled") ? "*" : "",
	    strncmp(state, "activated", 9) == 0 ? "*" : "", model_get(model, "dext.team", ""), id,
	    versions, id);
	for (; *state; state++)
		putchar(*state == '_' ? ' ' : *state);
	puts("]");
}

int
tool_systemextensionsctl(struct model *model, int argc, char **argv)
{
	const char *id = model_get(model, "dext.id", ""),
		   *state = *id ? model_get(model, "dext.state", "") : "",
		   *second = model_get(model, "sysext.state", "none");
	bool runs = model_is(model, "dext.old", "runs"),
	     old = *id && (runs || model_is(model, "dext.old", "yes"));
	struct files_path versions = files_format(
	    "%s/%s", model_get(model, "dext.short", ""), model_get(model, "dext.version", ""));

	if (argc < 2 || strcmp(argv[1], "list") != 0)
		return 64;
	printf("%d extension(s)\n", old + (*state != 0) + (strcmp(second, "none") != 0));
	if (old || *state)
		put_category(
		    model, "com.apple.system_extension.driver_extension", "Driver Extensions");
	if (old)
		put_row(model, id, "1.0/100",
		    runs ? "terminating_for_upgrade_via_delegate"
			 : "terminated_waiting_to_uninstall_on_reboot");
	if (*state)
		put_row(model, id, versions.text, state);
	if (strcmp(second, "none") != 0) {
		put_category(model, KEEP_SECOND_CATEGORY, "Endpoint Security Extensions");
		put_row(model, KEEP_SECOND, versions.text, second);
	}
	return 0;
}
