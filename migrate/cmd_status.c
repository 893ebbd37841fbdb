/* SPDX-License-Identifier: BSD-2-Clause */
/* status: each case's standing now. Looks, and does not record. */
#include "kmutil-helpers/die.h"
#include "migrate/command.h"
#include "migrate/removal.h"
#include "migrate/report.h"
#include "migrate/standings.h"
#include "migrate/update_ready.h"
#include "uninstall/settle.h"
#include "kmutil-helpers/banned.h"

#define WAIT_PAUSE_MS 2000

/* munki's question: 0 when running uninstall again would change something; what waits
 * for a person, a restart or the dext does not, nor does what would be refused. */
static int
answer_installcheck(struct session *session, const struct selection *selection)
{
	struct removal removal = {.session = session, .command = "status", .selection = *selection};
	bool due = false;
	enum standing standing;
	size_t i;

	for (i = 0; i < selection->count; i++) {
		standing = selection->subjects[i]->now.standing;
		if (standing == STANDING_REMOVING)
			return 0;
		due |= standing == STANDING_INSTALLED || standing == STANDING_RETURNED;
	}
	if (!due)
		return 1;
	removal.ask_approval = removal_may_ask(session->options);
	removal_plan(&removal);
	for (i = 0; i < removal.plan.refusal_count; i++)
		problem_add_text(&session->scan.problems, NULL, "uninstall",
		    arena_printf(session->arena, "would be refused: %s", removal.plan.refusals[i]),
		    false);
	return removal.plan.refusal_count == 0 && removal_has_work(&removal.plan) ? 0 : 1;
}

/* One look: what it found, and the exit status that belongs to it. */
struct status {
	struct session session;
	struct selection selection;
	struct dexts dexts;
	int exit;
};

static void
look(const struct options *options, struct status *status)
{
	session_begin(&status->session, options, SESSION_CARRIERS);
	if (options->update_ready)
		targets_select(&status->session, false, &status->selection);
	else
		standings_select(&status->session, &status->selection);
	dexts_read(&status->session, &status->dexts);
	status->exit = options->installcheck
			   ? answer_installcheck(&status->session, &status->selection)
		       : options->update_ready
			   ? update_ready_judge(&status->session, &status->selection)
			   : standings_exit(&status->session, &status->selection, &status->dexts);
}

/* Whether time, a person or another run may still change the answer in this boot. */
static bool
is_pending(const struct status *status)
{
	enum standing standing;
	size_t i;

	for (i = 0; i < status->selection.count; i++) {
		standing = status->selection.subjects[i]->now.standing;
		if (standing == STANDING_VERIFYING || standing == STANDING_REMOVING ||
		    standing == STANDING_APPROVAL_PENDING)
			return true;
	}
	return status->exit == 3 || status->exit == 4;
}

/* Looks until nothing is pending, at the longest as long as --wait says. */
static void
look_and_wait(const struct options *options, struct status *status)
{
	long end_ms = settle_clock_ms() + options->wait_seconds * 1000L, left_ms;

	look(options, status);
	while (is_pending(status) && (left_ms = end_ms - settle_clock_ms()) > 0) {
		session_end(&status->session);
		settle_pause(left_ms < WAIT_PAUSE_MS ? left_ms : WAIT_PAUSE_MS);
		look(options, status);
	}
}

static void
text_next(struct report *report, const struct selection *selection, int exit)
{
	const struct subject *worst = report_worst(selection->subjects, selection->count);

	report_text_next(report, worst, worst != NULL ? worst->now.standing : STANDING_NONE, exit);
}

static int
status_command(const struct options *options)
{
	struct status status;
	struct selection *selection = &status.selection;
	struct report report;
	int exit;

	if (options->installcheck)
		die_always_with(1);
	if (options->installcheck && (options->update_ready || options->target_count == 0))
		die(EXIT_USAGE, "--installcheck: takes a TARGET, and no --update-ready");
	look_and_wait(options, &status);
	report_begin(&report, &status.session, "status");
	if (report.is_json) {
		report_json_kexts(&report, selection->subjects, selection->count, &status.dexts);
		report_json_dexts(&report, &status.dexts);
	} else if (options->update_ready) {
		update_ready_text(&report, selection, status.exit);
	} else {
		report_text_kexts(&report, selection->subjects, selection->count);
		if (!options->installcheck)
			text_next(&report, selection, status.exit);
	}
	exit = report_end(&report, status.exit);
	session_end(&status.session);
	return exit;
}

const struct command cmd_status = {
    .name = "status",
    .synopsis = "status [OPTIONS] [TARGET...]",
    .summary = "tell each kext's standing now",
    .groups = OPTIONS_READ | OPTIONS_STATUS | OPTIONS_WAIT,
    .max_targets = -1,
    .run = status_command,
};
