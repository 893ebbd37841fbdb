/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of commands. */
#include <string.h>

#include "migrate/command.h"
#include "kmutil-helpers/banned.h"

const struct command *const commands[] = {
    &cmd_scan,
    &cmd_explain,
    &cmd_plan,
    &cmd_uninstall,
    &cmd_approve,
    &cmd_undo,
    &cmd_recheck,
    &cmd_handoff,
    &cmd_migrate,
    &cmd_status,
    &cmd_history,
    &cmd_compare,
    &cmd_doctor,
    &cmd_rules,
    &cmd_mdm,
    &cmd_collect,
    NULL,
};

const struct command *
command_find(const char *name)
{
	const struct command *const *command;

	for (command = commands; *command != NULL; command++)
		if (strcmp((*command)->name, name) == 0)
			return *command;
	return NULL;
}
