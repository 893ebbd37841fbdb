/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands: one file cmd_NAME.c each, with its row; the table is in commands.c. */
#ifndef MIGRATE_COMMAND_H
#define MIGRATE_COMMAND_H

#include "migrate/options.h"

struct command {
	const char *name;
	const char *synopsis; /* behind "kextirpate " */
	const char *summary;  /* one line */
	int groups;           /* enum option_group: which options it takes */
	bool needs_root;      /* it changes something */
	int min_targets, max_targets; /* max -1: any number */
	int (*run)(const struct options *options); /* returns the exit status */
};

/* The table; ends with NULL. */
extern const struct command *const commands[];

const struct command *command_find(const char *name);

extern const struct command cmd_scan, cmd_explain, cmd_plan, cmd_uninstall, cmd_approve, cmd_undo,
    cmd_recheck, cmd_handoff, cmd_migrate, cmd_status, cmd_history, cmd_compare, cmd_doctor,
    cmd_rules, cmd_mdm, cmd_collect;

#endif
