/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The invented vendor's own program: asks macOS to activate or deactivate its dext,
 * as Karabiner's manager does. Only for a person who is logged in, never as root.
 * The vendor's file is a copy without rights of its own: it hands its words to
 * "helper", one of the names of Apple's tools, as an app hands them to a daemon.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/model_boot.h"
#include "tests/macsim/tool.h"
#include "tests/macsim/write_bytes.h"
#include "tests/macsim/write_plist.h"

#define DAEMON "/usr/bin/systemextensionsctl"

int
tool_app_ask(char **argv)
{
	static char name[] = "helper";

	argv[0] = name;
	execv(DAEMON, argv);
	perror(DAEMON);
	return 127;
}

/* Who asks is the person at the console. */
static bool
is_persons(const struct model *model)
{
	const char *console = model_get(model, "console", "user"), *as = getenv("MACSIM_AS");
	unsigned int uid, gid;

	if (!strcmp(console, "none"))
		return false;
	if (as)
		return !strcmp(as, console);
	return geteuid() != 0 && keep_user_find("", console, &uid, &gid) && uid == geteuid();
}

/* Whether the dext in the app is for a later macOS. */
static bool
is_too_new(const struct model *model, const char *id)
{
	struct files_path path =
	    files_format("%s/Contents/Library/SystemExtensions/%s.dext/Info.plist",
		model_get(model, "dext.app", ""), id);
	struct bytes info = {0};
	char needs[16], darwin[16];
	bool named;

	if (!files_read("", path.text, &info))
		return false;
	bytes_zero(&info, 1);
	named = plist_find_text(
	    (const char *)info.data, "OSMinimumDriverKitVersion", needs, sizeof(needs));
	bytes_done(&info);
	version_darwin(model_get(model, "macos", ""), darwin);
	return named && version_compare(darwin, needs) < 0;
}

/* The app asks for its other extension, too, if it has one. */
static void
change_second(struct model *model, const char *state)
{
	if (*model_get(model, "sysext.state", ""))
		model_put(model, "sysext.state", state);
}

/* Asks macOS for the activation; its answers are the texts of Karabiner's manager, errors
 * those of OSSystemExtensionErrorDomain. */
static int
activate(struct model *model, const char *id)
{
	if (strncmp(model_get(model, "dext.app", ""), "/Applications/", 14) != 0) {
		fprintf(stderr,
		    "Error: request of %s is failed with error: OSSystemExtensionErrorDomain error "
		    "3\n",
		    id);
		return 1;
	}
	if (model_is(model, "profile", "forbid")) {
		fprintf(stderr,
		    "Error: request of %s is failed with error: OSSystemExtensionErrorDomain error "
		    "10\n",
		    id);
		return 1;
	}
	if (is_too_new(model, id) && model_assumes(model, "driverkit-is-darwin")) {
		fprintf(stderr,
		    "Error: request of %s is failed with error: OSSystemExtensionErrorDomain error "
		    "9\n",
		    id);
		return 1;
	}
	/* macOS takes no second request for one that it is just ending. */
	if (!strncmp(model_get(model, "dext.state", ""), "terminating", 11)) {
		fprintf(stderr, "Error: %s:%s not in state to be enabled\n", id,
		    model_get(model, "dext.state", ""));
		return 1;
	}
	if (model_is(model, "alone", "yes") && model_at(model, "loaded", 0)) {
		fprintf(stderr,
		    "Error: request of %s is failed with error: OSSystemExtensionErrorDomain error "
		    "1\n",
		    id);
		return 1;
	}
	if (model_is(model, "dext.allowed", "yes")) {
		model_put(model, "dext.state", "activated_enabled");
		change_second(model, "activated_enabled");
		printf("request of %s is completed\n", id);
	} else {
		change_second(model, "activated_waiting_for_user");
		model_put(model, "dext.state", "activated_waiting_for_user");
		printf("request of %s requires user approval\n", id);
	}
	return 0;
}

int
tool_app(struct model *model, int argc, char **argv)
{
	const char *id = model_get(model, "dext.id", ""), *verb = argc > 1 ? argv[1] : "";
	int status = 0;

	if (!strcmp(verb, "status")) {
		printf("%s: %s\n", id, model_get(model, "dext.state", ""));
		return 0;
	}
	if (argc > 1 && strcmp(verb, "activate") != 0 && strcmp(verb, "deactivate") != 0) {
		fputs("usage: Example Capture activate|deactivate|status\n", stderr);
		return 1;
	}
	if (!is_persons(model)) {
		fprintf(stderr,
		    "Error: request of %s is failed with error: it must be run with the console "
		    "user "
		    "account\n",
		    id);
		return 1;
	}
	if (!strcmp(verb, "deactivate")) {
		model_put(model, "dext.state", "terminated_waiting_to_uninstall_on_reboot");
		change_second(model, "terminated_waiting_to_uninstall_on_reboot");
		printf("request of %s requires reboot\n", id);
	} else if (argc > 1 || model_assumes(model, "app-opens-by-program")) {
		/* Without words it is the app itself that was opened. */
		status = activate(model, id);
	}
	model_settle_dext(model);
	model_put(model, "dext.stale", "yes"); /* db.plist is root's to write */
	return status;
}
