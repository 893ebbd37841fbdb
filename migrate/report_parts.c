/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of reports that several commands print. */
#include <stdio.h>
#include <string.h>

#include "migrate/report.h"
#include "migrate/report_columns.h"
#include "migrate/report_style.h"
#include "kmutil-helpers/banned.h"

#define NAME_COLUMNS 48 /* a standing in few words fits behind it */

const char *
report_shell_word(struct arena *arena, const char *word)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:@%+=,";
	char *quoted, *to;

	if (*word != '\0' && word[strspn(word, plain)] == '\0')
		return word;
	quoted = to = arena_array(arena, 4 * strlen(word) + 3, 1);
	*to++ = '\'';
	for (; *word != '\0'; word++) {
		if (*word == '\'') {
			memcpy(to, "'\\'", 3);
			to += 3;
		}
		*to++ = *word;
	}
	memcpy(to, "'", 2);
	return quoted;
}

static void
json_step(struct json *json, const struct step *step)
{
	const struct step_row *row = step_get(step->kind);
	size_t i;

	json_object_begin(json, NULL);
	json_integer(json, "n", step->n);
	json_text(json, "kind", row->name);
	json_path(json, "subject", step->subject);
	json_text(json, "why", step->why);
	json_array_begin(json, "assumptions");
	for (i = 0; i < row->assumption_count; i++)
		json_text(json, NULL, assumption_get(row->assumptions[i])->id);
	json_end(json);
	json_text(json, "state", step_state_name(step->state));
	json_text(json, "message", step->message);
	json_end(json);
}

void
report_json_steps(struct report *report, int64_t run, const struct step *steps, size_t count)
{
	size_t i;

	if (run > 0)
		json_integer(&report->json, "run", run);
	else
		json_null(&report->json, "run");
	json_array_begin(&report->json, "steps");
	for (i = 0; i < count; i++)
		json_step(&report->json, &steps[i]);
	json_end(&report->json);
}

void
report_json_plan(struct report *report, const struct plan *plan)
{
	struct json *json = &report->json;
	size_t i;

	json_array_begin(json, "kept");
	for (i = 0; i < plan->kept_count; i++) {
		json_object_begin(json, NULL);
		json_path(json, "path", plan->kept[i].path);
		json_text(json, "why", plan->kept[i].why);
		json_end(json);
	}
	json_end(json);
	json_array_begin(json, "bystanders");
	for (i = 0; i < plan->bystander_count; i++) {
		json_object_begin(json, NULL);
		json_text(json, "bundle_id", plan->bystanders[i].bundle_id);
		json_text(json, "effect", plan->bystanders[i].effect);
		json_text(json, "why", plan->bystanders[i].why);
		json_end(json);
	}
	json_end(json);
	json_array_begin(json, "refusals");
	for (i = 0; i < plan->refusal_count; i++)
		json_text(json, NULL, plan->refusals[i]);
	json_end(json);
}

/* The app that a rule names for a dext. */
static const char *
host_app(const struct session *session, const char *dext_id)
{
	const struct rule_dext *named;
	size_t i, j;

	for (i = 0; i < session->rules.count; i++)
		for (j = 0; (named = rule_dext(&session->rules.rules[i], j)) != NULL; j++)
			if (strcmp(named->id, dext_id) == 0)
				return session->rules.rules[i].replacement.app_path;
	return NULL;
}

void
report_json_dexts(struct report *report, const struct dexts *dexts)
{
	struct json *json = &report->json;
	const struct sysext *dext;
	size_t i;

	json_array_begin(json, "dexts");
	for (i = 0; i < dexts->shown.count; i++) {
		dext = &dexts->shown.items[i];
		json_object_begin(json, NULL);
		json_text(json, "bundle_id", dext->id);
		json_text(json, "team_id", dext->team[0] != '\0' ? dext->team : NULL);
		json_text(json, "version", dext->version);
		json_text(json, "state", dext->state);
		json_path(json, "host_app",
		    dext->app != NULL ? dext->app : host_app(report->session, dext->id));
		json_end(json);
	}
	json_end(json);
}

void
report_json_kexts(
    struct report *report, struct subject *const *subjects, size_t count, const struct dexts *dexts)
{
	struct json *json = &report->json;
	const struct rule *rule;
	size_t i;
	int exit;

