/* SPDX-License-Identifier: BSD-2-Clause */
/* scutil: on stdin `show` of the console user and of the default routes, `quit`; and
 * --get of the names. */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/tool.h"

static void
show_session(int number, const char *name, bool on_console)
{
	unsigned int uid = 0, gid = 0;

	(void)keep_user_find("", name, &uid, &gid);
	printf("    %d : <dictionary> {\n      kCGSSessionGroupIDKey : %u\n"
	       "      kCGSSessionOnConsoleKey : %s\n      kCGSSessionUserIDKey : %u\n"
	       "      kCGSSessionUserNameKey : %s\n      kCGSessionLoginDoneKey : TRUE\n    }\n",
	    number, gid, on_console ? "TRUE" : "FALSE", uid, name);
}

/* Who is at the screen, and each session; "behind" has one that is not at the screen. */
static void
show_console(struct model *model)
{
	const char *name = model_get(model, "console", "user"),
		   *behind = model_get(model, "behind", "none");
	bool is_window = !strcmp(name, "none"), has_other = strcmp(behind, "none") != 0;
	unsigned int uid = 0, gid = 0;

	if (is_window && !has_other && model_assumes(model, "no-console-user-is-no-key")) {
		puts("  No such key");
		return;
	}
	(void)keep_user_find("", name, &uid, &gid);
	printf("<dictionary> {\n  GID : %u\n  Name : %s\n", gid, is_window ? "loginwindow" : name);
	if (!is_window || (has_other && model_assumes(model, "scutil-lists-sessions"))) {
		puts("  SessionInfo : <array> {");
		if (!is_window)
			show_session(0, name, true);
		if (has_other && model_assumes(model, "scutil-lists-sessions"))
			show_session(!is_window, behind, false);
		puts("  }");
	}
	printf("  UID : %u\n}\n", uid);
}

/* The default route: IPv4 alone. */
static void
show_route(struct model *model, bool ipv4)
{
	const char *interface = model_get(model, "route", "en0");

	if (!ipv4 || !strcmp(interface, "none") ||
	    !model_assumes(model, "scutil-tells-default-route"))
		puts("  No such key");
	else
		printf("<dictionary> {\n  PrimaryInterface : %s\n  PrimaryService : "
		       "5D2F2C4E-0A1B-4C3D-8E9F-001122334455\n  Router : 192.168.1.1\n}\n",
		    interface);
}

int
tool_scutil(struct model *model, int argc, char **argv)
{
	char line[256];

	if (argc == 3 && !strcmp(argv[1], "--get")) {
		puts("Simulated-Mac");
		return 0;
	}
	if (argc != 1)
		return 64;
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		if (!strcmp(line, "show State:/Users/ConsoleUser"))
			show_console(model);
		else if (!strcmp(line, "show State:/Network/Global/IPv4") ||
			 !strcmp(line, "show State:/Network/Global/IPv6"))
			show_route(model, line[strlen(line) - 1] == '4');
		else if (!strcmp(line, "quit"))
			return 0;
		else if (!strncmp(line, "show ", 5))
			puts("  No such key");
	}
	return 0;
}
