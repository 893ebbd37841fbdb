/* SPDX-License-Identifier: BSD-2-Clause */
/* Giving back what runs moved. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/fault.h"
#include "uninstall/undo.h"
#include "uninstall/vault.h"
#include "kmutil-helpers/banned.h"

/* The steps of an undo as they are gathered. */
struct gathered {
	struct arena *arena;
	struct step *items;
	size_t count, room;
};

static void
gather(struct gathered *steps, enum step_kind kind, const char *subject, const char *why)
{
	struct step *step =
	    arena_push(steps->arena, &steps->items, &steps->count, &steps->room, sizeof(*step));

	*step = (struct step){.kind = kind, .subject = subject, .why = why};
}

static bool
is_started(const struct gathered *steps, const char *job)
{
	size_t i;

	for (i = 0; i < steps->count; i++)
		if (steps->items[i].kind == STEP_START_JOB &&
		    strcmp(steps->items[i].subject, job) == 0)
			return true;
	return false;
}

int
undo_list_moved(struct ledger *ledger, struct arena *arena, struct undo_runs runs,
    struct vaulted **moved, size_t *count)
{
	struct vaulted *items;
	size_t item_count, room = 0, i, j;
	int error = 0;

	*moved = NULL;
	*count = 0;
	for (i = 0; error == 0 && i < runs.count; i++) {
		error = ledger_vault_list(ledger, arena, runs.items[i].id, &items, &item_count);
		for (j = item_count; error == 0 && j > 0; j--)
			*(struct vaulted *)arena_push(arena, moved, count, &room, sizeof(*items)) =
			    items[j - 1];
	}
	return error;
}

/* The jobs that the run ended run again, after all files. */
static int
gather_jobs(struct ledger *ledger, int64_t run, struct gathered *steps)
{
	struct step *done;
	size_t count, i;
	int error = ledger_step_list(ledger, steps->arena, run, &done, &count);

	for (i = 0; error == 0 && i < count; i++)
		if (done[i].kind == STEP_STOP_JOB &&
		    (done[i].state == STEP_DONE || done[i].state == STEP_BEGUN) &&
		    !is_started(steps, done[i].subject))
			gather(steps, STEP_START_JOB, done[i].subject,
			    arena_printf(steps->arena, "run %lld ended it", (long long)run));
	return error;
}

int
undo_plan(struct ledger *ledger, struct arena *arena, struct undo_runs runs, struct step **steps,
    size_t *count)
{
	struct gathered gathered = {.arena = arena};
	struct vaulted *items;
	size_t moved, i;
	int error = undo_list_moved(ledger, arena, runs, &items, &moved);

	for (i = 0; error == 0 && i < moved; i++)
		if (!items[i].restored)
			gather(&gathered, STEP_RESTORE, items[i].path,
			    arena_printf(arena, "run %lld moved it", (long long)items[i].run));
	for (i = 0; error == 0 && i < runs.count; i++)
		error = gather_jobs(ledger, runs.items[i].id, &gathered);
	*steps = gathered.items;
	*count = gathered.count;
	return error;
}

/* The step's "why" names the run. */
int
undo_find_item(struct run *run, const struct step *step, struct vaulted **item)
{
	struct vaulted *items;
	size_t count, i;
	long long id = step->why != NULL ? strtoll(step->why + strlen("run "), NULL, 10) : 0;
	int error = ledger_vault_list(run->ledger, run->arena, id, &items, &count);

	*item = NULL;
	for (i = 0; error == 0 && i < count; i++)
		if (strcmp(items[i].path, step->subject) == 0)
			*item = &items[i];
	return error;
}

static bool
is_in_vault(const struct run *run, const struct vaulted *item)
{
	return path_exists(&run->ledger->root,
	    arena_printf(run->arena, "%s/vault/%s", run->ledger->folder, item->slot));
}

