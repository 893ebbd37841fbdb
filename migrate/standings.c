/* SPDX-License-Identifier: BSD-2-Clause */
/* What status tells, on stdout and in a file. */
#include <unistd.h>

#include "kmutil-helpers/replace_file.h"
#include "migrate/report.h"
#include "migrate/standings.h"
#include "kmutil-helpers/banned.h"

#define STATUS_FILE "status.json"
#define STATUS_MODE 0644

void
standings_select(struct session *session, struct selection *selection)
{
	const struct subject *subject;
	size_t i, kept = 0;

	targets_select(session, false, selection);
	for (i = 0; i < selection->count; i++) {
		subject = selection->subjects[i];
		if (subject->row != NULL ||
		    (subject->now.standing != STANDING_NONE &&
			(session->options->target_count > 0 || session->row_count == 0)))
			selection->subjects[kept++] = selection->subjects[i];
	}
	selection->count = kept;
}

int
standings_exit(
    const struct session *session, const struct selection *selection, const struct dexts *dexts)
{
	int exit = 0;
	size_t i;

	for (i = 0; i < selection->count; i++)
		exit = exit_worst(exit, replacement_exit(session, dexts, selection->subjects[i]));
	return selection->count == 0 && problem_any_matters(&session->scan.problems) ? 7 : exit;
}

static int
write_file(struct session *session, const struct dexts *dexts)
{
	struct selection selection;
	struct report report;
	int error;

	standings_select(session, &selection);
	report_begin(&report, session, "status");
	report_json_kexts(&report, selection.subjects, selection.count, dexts);
	report_json_dexts(&report, dexts);
	report_close(&report, standings_exit(session, &selection, dexts));
	error = replace_file(&session->ledger.root,
	    arena_printf(session->arena, "%s/" STATUS_FILE, session->ledger.folder), &report.out,
	    STATUS_MODE);
	buf_done(&report.out);
	return error;
}

bool
standings_write(struct session *session, const struct dexts *dexts)
{
	const struct options *asked = session->options;
	struct options all = *asked;
	int lock = -1, error = 0;

	if (!session->has_ledger || session->ledger.db == NULL || session->ledger_unread)
		return false;
	if (session->ledger.lock_fd < 0 &&
	    ledger_lock(session->arena, session->ledger.folder, &lock) != 0)
		return false;
	all.json = true;
	all.target_count = 0;
	session->options = &all;
	error = write_file(session, dexts);
	session->options = asked;
	if (lock >= 0)
		(void)close(lock);
	if (error != 0)
		problem_add(&session->scan.problems,
		    arena_printf(session->arena, "%s/" STATUS_FILE, session->ledger.folder),
		    "status", error,
		    "what it says may be old; kextirpate status, as root, tells what is now",
		    false);
	return error == 0;
}
