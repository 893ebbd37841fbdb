/* SPDX-License-Identifier: BSD-2-Clause */
/* The frame of a report: envelope, problems, exit. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/die.h"
#include "migrate/next_step.h"
#include "migrate/report.h"
#include "migrate/report_columns.h"
#include "migrate/version.h"
#include "kmutil-helpers/banned.h"

#define COLUMNS 79

static int
tristate_of(enum host_answer answer)
{
	return answer == HOST_UNKNOWN ? -1 : answer == HOST_YES;
}

static void
json_host(struct report *report)
{
	const struct host *host = &report->session->host;
	const struct manage *manage = &report->session->manage;
	struct json *json = &report->json;
	const char *root = report->session->options->root;

	json_object_begin(json, "host");
	json_text(json, "root", root != NULL ? root : "/");
	json_text(json, "product_version", host->product_version);
	json_text(json, "build", host->build);
	json_text(json, "chip",
	    host->chip == HOST_CHIP_APPLE   ? "apple"
	    : host->chip == HOST_CHIP_INTEL ? "intel"
					    : NULL);
	json_text(json, "arch",
	    host->chip == HOST_CHIP_APPLE   ? "arm64"
	    : host->chip == HOST_CHIP_INTEL ? "x86_64"
					    : NULL);
	json_text(json, "boot_uuid", host->boot_uuid);
	json_text(json, "base_kc_uuid", host->base_kc_uuid);
	json_text(json, "aux_kc_uuid", host->aux_kc_uuid);
	json_tristate(json, "safe_mode", tristate_of(host->safe_mode));
	json_text(json, "sip", host->sip);
	json_text(json, "security_mode", host->security_mode);
	json_tristate(json, "third_party_kexts", tristate_of(host->third_party_kexts));
	json_tristate(json, "filevault", tristate_of(manage->filevault));
	json_text(json, "console_user", report->session->console.user);
	json_text(json, "context", context_name(report->session->context));
	json_object_begin(json, "mdm");
	json_tristate(json, "enrolled", tristate_of(manage->enrolled));
	json_tristate(json, "may_rebuild", tristate_of(manage_may_rebuild(manage, host)));
	json_tristate(json, "bootstrap_token", tristate_of(manage->bootstrap_token));
	json_end(json);
	json_end(json);
}

void
report_begin(struct report *report, struct session *session, const char *command)
{
	*report = (struct report){.session = session, .is_json = session->options->json};
	if (!report->is_json)
		return;
	json_init(&report->json, &report->out);
	json_object_begin(&report->json, NULL);
	json_text(
	    &report->json, "schema", arena_printf(session->arena, "kextirpate/%s/1", command));
	json_object_begin(&report->json, "tool");
	json_text(&report->json, "version", KEXTIRPATE_VERSION);
	json_text(&report->json, "rules", KEXTIRPATE_VERSION);
	json_end(&report->json);
	json_text(&report->json, "at", session->now);
	json_host(report);
}

static void
json_problems(struct report *report)
{
	const struct problem_list *list = &report->session->scan.problems;
	size_t i;

	json_array_begin(&report->json, "problems");
	for (i = 0; i < list->count; i++) {
		json_object_begin(&report->json, NULL);
		json_path(&report->json, "path", list->items[i].path);
		json_text(&report->json, "source", list->items[i].source);
		json_text(&report->json, "message", list->items[i].message);
		json_boolean(&report->json, "matters", list->items[i].matters);
		json_end(&report->json);
	}
	json_end(&report->json);
}

static void
text_problems(const struct report *report)
{
	const struct problem_list *list = &report->session->scan.problems;
	struct buf err = {0};
	size_t i;

	for (i = 0; i < list->count; i++) {
		buf_text(&err, "kextirpate: ");
		buf_name(&err,
		    list->items[i].path != NULL ? list->items[i].path : list->items[i].source);
		buf_text(&err, ": ");
		buf_name(&err, list->items[i].message);
		buf_text(&err, "\n");
	}
	(void)!buf_flush(&err, STDERR_FILENO);
	buf_done(&err);
}

void
report_close(struct report *report, int exit)
{
	if (!report->is_json)
		return;
	json_problems(report);
	json_integer(&report->json, "exit", exit);
	json_end(&report->json);
	json_done(&report->json);
}

int
report_end(struct report *report, int exit)
{
	bool pending = exit == 2 || exit == 3 || exit == 4;
	int error;

	report_close(report, exit);
	text_problems(report);
	error = buf_flush(&report->out, STDOUT_FILENO);
	buf_done(&report->out);
	/* Whoever has closed the pipe does not want to read them. */
	if (error != 0 && error != -EPIPE)
		die(EXIT_IO, "the results could not be written: %s%s", fault_sentence(error),
		    (report->session->options->groups & OPTIONS_CHANGE) != 0
			? "; what was done is in the ledger: kextirpate history"
			: "");
	return pending && report->session->options->pending_ok
		   ? 0
		   : context_exit(report->session->context, report->session->options, exit);
}

const struct subject *
report_worst(struct subject *const *subjects, size_t count)
{
	const struct subject *worst = NULL;
	size_t i;

	for (i = 0; i < count; i++)
		if (worst == NULL || exit_worst(worst->exit, subjects[i]->exit) != worst->exit)
			worst = subjects[i];
	return worst;
}

/* What is next where nothing was done: the command that does it, with the words of this one. */
static const char *const *
doer_command(const struct report *report)
{
	const struct options *options = report->session->options;
	const char **words =
	    arena_array(report->session->arena, options->word_count + 3, sizeof(*words));
	size_t i;

	words[0] = "kextirpate";
	words[1] = report->doer;
	for (i = 0; i < options->word_count; i++)
		words[i + 2] = options->words[i];
	return words;
}

void
report_json_next(
    struct report *report, const struct subject *about, enum standing standing, int exit)
{
	struct next_step next = next_step_find(report->session, about, standing, exit);

	if (report->doer != NULL) {
		next.text = arena_printf(
		    report->session->arena, "%s does it; then: %s", report->doer, next.text);
		next.command = doer_command(report);
	}
	json_object_begin(&report->json, "next");
	json_text(&report->json, "text", next.text);
	if (next.command == NULL) {
		json_null(&report->json, "command");
	} else {
		json_array_begin(&report->json, "command");
		for (; *next.command != NULL; next.command++)
			json_text(&report->json, NULL, *next.command);
		json_end(&report->json);
	}
	json_end(&report->json);
}

/* "next: TEXT: COMMAND". The command stays whole: it is there to be copied. */
static void
add_next(struct report *report, const char *text, const char *const *words)
{
	struct buf command = {0};

	for (; words != NULL && *words != NULL; words++) {
		buf_text(&command, " ");
		buf_name(&command, report_shell_word(report->session->arena, *words));
	}
	buf_printf(&report->out, "%s%s", text, command.len > 0 ? ":" : "");
	if (command.len > 0 && columns_width(text) + 1 + command.len > COLUMNS)
		buf_text(&report->out, "\n ");
	buf_add(&report->out, command.bytes, command.len);
	buf_text(&report->out, "\n");
	buf_done(&command);
}

void
report_text_next(
    struct report *report, const struct subject *about, enum standing standing, int exit)
{
	struct next_step next = next_step_find(report->session, about, standing, exit);
	struct arena *arena = report->session->arena;

	if (report->session->options->quiet)
		return;
	if (report->doer != NULL)
		add_next(report, "next", doer_command(report));
	add_next(report,
	    arena_printf(arena, "%s: %s", report->doer != NULL ? "then" : "next", next.text),
	    next.command);
}
