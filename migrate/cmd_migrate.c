/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * migrate: the replacement is activated while the kext still works, then the kext
 * is uninstalled; after the restart recheck, or migrate again, finishes the job.
 */
#include "kmutil-helpers/die.h"
#include "migrate/activation.h"
#include "migrate/command.h"
#include "migrate/removal.h"
#include "migrate/restart.h"
#include "kmutil-helpers/banned.h"

/* The kext stays as long as nothing could take over. */
static bool
prepare(struct removal *removal, const struct options *options)
{
	struct session *session = removal->session;
	struct activation activation;

	if (removal->selection.rule_count != 1)
		die(EXIT_USAGE,
		    "%s: migrate takes one product that a rule knows; nothing was changed",
		    options->targets[0]);
	activation_request(session, removal->selection.rules[0], options->dry_run, &activation);
	if (activation.exit != 0)
		problem_add_text(
		    &session->scan.problems, NULL, "activation", activation.text, false);
	removal->exit = activation.exit;
	return activation.exit == 0 ||
	       (activation.dext != NULL && activation.dext->stage == SYSEXT_WAITING);
}

static int
migrate_command(const struct options *options)
{
	struct session session;
	struct removal removal = {.session = &session, .command = "migrate", .migrates = true};
	int exit, prepared;

	session_begin(&session, options, SESSION_CARRIERS | (options->dry_run ? 0 : SESSION_WRITE));
	targets_select(&session, true, &removal.selection);
	removal.ask_approval = removal_may_ask(options);
	if (prepare(&removal, options)) {
		prepared = removal.exit;
		removal_plan(&removal);
		if (options->dry_run)
			removal.exit = removal_expected_exit(&removal);
		else
			removal_run(&removal);
		removal.exit = exit_worst(removal.exit, prepared);
	}
	exit = removal_report(&removal, "migrate");
	session_end(&session);
	restart_if_told(options, removal.exit);
	return exit;
}

const struct command cmd_migrate = {
    .name = "migrate",
    .synopsis = "migrate [OPTIONS] TARGET",
    .summary = "activate the replacement, then take the kexts away",
    .groups = OPTIONS_CHANGE | OPTIONS_REMOVE,
    .needs_root = true,
    .min_targets = 1,
    .max_targets = 1,
    .run = migrate_command,
};
