/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * doctor: this Mac against the assumptions that the tool rests on; doctor TARGET: a dext
 * that will not start. Read-only. What can only be told by changing something stays open.
 */
#include <string.h>

#include "migrate/belief.h"
#include "migrate/command.h"
#include "migrate/doctor_dext.h"
#include "migrate/doctor_host.h"
#include "migrate/report.h"
#include "migrate/report_columns.h"
#include "migrate/settings.h"
#include "kmutil-helpers/banned.h"

struct examination {
	struct host_fact facts[HOST_FACTS];
	struct belief_list beliefs;
	struct settings settings;
	int exit;
};

static bool
is_of_macos(const struct session *session, const struct assumption *assumption)
{
	return session->host.macos == 0 || (session->host.macos >= assumption->from &&
					       session->host.macos <= assumption->until);
}

/* 5 when a step rests on what does not hold; 7 when what a step rests on could be told,
 * and was not, or a place could not be read. */
static int
examine(struct session *session, struct examination *examination)
{
	int id, exit = 0;

	host_facts_read(session, examination->facts);
	beliefs_read(session, true, &examination->beliefs);
	settings_read(&session->root, session->arena, &examination->settings);
	for (id = 0; id < ASSUMPTION_COUNT; id++)
		if (belief_is_needed((enum assumption_id)id) &&
		    examination->beliefs.of[id].holds == NO)
			exit = 5;
	if (exit == 0 && session->root.live &&
	    (session->host.macos == 0 ||
		examination->beliefs.of[ASSUMPTION_EXTENSIONS_ARE_ROOTS].evidence == NULL ||
		examination->beliefs.of[ASSUMPTION_REBUILD_SINCE_14].evidence == NULL))
		exit = 7;
	if (exit == 0 && problem_any_matters(&session->scan.problems))
		exit = 7;
	return exit;
}

static void
json_check(struct json *json, const char *id, const char *claim, const char *grade,
    enum tristate holds, const char *evidence)
{
	json_object_begin(json, NULL);
	json_text(json, "id", id);
	json_text(json, "claim", claim);
	json_text(json, "grade", grade);
	json_tristate(json, "holds", holds);
	json_text(json, "evidence", evidence);
	json_end(json);
}

static void
json_examination(struct report *report, const struct examination *examination)
{
	struct json *json = &report->json;
	const struct assumption *assumption;
	int id, i;

	json_array_begin(json, "checks");
	for (id = 0; id < ASSUMPTION_COUNT; id++) {
		assumption = assumption_get((enum assumption_id)id);
		json_check(json, assumption->id, assumption->says,
		    assumption_grade_name(assumption->grade), examination->beliefs.of[id].holds,
		    examination->beliefs.of[id].evidence);
	}
	for (i = 0; i < HOST_FACTS; i++)
		json_check(json, examination->facts[i].id, examination->facts[i].claim, NULL,
		    examination->facts[i].holds, examination->facts[i].evidence);
	json_end(json);
	json_array_begin(json, "settings");
	for (i = 0; i < SETTING_COUNT; i++) {
		json_object_begin(json, NULL);
		json_text(json, "name", setting_name((enum setting)i));
		json_text(json, "value", examination->settings.value[i]);
		json_path(json, "from", examination->settings.from[i]);
		json_end(json);
	}
	json_end(json);
}

static const char *
mark(enum tristate holds)
{
	return holds == YES ? "yes " : holds == NO ? "NO  " : "?   ";
}

static void
text_facts(struct report *report, const struct examination *examination)
{
	const struct settings *settings = &examination->settings;
	const struct host_fact *fact;
	struct arena *arena = report->session->arena;
	int i;

	buf_text(&report->out, "This Mac:\n");
	for (i = 0; i < HOST_FACTS; i++) {
		fact = &examination->facts[i];
		columns_sentence(&report->out,
		    arena_printf(arena, "  %s", fact->holds == NO ? "no  " : mark(fact->holds)),
		    fact->evidence != NULL
			? arena_printf(arena, "%s (%s)", fact->claim, fact->evidence)
			: fact->claim);
		if (fact->holds == NO && fact->todo != NULL)
			columns_sentence(&report->out, "        so: ", fact->todo);
	}
	buf_text(&report->out, "Settings in force:\n");
	for (i = 0; i < SETTING_COUNT; i++)
		columns_sentence(&report->out,
		    arena_printf(arena, "  %-17s ", setting_name((enum setting)i)),
		    arena_printf(arena, "%s (%s)",
			settings->value[i] != NULL ? settings->value[i] : "none",
			settings->from[i] != NULL ? settings->from[i] : "default"));
}

