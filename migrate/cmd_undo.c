/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * undo: gives back what a run moved, or a whole job that was cut off and carried on. The
 * files are as before; what the kernel holds is macOS's to decide, after its next
 * approved rebuild.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/die.h"
#include "migrate/command.h"
#include "migrate/report.h"
#include "migrate/standings.h"
#include "migrate/undo_gate.h"
#include "uninstall/undo.h"
#include "uninstall/vault_strays.h"
#include "kmutil-helpers/banned.h"

struct undo {
	struct session session;
	struct ledger_run *target; /* the run that is undone; NULL: there is none */
	struct undo_runs runs;     /* the target; where no number was given, its whole job */
	size_t job_count;          /* runs of its job that are not undone */
	struct run run;
	struct dexts dexts;
	struct step *steps;
	size_t count;
	struct ledger_case *cases; /* those that the runs acted on */
	size_t case_count;
	const struct vaulted *expired; /* one of its items that is no more; NULL */
	bool is_back;                  /* the run moved nothing, or it is undone */
	bool gives_kexts;              /* among the files are bundles */
	bool must_follow;              /* the kernel has changed since, or will at the restart */
	const char *refusal;
	const char *aside; /* what came of the dext that was in the way; NULL */
	struct vault_strays *strays;
	size_t stray_count;
	size_t left; /* how much of what was asked for can no longer be given back */
	int exit;
};

static int64_t
parse_run(const struct options *options)
{
	char *end;
	long long id;

	if (options->target_count == 0)
		return 0;
	id = strtoll(options->targets[0], &end, 10);
	if (*end != '\0' || id <= 0)
		die(EXIT_USAGE, "%s: is not the number of a run; kextirpate history lists them",
		    options->targets[0]);
	return id;
}

/* Whether what lies there is part of what was asked for: of a run by its number, else of
 * the last job and of what came after. */
static bool
is_asked_for(const struct undo *undo, int64_t id, int64_t run)
{
	if (id > 0)
		return run == id;
	return undo->target == NULL || run >= undo->target->id || undo_runs_have(undo->runs, run);
}

/* What the ledger does not know any more, nobody can put back where it was: that is no
 * "there is nothing". */
static void
find_strays(struct undo *undo, int64_t id)
{
	struct session *session = &undo->session;
	struct vault_strays *runs;
	size_t count, i;

	if (vault_strays_list(&session->ledger, session->arena, &runs, &count) != 0)
		return;
	undo->strays = runs;
	for (i = 0; i < count; i++) {
		if (!is_asked_for(undo, id, runs[i].run))
			continue;
		undo->strays[undo->stray_count++] = runs[i];
		if (undo->target == NULL || undo_runs_have(undo->runs, runs[i].run))
			undo->left += runs[i].count;
	}
}

static void
tell_strays(struct undo *undo)
{
	struct session *session = &undo->session;
	size_t i;

	for (i = 0; i < undo->stray_count; i++)
		problem_add_text(&session->scan.problems,
		    arena_printf(session->arena, "%s/vault/%lld", session->ledger.folder,
			(long long)undo->strays[i].run),
		    "ledger",
		    arena_printf(session->arena,
			"holds %zu of which the ledger does not know any more where they were; "
			"they stay there",
			undo->strays[i].count),
		    false);
}

/* What the runs moved and is not back. An undo that was cut off at its end has all back, and
 * is still to be ended. */
static int
read_target(struct undo *undo)
{
	struct ledger *ledger = &undo->session.ledger;
	struct arena *arena = undo->session.arena;
	struct vaulted *items = NULL;
	size_t moved = 0, i;
	int error = undo_plan(ledger, arena, undo->runs, &undo->steps, &undo->count);

	if (error == 0)
		error = undo_list_moved(ledger, arena, undo->runs, &items, &moved);
	if (error == 0)
		error = undo_cases(ledger, arena, undo->runs, &undo->cases, &undo->case_count);
	for (i = 0; i < moved; i++)
		if (items[i].expiry != NULL)
			undo->expired = &items[i];
	undo->is_back =
	    undo->count == 0 && (moved == 0 || strcmp(undo->target->state, "undone") == 0);
	return error;
}

