/* SPDX-License-Identifier: BSD-2-Clause */
/* status: each case's standing now. Looks, and does not record. */
#include "migrate/command.h"
#include "migrate/report.h"
#include "migrate/target.h"
#include "kmutil-helpers/banned.h"

/* Without a target: the cases of the ledger, or what is installed when there are
 * none. Kexts that are only remembered have no standing. */
static void
drop_remembered(const struct session *session, struct selection *selection)
{
	size_t i, kept = 0;

	for (i = 0; i < selection->count; i++)
		if (selection->subjects[i]->row != NULL ||
		    (selection->subjects[i]->now.standing != STANDING_NONE &&
			(session->options->target_count > 0 || session->row_count == 0)))
			selection->subjects[kept++] = selection->subjects[i];
	selection->count = kept;
}

static int
status_command(const struct options *options)
{
	struct session session;
	struct selection selection;
	struct dexts dexts;
	struct report report;
	size_t i;
	int exit = 0;

	session_begin(&session, options, SESSION_CARRIERS);
	targets_select(&session, false, &selection);
	drop_remembered(&session, &selection);
	dexts_read(&session, &dexts);
	for (i = 0; i < selection.count; i++)
		exit = exit_worst(exit,
		    replacement_exit(&session, &dexts, selection.subjects[i]));
	if (selection.count == 0 && problem_any_matters(&session.scan.problems))
		exit = 7;
	report_begin(&report, &session, "status");
	if (report.is_json) {
		report_json_kexts(&report, selection.subjects, selection.count, &dexts);
		report_json_dexts(&report, &dexts);
	} else {
		report_text_kexts(&report, selection.subjects, selection.count);
		report_text_next(&report,
		    report_worst_standing(selection.subjects, selection.count), exit);
	}
	exit = report_end(&report, exit);
	session_end(&session);
	return exit;
}

const struct command cmd_status = {
    .name = "status",
    .synopsis = "status [OPTIONS] [TARGET...]",
    .summary = "tell each kext's standing now",
    .groups = OPTIONS_READ | OPTIONS_STATUS,
    .max_targets = -1,
    .run = status_command,
};
