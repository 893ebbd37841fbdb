/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the Mac is ready for an OS update. That one builds from instructions and
 * stash is inferred (assumption update-relinks-from-stash): any carrier counts.
 */
#include <string.h>

#include "migrate/report_columns.h"
#include "migrate/report_style.h"
#include "migrate/update_ready.h"
#include "rules/assumption.h"
#include "kmutil-helpers/banned.h"

#define COLUMNS 79
#define INDENT 2

static bool
comes_back(const struct subject *subject)
{
	return subject->evidence.facts.has_carrier && !subject->evidence.apple;
}

int
update_ready_judge(const struct session *session, const struct selection *selection)
{
	bool unknown = problem_any_matters(&session->scan.problems);
	size_t i;

	for (i = 0; i < selection->count; i++) {
		if (comes_back(selection->subjects[i]))
			return 1;
		unknown |= selection->subjects[i]->now.standing == STANDING_UNKNOWN ||
			   selection->subjects[i]->now.standing == STANDING_VERIFYING;
	}
	return unknown ? 7 : 0;
}

/* The carriers' sources, each once: "preboot, stashed, kcgen". */
static void
add_carriers(struct buf *out, const struct subject *subject)
{
	bool told[SOURCE_COUNT] = {false};
	const struct trace *trace;
	const char *comma = "";
	size_t i;

	for (i = 0; subject->kext != NULL && i < subject->kext->trace_count; i++) {
		trace = subject->kext->traces[i];
		if (source_get(trace->source)->role != TRACE_CARRIER || told[trace->source] ||
		    trace->keeper == KEEPER_OTHER_SYSTEM)
			continue;
		told[trace->source] = true;
		buf_printf(out, "%s%s", comma, source_get(trace->source)->name);
		comma = ", ";
	}
}

/* What to do about it: the words, and the target behind a command that takes one. */
static const char *
way_out(const struct report *report, const struct subject *subject)
{
	const struct rule *rule = subject_rule_of(report->session, subject);
	const char *target = rule != NULL                     ? rule->id
			     : subject->now.bundle_id != NULL ? subject->now.bundle_id
							      : subject->now.key;

	switch (subject->now.standing) {
	case STANDING_APPROVAL_PENDING:
		return "kextirpate approve, with a person there; then restart, and ask again";
	case STANDING_RESTART_PENDING:
		return "restart before the update, and ask again";
	case STANDING_INERT:
		return session_has_rebuild(report->session)
			   ? "kextirpate approve, with a person there; then restart, and ask again"
			   : "nothing can be done before macOS 14: it stays refused; after the "
			     "upgrade kextirpate approve";
	default:
		return arena_printf(report->session->arena, "kextirpate %s %s, then ask again",
		    rule != NULL && rule->detects_only          ? "explain"
		    : subject->now.standing == STANDING_BLOCKED ? "explain"
								: "uninstall",
		    report_shell_word(report->session->arena, target));
	}
}

static void
text_subject(struct report *report, const struct subject *subject)
{
	struct buf line = {0};

	buf_text(&report->out, "  ");
	(void)style_add_name(&report->out, subject->now.key, COLUMNS - INDENT, style_is_wanted());
	buf_text(&report->out, "\n    ");
	buf_text(&line, "carried by ");
	add_carriers(&line, subject);
	columns_wrap(&report->out, line.bytes, 2 * INDENT, COLUMNS);
	buf_done(&line);
}

/* Each way out once. */
static void
text_ways(struct report *report, const struct selection *selection)
{
	const char **told =
	    arena_array(report->session->arena, selection->count + 1, sizeof(*told));
	struct buf line = {0};
	size_t count = 0, i, j;

	for (i = 0; i < selection->count; i++) {
		if (!comes_back(selection->subjects[i]))
			continue;
		told[count] = way_out(report, selection->subjects[i]);
		for (j = 0; strcmp(told[j], told[count]) != 0; j++)
			continue;
		if (j < count)
			continue;
		line.len = 0;
		buf_text(&line, "do first: ");
		buf_name(&line, told[count++]);
		columns_wrap(&report->out, line.bytes, 0, COLUMNS);
	}
	buf_done(&line);
}

void
update_ready_text(struct report *report, const struct selection *selection, int exit)
{
	size_t i;

	if (report->session->options->quiet)
		return;
	if (exit == 0) {
		buf_text(
		    &report->out, "ready: nothing is left that an OS update would bring back\n");
		return;
	}
	if (exit == 7) {
		buf_text(&report->out,
		    "cannot tell: nothing was seen, but not every place could be read\n");
		return;
	}
	buf_printf(&report->out, "not ready: an OS update %swould bring back\n",
	    assumption_get(ASSUMPTION_UPDATE_RELINKS_FROM_STASH)->grade == GRADE_VERBATIM
		? ""
		: "probably ");
	for (i = 0; i < selection->count; i++)
		if (comes_back(selection->subjects[i]))
			text_subject(report, selection->subjects[i]);
	text_ways(report, selection);
}
