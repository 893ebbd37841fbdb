/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The invented vendor's own program: asks macOS to activate or deactivate its dext,
 * as Karabiner's manager does. Only for a person who is logged in, never as root.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/macsim/model_boot.h"
#include "tests/macsim/tool.h"

int
tool_app(struct model *model, int argc, char **argv)
{
	const char *id = model_get(model, "dext.id", ""), *verb = argc > 1 ? argv[1] : "";
	bool activate = !strcmp(verb, "activate");

	if (!activate && strcmp(verb, "deactivate") != 0) {
		fputs("usage: Example Capture activate|deactivate\n", stderr);
		return 1;
	}
	if (geteuid() == 0 || model_is(model, "console", "none")) {
		fprintf(stderr, "Error: request of %s is failed with error: it must be run with the console user account\n",
		    id);
		return 1;
	}
	if (!activate) {
		model_put(model, "dext.state", "terminated_waiting_to_uninstall_on_reboot");
		printf("request of %s requires reboot\n", id);
	} else if (model_is(model, "dext.allowed", "yes")) {
		model_put(model, "dext.state", "activated_enabled");
		printf("request of %s is completed\n", id);
	} else {
		model_put(model, "dext.state", "activated_waiting_for_user");
		printf("request of %s requires user approval\n", id);
	}
	model_settle_dext(model);
	model_put(model, "dext.stale", "yes"); /* db.plist is root's to write */
	return 0;
}
