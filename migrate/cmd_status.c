/* SPDX-License-Identifier: BSD-2-Clause */
/* status: each case's standing now. Looks, and does not record. */
#include "kmutil-helpers/die.h"
#include "migrate/command.h"
#include "migrate/report.h"
#include "migrate/target.h"
#include "migrate/update_ready.h"
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

/* munki's question: 0 when running uninstall again would change something; what waits
 * for a person, a restart or the dext does not. */
static int
answer_installcheck(const struct selection *selection)
{
	enum standing standing;
	size_t i;

	for (i = 0; i < selection->count; i++) {
		standing = selection->subjects[i]->now.standing;
		if (standing == STANDING_INSTALLED || standing == STANDING_RETURNED ||
		    standing == STANDING_REMOVING)
			return 0;
	}
	return 1;
}

static int
answer_standing(
    const struct session *session, const struct selection *selection, const struct dexts *dexts)
{
	int exit = 0;
	size_t i;

	for (i = 0; i < selection->count; i++)
		exit = exit_worst(exit, replacement_exit(session, dexts, selection->subjects[i]));
	return selection->count == 0 && problem_any_matters(&session->scan.problems) ? 7 : exit;
}

static int
status_command(const struct options *options)
{
	struct session session;
	struct selection selection;
	struct dexts dexts;
	struct report report;
	int exit;

	if (options->installcheck)
		die_always_with(1);
	if (options->installcheck && (options->update_ready || options->target_count == 0))
		die(EXIT_USAGE, "--installcheck: takes a TARGET, and no --update-ready");
	session_begin(&session, options, SESSION_CARRIERS);
	targets_select(&session, false, &selection);
	if (!options->update_ready)
		drop_remembered(&session, &selection);
	dexts_read(&session, &dexts);
	exit = options->installcheck   ? answer_installcheck(&selection)
	       : options->update_ready ? update_ready_judge(&session, &selection)
				       : answer_standing(&session, &selection, &dexts);
	report_begin(&report, &session, "status");
	if (report.is_json) {
		report_json_kexts(&report, selection.subjects, selection.count, &dexts);
		report_json_dexts(&report, &dexts);
	} else if (options->update_ready) {
		update_ready_text(&report, &selection, exit);
	} else {
		report_text_kexts(&report, selection.subjects, selection.count);
		if (!options->installcheck)
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
