/* SPDX-License-Identifier: BSD-2-Clause */
/* Carrying out steps, and finishing those of a run that was cut off. */
#include <string.h>

#include "uninstall/run.h"
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

/* A rebuild without the bundles gone would change nothing, or the wrong thing. */
static bool
is_pointless(const struct run *run, const struct step *step)
{
	return run->failed > 0 &&
	    (step->kind == STEP_REBUILD || step->kind == STEP_CLEAR_STAGING);
}

int
run_steps(struct run *run, struct step *steps, size_t count)
{
	size_t i;
	int error = 0;

	for (i = 0; error == 0 && i < count; i++) {
		if (steps[i].state != STEP_PLANNED)
			continue;
		if (is_pointless(run, &steps[i])) {
			steps[i].state = STEP_SKIPPED;
			steps[i].message = "an earlier step failed";
			error = ledger_step_set(run->ledger, run->id, &steps[i]);
			continue;
		}
		steps[i].state = STEP_BEGUN;
		error = ledger_step_set(run->ledger, run->id, &steps[i]);
		if (error == 0)
			error = step_act(run, &steps[i]);
		if (error == 0)
			error = ledger_step_set(run->ledger, run->id, &steps[i]);
		if (error == 0)
			tell_step(run, &steps[i]);
		run->failed += steps[i].state == STEP_FAILED;
	}
	return error;
}

/* A rebuild asks a person, so that it is never repeated by itself. */
static int
recover_step(struct run *run, struct step *step, struct recovery *recovery)
{
	int error = 0;

	/* Asked, and perhaps answered, but the case does not know of it yet. */
	if (step->kind == STEP_REBUILD && (step->state == STEP_BEGUN || step->state == STEP_DONE))
		recovery->rebuild_was_cut_off = true;
	if (step->state == STEP_BEGUN && step->kind == STEP_REBUILD) {
		step->state = STEP_FAILED;
		step->message = "cut off while macOS was asked; what it decided is not known";
	} else if (step->state == STEP_BEGUN) {
		error = step_act(run, step);
		recovery->finished += step->state == STEP_DONE;
	} else if (step->state == STEP_PLANNED) {
		step->state = STEP_SKIPPED;
		step->message = "the run was cut off before this step";
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
	run->rebuild_was_cut_off = recovery->rebuild_was_cut_off;
	return error;
}
