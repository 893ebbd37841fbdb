/* SPDX-License-Identifier: BSD-2-Clause */
/* Telling an installer from a terminal. Facts: docs/facts.md#installer. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/os.h"
#include "migrate/context.h"
#include "kmutil-helpers/banned.h"

#define ANCESTORS_MAX 16

static bool
is_set_by_packagekit(void)
{
	static const char *const names[] = {
	    "INSTALL_PKG_SESSION_ID", "INSTALLER_TEMP", "SHARED_INSTALLER_TEMP",
	    "COMMAND_LINE_INSTALL"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (getenv(names[i]) != NULL)
			return true;
	return false;
}

/* The kernel keeps 15 or 16 bytes of a name. */
static bool
is_installer(const char *process)
{
	static const char *const names[] = {
	    "package_script_", "installd", "system_installd", "installer", "Installer"};
	size_t i;

	if (strncmp(process, names[0], strlen(names[0])) == 0)
		return true;
	for (i = 1; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(process, names[i]) == 0)
			return true;
	return false;
}

static bool
is_below_installer(void)
{
	char name[OS_PROCESS_NAME_BYTES];
	pid_t pid = getppid();
	int i;

	for (i = 0; i < ANCESTORS_MAX && pid > 1; i++) {
		if (os_process(pid, &pid, name) != 0)
			return false;
		if (is_installer(name))
			return true;
	}
	return false;
}

enum context
context_find(const struct options *options)
{
	if ((options->groups & (OPTIONS_CHANGE | OPTIONS_REMOVE)) == 0)
		return CONTEXT_TERMINAL;
	if (options->context != CONTEXT_DEFAULT)
		return options->context;
	if (is_set_by_packagekit() || is_below_installer())
		return CONTEXT_INSTALLER;
	return isatty(STDIN_FILENO) == 1 ? CONTEXT_TERMINAL : CONTEXT_MDM;
}

const char *
context_name(enum context context)
{
	static const char *const names[] = {[CONTEXT_DEFAULT] = "terminal",
	    [CONTEXT_TERMINAL] = "terminal", [CONTEXT_MDM] = "mdm", [CONTEXT_LOGIN] = "login",
	    [CONTEXT_INSTALLER] = "installer"};

	return names[context];
}

int
context_exit(enum context context, const struct options *options, int exit)
{
	if (context != CONTEXT_INSTALLER || exit < 0 || exit > 7)
		return exit;
	return options->strict && (exit == 5 || exit == 6) ? exit : 0;
}
