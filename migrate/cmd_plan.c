/* SPDX-License-Identifier: BSD-2-Clause */
/* plan: what uninstall would do here and now. Writes nothing. */
#include "migrate/command.h"
#include "migrate/migration.h"
#include "kmutil-helpers/banned.h"

static int
plan_command(const struct options *options)
{
	struct session session;
	struct removal removal = {.session = &session, .command = "plan"};
	int exit;

	session_begin(&session, options, SESSION_CARRIERS);
	targets_select(&session, true, &removal.selection);
	removal.ask_approval = removal_may_ask(options);
	removal_plan(&removal);
	removal.exit = removal_expected_exit(&removal);
	migration_tell_order(&removal);
	exit = removal_report(&removal, "plan");
	session_end(&session);
	return exit;
}

const struct command cmd_plan = {
    .name = "plan",
    .synopsis = "plan [OPTIONS] TARGET...",
    .summary = "say what uninstall would do, and why",
    .groups = OPTIONS_READ | OPTIONS_REMOVE,
    .min_targets = 1,
    .max_targets = -1,
    .run = plan_command,
};
