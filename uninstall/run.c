/* SPDX-License-Identifier: BSD-2-Clause */
/* Carrying out steps, and finishing those of a run that was cut off. */
#include <string.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/tool_console.h"
#include "uninstall/run.h"
#include "uninstall/vault.h"
#include "kmutil-helpers/banned.h"

static void
tell_step(const struct run *run, const struct step *step)
{
	struct buf text = {0};

	if (run->tell == NULL)
		return;
	buf_printf(&text, "%-13s ", step_get(step->kind)->name);
	buf_name(&text, step->subject != NULL ? step->subject : "");
	if (step->message != NULL) {
		buf_text(&text, step->subject != NULL ? ": " : "");
		buf_name(&text, step->message);
	}
	run->tell(text.bytes, run->payload);
	buf_done(&text);
}

/* A rebuild without the bundles gone would change nothing, or the wrong thing. A receipt that
 * is left is none of its business. */
static bool
is_pointless(const struct run *run, const struct step *step)
{
	return run->hindering > 0 &&
	       (step->kind == STEP_REBUILD || step->kind == STEP_CLEAR_STAGING);
}

static bool
is_in_list(const struct kmutil_list *list, const char *id)
{
	size_t i;

	for (i = 0; id != NULL && i < list->count; i++)
		if (strcmp(list->items[i].id, id) == 0)
			return true;
	return false;
}

/* A run of this boot was cut off while it asked, and now macOS has nothing left to change: it was
 * approved, if there was a person to do it. The scan after the restart decides. */
static enum rebuild_state
guess_cut_off_answer(struct run *run)
{
	struct console console = {0};

	return console_read(run->arena, &console) == 0 && console.user == NULL ? REBUILD_REFUSED
									       : REBUILD_APPROVED;
}

/* What the rebuild's answer means for one case. */
static enum rebuild_state
rebuild_state_after(struct run *run, const struct ledger_case *row)
{
	const struct kmutil_rebuild *rebuild = &run->rebuild;

	if (run->gate_fell)
		return row->rebuild == REBUILD_WANTED || row->rebuild == REBUILD_REFUSED ||
			       row->rebuild == REBUILD_ASKED || row->rebuild == REBUILD_FRUITLESS
			   ? REBUILD_GATED
			   : row->rebuild;
	if (row->rebuild == REBUILD_NOT_NEEDED || row->rebuild == REBUILD_APPROVED ||
	    !rebuild->converges)
		return row->rebuild;
	switch (rebuild->outcome) {
	case KMUTIL_NEEDS_RESTART:
		return is_in_list(&rebuild->removed, row->bundle_id) ? REBUILD_APPROVED
								     : row->rebuild;
	case KMUTIL_REFUSED:
	case KMUTIL_NOBODY:
	case KMUTIL_TIMED_OUT:
		return REBUILD_REFUSED;
	case KMUTIL_NO_CHANGES:
		/* After an answer macOS may see nothing to change until the restart. */
		if (row->rebuild == REBUILD_REFUSED || run->asked_in_boot)
			return REBUILD_REFUSED;
		return run->was_cut_off_in_boot ? guess_cut_off_answer(run) : REBUILD_FRUITLESS;
	case KMUTIL_NO_SUCH_VERB:
	case KMUTIL_BUILD_FAILED:
	case KMUTIL_NOT_UNDERSTOOD:
	case KMUTIL_OUTCOME_COUNT:
		break;
	}
	return row->rebuild;
}

/* A gate that falls after the plan was made stops its step, not the run. */
static bool
gate_falls(struct run *run, struct step *step)
{
	const char *why =
	    step->kind == STEP_REBUILD && run->gate != NULL ? run->gate(run->gate_payload) : NULL;

	if (why == NULL)
		return false;
	run->gate_fell = true;
	step->state = STEP_SKIPPED;
	step->message = why;
	return true;
}

/* The step and what it means for the cases, as one transaction. */
static int
record_step(struct run *run, const struct step *step)
{
	enum rebuild_state after;
	size_t i;
	int error;

	if (step->kind != STEP_REBUILD)
		return ledger_step_set(run->ledger, run->id, step);
	if ((error = store_begin(run->ledger->db)) != 0)
		return error;
	error = ledger_step_set(run->ledger, run->id, step);
	for (i = 0; error == 0 && i < run->row_count; i++) {
		after = rebuild_state_after(run, &run->rows[i]);
		/* Twice in vain, with a restart between: another restart will not help. */
		if (after == REBUILD_FRUITLESS && run->in_vain[i])
			run->rows[i].restart_needed = false;
		run->rows[i].rebuild = after;
		error = ledger_case_put(run->ledger, &run->rows[i]);
	}
	return store_commit(run->ledger->db, error);
}