/* The last run that moved something, with the others of its job; or the one of that number,
 * alone. */
static int
find_runs(struct undo *undo, int64_t id)
{
	struct session *session = &undo->session;
	struct ledger_run *job;
	int error = ledger_run_find(&session->ledger, session->arena, id, &undo->target);

	if (error == 0 && undo->target != NULL)
		error = ledger_job_list(
		    &session->ledger, session->arena, undo->target->id, &job, &undo->job_count);
	if (error != 0 || undo->target == NULL)
		return error;
	undo->runs =
	    id > 0 ? (struct undo_runs){undo->target, 1} : (struct undo_runs){job, undo->job_count};
	return 0;
}

static void
find_target(struct undo *undo)
{
	struct session *session = &undo->session;
	int64_t id = parse_run(session->options);
	int error;

	if (!session->has_ledger || session->ledger_unread)
		return;
	error = find_runs(undo, id);
	if (error != 0)
		die(EXIT_IO, "%s/ledger.db: %s; nothing was changed", session->ledger.folder,
		    fault_sentence(error));
	find_strays(undo, id);
	if (id > 0 && undo->target == NULL && undo->left == 0)
		die(EXIT_USAGE, "%s: there is no such run; kextirpate history lists them",
		    session->options->targets[0]);
	if (undo->target != NULL && session->ledger.db != NULL)
		error = read_target(undo);
	if (error != 0)
		die(EXIT_IO, "%s/ledger.db: %s; nothing was changed", session->ledger.folder,
		    fault_sentence(error));
}

static bool
is_restarted_since(const struct undo *undo)
{
	const char *now = undo->session.host.boot_uuid, *then;
	size_t i;

	for (i = 0; i < undo->runs.count; i++) {
		then = undo->runs.items[i].boot_uuid;
		if (then == NULL || now == NULL || strcmp(then, now) != 0)
			return true;
	}
	return false;
}

/* Whether the kernel's side is still as it was: then nothing has to happen. */
static bool
kernel_must_follow(const struct undo *undo)
{
	bool restarted = is_restarted_since(undo);
	size_t i;

	for (i = 0; i < undo->case_count; i++)
		if (undo->cases[i].restart_needed &&
		    (undo->cases[i].rebuild == REBUILD_APPROVED ||
			undo->cases[i].rebuild == REBUILD_ASKED || restarted))
			return true;
	return false;
}

static bool
has_bundle(const struct undo *undo)
{
	size_t i;

	for (i = 0; i < undo->count; i++)
		if (undo->steps[i].kind == STEP_RESTORE &&
		    path_has_suffix(undo->steps[i].subject, ".kext"))
			return true;
	return false;
}

/* A driver is given back whole or not at all. */
static const char *
explain_expiry(const struct undo *undo)
{
	return arena_printf(undo->session.arena,
	    "what run %lld moved was removed from the vault on %.10s, because the setting "
	    "VaultDays says so, and cannot be given back",
	    (long long)undo->expired->run, undo->expired->expired_at);
}

static void
judge(struct undo *undo)
{
	size_t i;

	for (i = 0; i < undo->count; i++)
		undo->steps[i].n = (int)i + 1;
	undo->must_follow = kernel_must_follow(undo);
	undo->gives_kexts = has_bundle(undo);
	if (undo->expired != NULL)
		undo->refusal = explain_expiry(undo);
	else if (undo->gives_kexts)
		undo->refusal =
		    undo_gate(&undo->session, undo->cases, undo->case_count, &undo->aside);
	undo->exit = undo->refusal != NULL ? 5 : undo->must_follow ? 2 : 0;
}

/* What macOS will have to do, in words that end with the kexts. */
static const char *
what_follows(const struct undo *undo)
{
	if (!undo->must_follow)
		return "nothing has to be rebuilt: the kernel has not changed yet for";
	return session_has_rebuild(&undo->session)
		   ? "macOS loads them again only after a rebuild of its collection (kmutil "
		     "rebuild), which an administrator has to approve, and a restart:"
		   : "macOS loads them again only when it builds its collection anew, which an "
		     "administrator has to allow, and after a restart:";
}

