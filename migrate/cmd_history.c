/* SPDX-License-Identifier: BSD-2-Clause */
/* history: runs and standings over time. Writes nothing. */
#include <string.h>

#include "kmutil-helpers/die.h"
#include "migrate/command.h"
#include "migrate/report.h"
#include "kmutil-helpers/banned.h"

struct history {
	struct ledger_run *runs;
	struct ledger_standing *standings;
	size_t run_count, standing_count;
};

/* The builds in the order in which they were first seen. */
static const char **
list_builds(struct arena *arena, const struct history *history, size_t *count)
{
	const char **builds = arena_array(arena, history->standing_count + history->run_count + 1,
	    sizeof(*builds));
	const char *build;
	size_t i, j;

	*count = 0;
	for (i = 0; i < history->run_count + history->standing_count; i++) {
		build = i < history->run_count ? history->runs[i].build
					       : history->standings[i - history->run_count].build;
		for (j = 0; build != NULL && j < *count; j++)
			if (strcmp(builds[j], build) == 0)
				break;
		if (build != NULL && j == *count)
			builds[(*count)++] = build;
	}
	return builds;
}

static void
json_history(struct report *report, const struct history *history)
{
	struct json *json = &report->json;
	size_t count, i;
	const char **builds = list_builds(report->session->arena, history, &count);

	json_array_begin(json, "builds");
	for (i = 0; i < count; i++)
		json_text(json, NULL, builds[i]);
	json_end(json);
	json_array_begin(json, "runs");
	for (i = 0; i < history->run_count; i++) {
		json_object_begin(json, NULL);
		json_integer(json, "run", history->runs[i].id);
		json_text(json, "command", history->runs[i].command);
		json_text(json, "targets", history->runs[i].targets);
		json_text(json, "began_at", history->runs[i].began_at);
		json_text(json, "ended_at", history->runs[i].ended_at);
		json_text(json, "build", history->runs[i].build);
		json_text(json, "state", history->runs[i].state);
		json_end(json);
	}
	json_end(json);
	json_array_begin(json, "standings");
	for (i = 0; i < history->standing_count; i++) {
		json_object_begin(json, NULL);
		json_text(json, "kext", history->standings[i].key);
		json_text(json, "at", history->standings[i].at);
		json_text(json, "build", history->standings[i].build);
		json_text(json, "standing", history->standings[i].standing);
		json_text(json, "return_cause", history->standings[i].cause);
		json_end(json);
	}
	json_end(json);
}

static void
text_history(struct report *report, const struct history *history)
{
	struct buf *out = &report->out;
	const struct ledger_standing *standing;
	const struct ledger_run *run;
	size_t i;

	for (i = 0; i < history->run_count; i++) {
		run = &history->runs[i];
		buf_printf(out, "run %lld  %s  %-8s %-9s ", (long long)run->id, run->began_at,
		    run->build != NULL ? run->build : "-", run->command);
		buf_name(out, run->targets);
		buf_printf(out, "  %s\n", run->state);
	}
	for (i = 0; i < history->standing_count; i++) {
		standing = &history->standings[i];
		buf_printf(out, "%s  %-8s ", standing->at,
		    standing->build != NULL ? standing->build : "-");
		buf_name(out, standing->key);
		buf_printf(out, "  %s%s%s\n",
		    standing->standing != NULL ? standing->standing : "only remembered",
		    standing->cause != NULL ? ": " : "",
		    standing->cause != NULL ? standing->cause : "");
	}
	if (history->run_count == 0)
		buf_text(out, "nothing was done on this Mac so far\n");
}

static int
history_command(const struct options *options)
{
	struct session session;
	struct history history = {0};
	struct report report;
	int exit, error = 0;

	session_begin(&session, options, 0);
	if (session.has_ledger) {
		error = ledger_run_list(&session.ledger, session.arena, &history.runs,
		    &history.run_count);
		if (error == 0)
			error = ledger_standing_list(&session.ledger, session.arena,
			    &history.standings, &history.standing_count);
	}
	if (error != 0)
		die(EXIT_IO, "%s/ledger.db: %s", session.ledger.folder, fault_sentence(error));
	report_begin(&report, &session, "history");
	if (report.is_json)
		json_history(&report, &history);
	else
		text_history(&report, &history);
	exit = report_end(&report, session.has_ledger ? 0 : 7);
	session_end(&session);
	return exit;
}

const struct command cmd_history = {
    .name = "history",
    .synopsis = "history [OPTIONS]",
    .summary = "list what was done, and what was true, over time",
    .groups = 0,
    .max_targets = 0,
    .run = history_command,
};