static const char *
explain_restore_error(const struct run *run, const struct vaulted *item, int error)
{
	if (item == NULL || (error == -ENOENT && !is_in_vault(run, item)))
		return "is not in the vault any more, and cannot be given back";
	if (error == -ENOENT)
		return "the folder that it was in is not there; it stays in the vault";
	if (error == -EEXIST)
		return "something else is there now; the old one stays in the vault";
	if (error == -FAULT_TAMPERED)
		return arena_printf(run->arena,
		    "%s/vault/%s is not what went into the vault; it stays there, look at it "
		    "before you move it by hand",
		    run->ledger->folder, item->slot);
	return arena_printf(run->arena, "%s; it stays in the vault", fault_sentence(error));
}

int
undo_act(struct run *run, struct step *step)
{
	struct vaulted *item;
	int error = undo_find_item(run, step, &item);

	if (error != 0)
		return error;
	error = item != NULL ? vault_restore(run->ledger, item) : -ENOENT;
	step->message = "is back";
	/* Registered, and the run was cut off before the move, or the vault was emptied and
	 * something has come since. */
	if (error == -ENOENT && item != NULL && !is_in_vault(run, item) &&
	    path_exists(&run->ledger->root, step->subject)) {
		step->message = "is not in the vault; what is there now was left as it is";
		error = 0;
	}
	if (error == 0) {
		step->state = STEP_DONE;
		return ledger_vault_set_restored(run->ledger, item);
	}
	step->state = STEP_FAILED;
	step->message = explain_restore_error(run, item, error);
	return 0;
}

static bool
is_moved(const struct vaulted *items, size_t count, const char *path)
{
	size_t i;

	for (i = 0; path != NULL && i < count; i++)
		if (strcmp(items[i].path, path) == 0)
			return true;
	return false;
}

bool
undo_runs_have(struct undo_runs runs, int64_t run)
{
	size_t i;

	for (i = 0; i < runs.count; i++)
		if (runs.items[i].id == run)
			return true;
	return false;
}

/* What the other runs of the job moved, which stays away. */
static int
list_staying(struct ledger *ledger, struct arena *arena, struct undo_runs runs,
    struct vaulted **moved, size_t *count)
{
	struct undo_runs others = {0};
	struct ledger_run *job;
	size_t job_count = 0, i;
	int error = ledger_job_list(ledger, arena, runs.items[0].id, &job, &job_count);

	for (i = 0; i < job_count; i++)
		if (!undo_runs_have(runs, job[i].id))
			job[others.count++] = job[i];
	others.items = job;
	return error != 0 ? error : undo_list_moved(ledger, arena, others, moved, count);
}

int
undo_cases(struct ledger *ledger, struct arena *arena, struct undo_runs runs,
    struct ledger_case **cases, size_t *count)
{
	struct vaulted *items, *staying;
	size_t item_count, staying_count = 0, all = 0, i;
	const struct ledger_case *kext;
	int error = undo_list_moved(ledger, arena, runs, &items, &item_count);

	*count = 0;
	if (error == 0)
		error = list_staying(ledger, arena, runs, &staying, &staying_count);
	if (error == 0)
		error = ledger_case_list(ledger, arena, cases, &all);
	for (i = 0; error == 0 && i < all; i++) {
		kext = &(*cases)[i];
		if (is_moved(items, item_count, kext->path) ||
		    (undo_runs_have(runs, kext->run) &&
			!is_moved(staying, staying_count, kext->path)))
			(*cases)[(*count)++] = *kext;
	}
	return error;
}

int
undo_finish(struct ledger *ledger, struct arena *arena, int64_t id, struct undo_runs runs, int exit)
{
	struct ledger_case *cases;
	size_t count, i;
	int error = undo_cases(ledger, arena, runs, &cases, &count);

	if (error == 0)
		error = store_begin(ledger->db);
	if (error != 0)
		return error;
	for (i = 0; error == 0 && i < count; i++)
		error = ledger_case_remove(ledger, cases[i].key);
	for (i = 0; error == 0 && i < runs.count; i++)
		error = ledger_run_end(ledger, runs.items[i].id, "undone", 0);
	if (error == 0)
		error = ledger_run_end(ledger, id, "done", exit);
	return store_commit(ledger->db, error);
}
