/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handoff: activates the replacement dext through its own app, and looks. With --pending it
 * is what the agent runs in a person's session, without root's rights.
 */
#include <unistd.h>

#include "kmutil-helpers/die.h"
#include "migrate/activation.h"
#include "migrate/command.h"
#include "migrate/pending.h"
#include "migrate/report.h"
#include "migrate/standings.h"
#include "migrate/target.h"
#include "kmutil-helpers/banned.h"

static void
print(struct report *report, const struct selection *selection, const struct dexts *dexts,
    const struct activation *activation)
{
	if (!report->is_json) {
		buf_name(&report->out, activation->text);
		buf_text(&report->out, "\n");
		return;
	}
	report_json_kexts(report, selection->subjects, selection->count, dexts);
	report_json_dexts(report, dexts);
	json_object_begin(&report->json, "next");
	json_text(&report->json, "text", activation->text);
	json_null(&report->json, "command");
	json_end(&report->json);
}

static int
handoff_target(const struct options *options)
{
	struct session session;
	struct selection selection;
	struct activation activation;
	struct dexts dexts;
	const struct rule *rule;
	struct report report;
	int exit;

	if (options->target_count == 0)
		die_usage(cmd_handoff.synopsis, "handoff: a TARGET is needed, or --pending");
	session_begin(&session, options, SESSION_CARRIERS | SESSION_TRUST);
	targets_select(&session, true, &selection);
	if (selection.rule_count != 1)
		die(EXIT_USAGE,
		    "%s: handoff takes one product that a rule knows; kextirpate rules list has "
		    "them",
		    options->targets[0]);
	rule = selection.rules[0];
	if (options->deactivate)
		activation_withdraw(&session, rule, options->dry_run, &activation);
	else
		activation_request(&session, rule, options->dry_run, &activation);
	if (!options->dry_run)
		pending_note(&session, rule->id, !options->deactivate && activation.exit == 4);
	dexts_read(&session, &dexts);
	if (!options->dry_run)
		(void)standings_write(&session, &dexts);
	report_begin(&report, &session, "handoff");
	print(&report, &selection, &dexts, &activation);
	exit = report_end(&report, activation.exit);
	session_end(&session);
	return exit;
}

/* Nothing is looked at, and no rule is read, where nothing is pending. */
static int
handoff_pending(const struct options *options)
{
	struct arena *arena = arena_new(0);
	const char *const *ids;
	const struct rule *rule;
	struct selection none = {0};
	struct activation activation;
	struct dexts dexts;
	struct session session;
	struct report report;
	size_t count, i;
	int exit = 0;

	pending_read(arena, options->state != NULL ? options->state : STATE_FOLDER, &ids, &count);
	if (count == 0) {
		arena_free(arena);
		return 0;
	}
	session_begin(&session, options, SESSION_AWAY | SESSION_TRUST);
	if (host_read(session.arena, HOST_BASIC, &session.host) != 0)
		session.host.macos = 0;
	report_begin(&report, &session, "handoff");
	for (i = 0; i < count; i++) {
		rule = rules_find(&session.rules, ids[i]);
		if (rule == NULL)
			continue;
		activation_request(&session, rule, options->dry_run, &activation);
		exit = exit_worst(exit, activation.exit);
		if (report.is_json && i + 1 < count)
			continue;
		dexts_read(&session, &dexts);
		print(&report, &none, &dexts, &activation);
	}
	exit = report_end(&report, exit);
	session_end(&session);
	arena_free(arena);
	return exit;
}

static int
handoff_command(const struct options *options)
{
	if (options->pending && (options->target_count > 0 || options->deactivate))
		die_usage(cmd_handoff.synopsis,
		    "handoff: --pending takes no TARGET, and no --deactivate");
	return options->pending ? handoff_pending(options) : handoff_target(options);
}

const struct command cmd_handoff = {
    .name = "handoff",
    .synopsis = "handoff [OPTIONS] TARGET",
    .summary = "activate the replacement through its own app",
    .groups = OPTIONS_CHANGE | OPTIONS_WAIT | OPTIONS_HANDOFF,
    .needs_root = true,
    .max_targets = 1,
    .run = handoff_command,
};