/* One assumption: what it says, what was seen, what to do. */
static void
text_belief(struct report *report, enum assumption_id id, const struct belief *belief)
{
	const struct assumption *assumption = assumption_get(id);
	struct arena *arena = report->session->arena;

	columns_sentence(&report->out, arena_printf(arena, "  %s", mark(belief->holds)),
	    arena_printf(
		arena, "%s (%s)", assumption->id, assumption_grade_name(assumption->grade)));
	columns_sentence(&report->out, "        ", assumption->says);
	if (belief->evidence != NULL)
		columns_sentence(&report->out, "        seen: ", belief->evidence);
	if (belief->holds == NO)
		columns_sentence(&report->out, "        wrong here: ", assumption->depends);
	if (belief->holds == NO && belief_is_needed(id))
		columns_sentence(&report->out, "        do: ",
		    "steps that rest on it are not taken on this Mac (exit 5); report this");
	if (belief->holds == UNKNOWN)
		columns_sentence(&report->out, "        told by: ", assumption->checked);
}

static void
text_beliefs(struct report *report, const struct examination *examination, enum tristate holds,
    const char *title, const char *hint)
{
	bool verbose = report->session->options->verbose, whole = verbose || holds == NO;
	const char *names = "";
	int id, count = 0;

	for (id = 0; id < ASSUMPTION_COUNT; id++)
		count += examination->beliefs.of[id].holds == holds;
	if (count == 0)
		return;
	buf_printf(&report->out, "%s: %d%s\n", title, count, verbose ? "" : hint);
	for (id = 0; id < ASSUMPTION_COUNT; id++) {
		if (examination->beliefs.of[id].holds != holds)
			continue;
		if (whole)
			text_belief(report, (enum assumption_id)id, &examination->beliefs.of[id]);
		else if (holds == UNKNOWN && belief_can_be_told((enum assumption_id)id) &&
			 is_of_macos(report->session, assumption_get((enum assumption_id)id)))
			names = arena_printf(report->session->arena, "%s%s%s", names,
			    *names != '\0' ? " " : "", assumption_get((enum assumption_id)id)->id);
	}
	if (*names != '\0')
		columns_sentence(&report->out, "  might show on another day: ", names);
}

static void
text_examination(struct report *report, const struct examination *examination)
{
	text_beliefs(report, examination, NO, "Does not hold on this Mac", "");
	text_facts(report, examination);
	text_beliefs(report, examination, UNKNOWN, "Cannot be told by looking",
	    " (-v says what would; tests/field settles them)");
	text_beliefs(report, examination, YES, "Holds, as far as can be seen", " (-v lists them)");
}

static int
doctor_command(const struct options *options)
{
	struct examination *examination;
	struct session session;
	struct report report;
	int exit;
	bool one = options->target_count > 0;

	session_begin(&session, options,
	    one ? SESSION_HOST_POLICY : SESSION_SCAN | SESSION_HOST_POLICY | SESSION_NO_RULES);
	report_begin(&report, &session, "doctor");
	if (one) {
		exit = doctor_dext(&report, options->targets[0]);
	} else {
		examination = arena_alloc(session.arena, sizeof(*examination));
		exit = examine(&session, examination);
		session_tell_settings(&session, &examination->settings);
		if (report.is_json)
			json_examination(&report, examination);
		else
			text_examination(&report, examination);
	}
	exit = report_end(&report, exit);
	session_end(&session);
	return exit;
}

const struct command cmd_doctor = {
    .name = "doctor",
    .synopsis = "doctor [OPTIONS] [DEXT]",
    .summary = "check this Mac, or tell why a dext does not start",
    .groups = OPTIONS_READ | OPTIONS_DOCTOR,
    .max_targets = 1,
    .run = doctor_command,
};
