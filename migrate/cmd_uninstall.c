/* SPDX-License-Identifier: BSD-2-Clause */
/* uninstall: takes the kexts away, as far as this macOS lets go of them. */
#include "migrate/command.h"
#include "migrate/removal.h"
#include "migrate/restart.h"
#include "kmutil-helpers/banned.h"

static int
uninstall_command(const struct options *options)
{
	struct session session;
	struct removal removal = {.session = &session, .command = "uninstall"};
	int exit;

	session_begin(&session, options, SESSION_CARRIERS | (options->dry_run ? 0 : SESSION_WRITE));
	targets_select(&session, true, &removal.selection);
	removal.ask_approval = removal_may_ask(options);
	removal_plan(&removal);
	if (options->dry_run)
		removal.exit = removal_expected_exit(&removal);
	else
		removal_run(&removal);
	exit = removal_report(&removal, "uninstall");
	session_end(&session);
	restart_if_told(options, removal.exit);
	return exit;
}

const struct command cmd_uninstall = {
    .name = "uninstall",
    .synopsis = "uninstall [OPTIONS] TARGET...",
    .summary = "take the kexts away",
    .groups = OPTIONS_CHANGE | OPTIONS_REMOVE,
    .needs_root = true,
    .min_targets = 1,
    .max_targets = -1,
    .run = uninstall_command,
};