/* Before the first step. */
static void
announce(const struct undo *undo)
{
	struct buf text = {0};
	size_t i;

	if (undo->session.options->quiet || (!undo->gives_kexts && undo->runs.count == 1))
		return;
	buf_text(&text, "undoing ");
	for (i = 0; i < undo->runs.count; i++)
		buf_printf(&text, "%srun %lld (%s)",
		    i == 0   ? ""
		    : i == 1 ? " with "
			     : " and ",
		    (long long)undo->runs.items[i].id, undo->runs.items[i].command);
	buf_text(&text, undo->runs.count > 1 ? ", which it carried on" : "");
	if (undo->gives_kexts)
		buf_printf(&text, ": %s", what_follows(undo));
	for (i = 0; undo->gives_kexts && i < undo->case_count; i++) {
		buf_text(&text, i > 0 ? ", " : " ");
		buf_name(&text, undo->cases[i].key);
	}
	buf_text(&text, "\n");
	(void)!buf_flush(&text, STDERR_FILENO);
	buf_done(&text);
}

/* A run is undone when nothing of it is left in the vault. */
static bool
is_part_left(const struct undo *undo)
{
	return undo->run.failed > 0 || undo->left > 0;
}

static const char *
numbers_of(const struct undo *undo)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < undo->runs.count; i++)
		text = arena_printf(undo->session.arena, "%s%s%lld", text, i > 0 ? " " : "",
		    (long long)undo->runs.items[i].id);
	return text;
}

static void
carry_out(struct undo *undo)
{
	struct session *session = &undo->session;
	struct ledger_run row = {
	    .command = "undo",
	    .targets = numbers_of(undo),
	    .build = session->host.build,
	    .boot_uuid = session->host.boot_uuid,
	};
	int error;

	undo->run = (struct run){.arena = session->arena, .ledger = &session->ledger};
	error = ledger_run_begin(&session->ledger, &row, undo->steps, undo->count, NULL, 0);
	undo->run.id = row.id;
	if (error == 0)
		error = run_steps(&undo->run, undo->steps, undo->count);
	undo->exit = is_part_left(undo) ? 6 : undo->must_follow ? 2 : 0;
	if (error == 0)
		error = is_part_left(undo)
			    ? ledger_run_end(&session->ledger, row.id, "failed", undo->exit)
			    : undo_finish(
				  &session->ledger, session->arena, row.id, undo->runs, undo->exit);
	if (error != 0)
		die(EXIT_IO, "%s/ledger.db: %s; run %lld stopped where it was; run undo again",
		    session->ledger.folder, fault_sentence(error), (long long)row.id);
}

/* An undo that is asked for twice answers twice the same: whether the kernel still
 * has to follow the last one. */
static int
exit_of_last_undo(struct undo *undo)
{
	struct session *session = &undo->session;
	struct ledger_run *runs;
	size_t count;

	if (!session->has_ledger ||
	    ledger_run_list(&session->ledger, session->arena, &runs, &count) != 0 || count == 0 ||
	    strcmp(runs[count - 1].command, "undo") != 0 || runs[count - 1].boot_uuid == NULL ||
	    session->host.boot_uuid == NULL ||
	    strcmp(runs[count - 1].boot_uuid, session->host.boot_uuid) != 0)
		return 0;
	return runs[count - 1].exit == 2 ? 2 : 0;
}

static const char *
files_text(const struct undo *undo)
{
	if (undo->session.ledger_unread)
		return "what could be given back is not known: the ledger could not be read";
	if (undo->target == NULL && undo->left > 0)
		return "nothing could be given back: what lies in the vault is not in the ledger";
	if (undo->target == NULL || undo->is_back)
		return undo->exit == 2
			   ? "everything is back already; the kernel follows at a rebuild "
			     "that a person approves, and a restart"
			   : "there is nothing to give back";
	if (undo->refusal != NULL)
		return arena_printf(
		    undo->session.arena, "refused: %s; nothing was given back", undo->refusal);
	if (undo->session.options->dry_run)
		return undo->must_follow
			   ? "the files would be given back; the kernel follows only after a "
			     "rebuild that macOS asks a person to approve, and a restart"
			   : "the files would be given back, and the kernel has not changed yet";
	if (undo->exit == 6)
		return "not everything could be given back; what is left is in the vault, and undo "
		       "can be run again";
	if (undo->exit == 2)
		return "the files are back; macOS loads the kext again only after a rebuild that a "
		       "person approves (kmutil rebuild), and a restart";
	return "the files are back, and the kernel had not changed yet";
}