	json_array_begin(json, "kexts");
	for (i = 0; i < count; i++) {
		rule = subject_rule_of(report->session, subjects[i]);
		exit = replacement_exit(report->session, dexts, subjects[i]);
		json_object_begin(json, NULL);
		json_text(json, "bundle_id", subjects[i]->now.bundle_id);
		json_path(json, "path", subjects[i]->now.path);
		json_text(json, "rule", rule != NULL ? rule->id : subjects[i]->now.rule);
		json_text(json, "standing", standing_name(subjects[i]->now.standing));
		json_text(json, "return_cause", subjects[i]->now.return_cause);
		json_text(json, "rung", rung_name(subjects[i]->now.rung));
		json_text(json, "since", subjects[i]->now.since);
		json_text(json, "build", subjects[i]->now.build);
		json_integer(json, "exit", exit);
		report_json_next(report, subjects[i], subjects[i]->now.standing, exit);
		json_end(json);
	}
	json_end(json);
}

void
report_text_steps(struct report *report, const struct step *steps, size_t count)
{
	struct buf *out = &report->out;
	size_t i;

	for (i = 0; i < count; i++) {
		buf_printf(out, "%3d %-8s %-13s ", steps[i].n, step_state_name(steps[i].state),
		    step_get(steps[i].kind)->name);
		buf_name(out, steps[i].subject != NULL ? steps[i].subject : "");
		if (steps[i].message != NULL) {
			buf_text(out, steps[i].subject != NULL ? ": " : "");
			buf_name(out, steps[i].message);
		} else if (steps[i].why != NULL) {
			buf_text(out, steps[i].subject != NULL ? " (" : "(");
			buf_name(out, steps[i].why);
			buf_text(out, ")");
		}
		buf_text(out, "\n");
	}
}

const char *
report_standing_words(enum standing standing)
{
	switch (standing) {
	case STANDING_NONE:
		return "only remembered";
	case STANDING_APPLE:
		return "Apple's";
	case STANDING_UNKNOWN:
		return "unknown: not everything could be read";
	case STANDING_VERIFYING:
		return "verifying: macOS is still busy";
	case STANDING_REMOVING:
		return "removing: a run is not finished";
	case STANDING_INSTALLED:
		return "installed";
	case STANDING_BLOCKED:
		return "blocked: macOS does not let go";
	case STANDING_RETURNED:
		return "returned: it is back";
	case STANDING_APPROVAL_PENDING:
		return "approval-pending: waits for a person";
	case STANDING_RESTART_PENDING:
		return "restart-pending: waits for a restart";
	case STANDING_INERT:
		return "inert: macOS still names it, but it cannot run";
	case STANDING_GONE:
		return "gone";
	case STANDING_COUNT:
		break;
	}
	return "";
}

/* How and when a kext came back. */
static void
add_return(struct buf *out, const struct ledger_case *now)
{
	static const struct {
		const char *cause, *words;
	} rows[] = {{"relinked", "macOS linked it in again"},
	    {"reinstalled", "it was installed again"},
	    {"restored", "restored or copied from elsewhere"}};
	size_t i;

	if (now->standing != STANDING_RETURNED || now->return_cause == NULL)
		return;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].cause, now->return_cause) == 0)
			buf_printf(out, "; %s", rows[i].words);
	if (now->build != NULL) {
		buf_text(out, ", build ");
		buf_name(out, now->build);
	}
}

void
report_text_kexts(struct report *report, struct subject *const *subjects, size_t count)
{
	struct buf *out = &report->out;
	bool styled = style_is_wanted();
	size_t i, width, widest = 0;

	for (i = 0; i < count; i++) {
		width = columns_width(subjects[i]->now.key);
		widest = width > widest ? width : widest;
	}
	widest = widest < NAME_COLUMNS ? widest : NAME_COLUMNS;
	for (i = 0; i < count; i++) {
		width = style_add_name(out, subjects[i]->now.key, NAME_COLUMNS, styled);
		buf_printf(out, "%*s", (int)(width < widest ? widest - width : 0) + 2, "");
		style_add_standing(out, subjects[i]->now.standing, styled);
		add_return(out, &subjects[i]->now);
		buf_text(out, "\n");
	}
}
