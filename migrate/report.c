/* SPDX-License-Identifier: BSD-2-Clause */
/* The frame of a report: envelope, problems, exit. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/die.h"
#include "migrate/mdm_hint.h"
#include "migrate/report.h"
#include "migrate/version.h"
#include "kmutil-helpers/banned.h"

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
	if (error != 0)
		die(EXIT_IO, "the results could not be written: %s", fault_sentence(error));
	return pending && report->session->options->pending_ok
		   ? 0
		   : context_exit(report->session->context, report->session->options, exit);
}

enum standing
report_worst_standing(struct subject *const *subjects, size_t count)
{
	enum standing standing = STANDING_NONE;
	int exit = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (i > 0 && exit_worst(exit, subjects[i]->exit) == exit)
			continue;
		exit = subjects[i]->exit;
		standing = subjects[i]->now.standing;
	}
	return standing;
}

/* What waits in the standing itself, whatever else the run came to. */
static const char *
next_of_carrier(enum standing standing, const char *const **command)
{
	static const char *const uninstall[] = {"kextirpate", "uninstall", NULL};
	static const char *const explain[] = {"kextirpate", "explain", NULL};

	if (standing != STANDING_INERT) {
		*command = uninstall;
		return "the kext is there; uninstall takes it away";
	}
	*command = explain;
	return "the kext cannot run, but macOS still names it and has nothing left that could be "
	       "asked "
	       "for now; an OS update may list it again, which recheck notices";
}

const char *
report_next(enum standing standing, int exit, const char *const **command)
{
	static const char *const approve[] = {"kextirpate", "approve", NULL};
	static const char *const status[] = {"kextirpate", "status", NULL};
	static const char *const explain[] = {"kextirpate", "explain", NULL};

	*command = NULL;
	switch (exit) {
	case 0:
		return "nothing is left to do";
	case 1:
		return next_of_carrier(standing, command);
	case 2:
		*command = status;
		return "restart the Mac; until then nothing is called gone";
	case 3:
		*command = approve;
		return "an administrator must approve the rebuild on this Mac; on Apple silicon, "
		       "one "
		       "who owns the volume; approve says what will be asked";
	case 4:
		return "the kext is out of the way; the replacement waits for a person to allow it "
		       "in "
		       "System Settings, or for a restart";
	case 5:
		*command = explain;
		return standing == STANDING_BLOCKED
			   ? "macOS does not let go, or another kext stands in the way: "
			     "explain says which; approve may then be tried once more; the last "
			     "resort is "
			     "kmutil trigger-panic-medic in Recovery, which takes every "
			     "third-party kext and "
			     "every approval away"
			   : "refused; explain says what stands in the way";
	case 6:
		*command = status;
		return "some steps failed; run the command again when their cause is gone";
	default:
		return "a place that could hold a kext could not be read; run as root, and see the "
		       "problems";
	}
}

/* The same on this Mac. */
static const char *
next_here(
    const struct report *report, enum standing standing, int exit, const char *const **command)
{
	const char *text = report_next(standing, exit, command);

	return exit == 3 && mdm_hint_applies(report->session)
		   ? mdm_hint_add(report->session, text, command)
		   : text;
}

static const char *
next_text(const struct report *report, const char *text)
{
	return report->is_plan
		   ? arena_printf(report->session->arena, "do it with uninstall; then: %s", text)
		   : text;
}

void
report_json_next(struct report *report, enum standing standing, int exit)
{
	const char *const *command;
	const char *text = next_here(report, standing, exit, &command);

	json_object_begin(&report->json, "next");
	json_text(&report->json, "text", next_text(report, text));
	if (command == NULL) {
		json_null(&report->json, "command");
	} else {
		json_array_begin(&report->json, "command");
		for (; *command != NULL; command++)
			json_text(&report->json, NULL, *command);
		json_end(&report->json);
	}
	json_end(&report->json);
}

void
report_text_next(struct report *report, enum standing standing, int exit)
{
	const char *const *command;
	const char *text = next_here(report, standing, exit, &command);

	if (report->session->options->quiet)
		return;
	buf_printf(&report->out, "next: %s", next_text(report, text));
	if (command != NULL) {
		buf_text(&report->out, ":");
		for (; *command != NULL; command++)
			buf_printf(&report->out, " %s", *command);
	}
	buf_text(&report->out, "\n");
}