static const char *
undo_text(const struct undo *undo)
{
	struct arena *arena = undo->session.arena;
	const char *text = files_text(undo);

	if (undo->aside != NULL)
		text = arena_printf(arena, "%s; %s", undo->aside, text);
	if (undo->runs.count < undo->job_count)
		text = arena_printf(arena,
		    "%s; run %lld is a part of a job that more than one run took, and undo without "
		    "a number gives back what is left of it",
		    text, (long long)undo->target->id);
	return text;
}

static struct subject **
find_subjects(struct undo *undo, size_t *count)
{
	struct session *session = &undo->session;
	struct subject **found =
	    arena_array(session->arena, session->subject_count + 1, sizeof(struct subject *));
	size_t i, j;

	*count = 0;
	for (i = 0; i < session->subject_count; i++)
		for (j = 0; j < undo->case_count; j++)
			if (strcmp(session->subjects[i].now.key, undo->cases[j].key) == 0) {
				found[(*count)++] = &session->subjects[i];
				break;
			}
	return found;
}

static void
print(struct undo *undo, struct report *report)
{
	size_t count, i;
	struct subject **subjects = find_subjects(undo, &count);
	const struct plan plan = {
	    .refusals = &undo->refusal, .refusal_count = undo->refusal != NULL};

	if (!report->is_json) {
		report_text_steps(report, undo->steps, undo->count);
		report_text_kexts(report, subjects, count);
		buf_name(&report->out, undo_text(undo));
		buf_text(&report->out, "\n");
		return;
	}
	report_json_steps(report, undo->run.id, undo->steps, undo->count);
	json_array_begin(&report->json, "undoes");
	for (i = 0; i < undo->runs.count; i++)
		json_integer(&report->json, NULL, undo->runs.items[i].id);
	json_end(&report->json);
	report_json_plan(report, &plan);
	report_json_kexts(report, subjects, count, &undo->dexts);
	report_json_dexts(report, &undo->dexts);
	json_object_begin(&report->json, "next");
	json_text(&report->json, "text", undo_text(undo));
	json_null(&report->json, "command");
	json_end(&report->json);
}

static int
undo_command(const struct options *options)
{
	struct undo undo = {0};
	struct report report;
	bool acts;
	int exit;

	session_begin(
	    &undo.session, options, SESSION_CARRIERS | (options->dry_run ? 0 : SESSION_WRITE));
	find_target(&undo);
	acts = undo.target != NULL && !undo.is_back;
	if (acts)
		judge(&undo);
	else
		undo.exit = exit_of_last_undo(&undo);
	acts &= undo.refusal == NULL;
	if (acts)
		announce(&undo);
	if (acts && !options->dry_run) {
		carry_out(&undo);
		session_look_again(&undo.session);
	}
	dexts_read(&undo.session, &undo.dexts);
	if (undo.run.id != 0)
		(void)standings_write(&undo.session, &undo.dexts);
	if (undo.refusal == NULL && (undo.left > 0 || undo.session.ledger_unread))
		undo.exit = 6;
	tell_strays(&undo);
	report_begin(&report, &undo.session, "undo");
	print(&undo, &report);
	exit = report_end(&report, undo.exit);
	session_end(&undo.session);
	return exit;
}

const struct command cmd_undo = {
    .name = "undo",
    .synopsis = "undo [OPTIONS] [RUN]",
    .summary = "give back what a run moved",
    .groups = OPTIONS_CHANGE,
    .needs_root = true,
    .max_targets = 1,
    .run = undo_command,
};
