/* SPDX-License-Identifier: BSD-2-Clause */
/* handoff: activates the replacement dext through its own app, and looks. */
#include "kmutil-helpers/die.h"
#include "migrate/activation.h"
#include "migrate/command.h"
#include "migrate/report.h"
#include "migrate/target.h"
#include "kmutil-helpers/banned.h"

static int
handoff_command(const struct options *options)
{
	struct session session;
	struct selection selection;
	struct activation activation;
	struct dexts dexts;
	struct report report;
	int exit;

	session_begin(&session, options, SESSION_CARRIERS | SESSION_TRUST);
	targets_select(&session, true, &selection);
	if (selection.rule_count != 1)
		die(EXIT_USAGE, "%s: handoff takes one product that a rule knows",
		    options->targets[0]);
	activation_request(&session, selection.rules[0], options->dry_run, &activation);
	dexts_read(&session, &dexts);
	report_begin(&report, &session, "handoff");
	if (report.is_json) {
		report_json_kexts(&report, selection.subjects, selection.count, &dexts);
		report_json_dexts(&report, &dexts);
		json_object_begin(&report.json, "next");
		json_text(&report.json, "text", activation.text);
		json_null(&report.json, "command");
		json_end(&report.json);
	} else {
		buf_name(&report.out, activation.text);
		buf_text(&report.out, "\n");
	}
	exit = report_end(&report, activation.exit);
	session_end(&session);
	return exit;
}

const struct command cmd_handoff = {
    .name = "handoff",
    .synopsis = "handoff [OPTIONS] TARGET",
    .summary = "activate the replacement through its own app",
    .groups = OPTIONS_CHANGE,
    .needs_root = true,
    .min_targets = 1,
    .max_targets = 1,
    .run = handoff_command,
};
