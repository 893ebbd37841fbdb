/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * migrate: the replacement is activated while the kext still works, then the kext
 * is uninstalled; after the restart recheck, or migrate again, finishes the job.
 */
#include "kmutil-helpers/die.h"
#include "migrate/command.h"
#include "migrate/migration.h"
#include "migrate/restart.h"
#include "kmutil-helpers/banned.h"

static int
migrate_command(const struct options *options)
{
	struct session session;
	struct removal removal = {.session = &session, .command = "migrate"};
	struct migration migration = {.removal = &removal};
	bool may_restart;
	int exit;

	session_begin(&session, options, SESSION_CARRIERS | (options->dry_run ? 0 : SESSION_WRITE));
	targets_select(&session, true, &removal.selection);
	if (removal.selection.rule_count == 0)
		die(EXIT_USAGE,
		    "%s: migrate takes products that rules know (kextirpate rules list), and "
		    "uninstall takes others, too; nothing was changed",
		    options->targets[0]);
	/* In an installer only bundles go, and nobody is asked. */
	removal.migrates = session.context != CONTEXT_INSTALLER;
	removal.ask_approval = removal_may_ask(options);
	removal_plan(&removal);
	if (removal.migrates)
		migration_plan(&migration, &removal);
	if (options->dry_run) {
		removal.exit = migration_expected_exit(&migration);
	} else {
		removal_run(&removal);
		removal.exit = migration_exit(&migration);
	}
	may_restart = migration_may_restart(&migration);
	exit = removal_report(&removal, "migrate");
	session_end(&session);
	/* A dext that waits for a person waits for that first. */
	restart_if_told(options, may_restart ? removal.exit : 4);
	return exit;
}

const struct command cmd_migrate = {
    .name = "migrate",
    .synopsis = "migrate [OPTIONS] TARGET...",
    .summary = "activate the replacement, then take the kexts away",
    .groups = OPTIONS_CHANGE | OPTIONS_REMOVE,
    .needs_root = true,
    .min_targets = 1,
    .max_targets = -1,
    .run = migrate_command,
};