int
run_steps(struct run *run, struct step *steps, size_t count)
{
	size_t i;
	int error = 0;

	for (i = 0; error == 0 && i < count; i++) {
		if (steps[i].state != STEP_PLANNED)
			continue;
		if (run->held != NULL || is_pointless(run, &steps[i])) {
			steps[i].state = STEP_SKIPPED;
			steps[i].message = run->held != NULL ? run->held : "an earlier step failed";
			error = ledger_step_set(run->ledger, run->id, &steps[i]);
			continue;
		}
		steps[i].state = STEP_BEGUN;
		error = ledger_step_set(run->ledger, run->id, &steps[i]);
		if (error == 0 && !gate_falls(run, &steps[i]))
			error = step_act(run, &steps[i]);
		if (error == 0)
			error = record_step(run, &steps[i]);
		if (error == 0)
			tell_step(run, &steps[i]);
		run->failed += steps[i].state == STEP_FAILED;
		run->hindering += steps[i].state == STEP_FAILED && steps[i].kind != STEP_FORGET;
	}
	return error;
}

/* A bundle that was to go and is left keeps its case unfinished. */
static void
step_cut_off(struct step *step, const char *message)
{
	step->state = step_takes_bundle(step) ? STEP_FAILED : STEP_SKIPPED;
	step->message = message;
}

/* A begun step is taken again, unless it moves what the vault has not registered, or what is
 * another thing by now. */
static int
resume_step(struct run *run, struct step *step, struct recovery *recovery)
{
	const char *against = NULL;
	int error = 0;

	if (step->kind == STEP_VAULT)
		error = vault_resume(
		    run->ledger, run->arena, run->id, step->n, step->subject, &against);
	if (error == 0 && against != NULL)
		step_cut_off(step, against);
	else if (error == 0)
		error = step_act(run, step);
	recovery->finished += step->state == STEP_DONE;
	return error;
}

/* A rebuild asks a person, so that it is never repeated by itself. Its cases remember, for
 * as long as this boot lasts, that nobody knows the answer. */
static int
recover_rebuild(struct run *run, struct step *step)
{
	struct ledger_case *rows;
	size_t count, i;
	int error = ledger_case_list(run->ledger, run->arena, &rows, &count);

	step->state = STEP_FAILED;
	step->message = "cut off while macOS was asked; what it decided is not known";
	if (error == 0)
		error = store_begin(run->ledger->db);
	if (error != 0)
		return error;
	error = ledger_step_set(run->ledger, run->id, step);
	for (i = 0; error == 0 && i < count; i++) {
		if (rows[i].run != run->id || rows[i].rebuild == REBUILD_NOT_NEEDED ||
		    rows[i].rebuild == REBUILD_APPROVED || rows[i].rebuild == REBUILD_CONVERGED)
			continue;
		rows[i].rebuild = REBUILD_ASKED;
		error = ledger_case_put(run->ledger, &rows[i]);
	}
	return store_commit(run->ledger->db, error);
}

static int
recover_step(struct run *run, struct step *step, struct recovery *recovery)
{
	int error = 0;

	if (step->state == STEP_BEGUN && step->kind == STEP_REBUILD)
		return recover_rebuild(run, step);
	/* Whom clearing the staging folder would harm by now was not looked at. */
	if (step->state == STEP_BEGUN && step_get(step->kind)->machine_wide) {
		step->state = STEP_FAILED;
		step->message = "cut off while macOS was asked; what came of it is not known";
	} else if (step->state == STEP_BEGUN && run->installer && step->kind != STEP_VAULT) {
		step_cut_off(step, "the run was cut off; not inside an installer: left to recheck");
	} else if (step->state == STEP_BEGUN) {
		error = resume_step(run, step, recovery);
	} else if (step->state == STEP_PLANNED) {
		step_cut_off(step, "the run was cut off before this step");
	} else {
		return 0;
	}
	return error != 0 ? error : ledger_step_set(run->ledger, run->id, step);
}

int
run_recover(struct run *run, struct recovery *recovery)
{
	struct ledger_run *unfinished;
	struct step *steps;
	size_t count, i;
	int error;

	*recovery = (struct recovery){0};
	error = ledger_run_find(run->ledger, run->arena, -1, &unfinished);
	if (error != 0 || unfinished == NULL)
		return error;
	recovery->run = unfinished;
	run->id = unfinished->id;
	error = ledger_step_list(run->ledger, run->arena, unfinished->id, &steps, &count);
	for (i = 0; error == 0 && i < count; i++)
		error = recover_step(run, &steps[i], recovery);
	if (error == 0)
		error = ledger_run_end(run->ledger, unfinished->id, "failed", 6);
	run->id = 0;
	return error;
}
