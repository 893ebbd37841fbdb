/* SPDX-License-Identifier: BSD-2-Clause */
/* Giving back what a run moved. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/fault.h"
#include "uninstall/undo.h"
#include "uninstall/vault.h"
#include "kmutil-helpers/banned.h"

/* The jobs that the run ended run again, after their files. */
static void
add_jobs(struct arena *arena, int64_t run, struct step *steps, size_t *count,
    const struct step *done, size_t done_count)
{
	size_t i;

	for (i = 0; i < done_count; i++)
		if (done[i].kind == STEP_STOP_JOB &&
		    (done[i].state == STEP_DONE || done[i].state == STEP_BEGUN))
			steps[(*count)++] = (struct step){
			    .kind = STEP_START_JOB,
			    .subject = done[i].subject,
			    .why = arena_printf(arena, "run %lld ended it", (long long)run),
			};
}

int
undo_plan(
    struct ledger *ledger, struct arena *arena, int64_t run, struct step **steps, size_t *count)
{
	struct vaulted *items;
	struct step *done = NULL;
	size_t item_count, done_count = 0, i;
	int error = ledger_vault_list(ledger, arena, run, &items, &item_count);

	*count = 0;
	if (error == 0)
		error = ledger_step_list(ledger, arena, run, &done, &done_count);
	*steps = arena_array(arena, item_count + done_count + 1, sizeof(**steps));
	for (i = item_count; error == 0 && i > 0; i--)
		if (!items[i - 1].restored)
			(*steps)[(*count)++] = (struct step){
			    .kind = STEP_RESTORE,
			    .subject = items[i - 1].path,
			    .why = arena_printf(arena, "run %lld moved it", (long long)run),
			};
	if (error == 0)
		add_jobs(arena, run, *steps, count, done, done_count);
	return error;
}

/* The item of the register that a restore step speaks of: the step's "why" names
 * the run. NULL when there is none. */
static int
find_item(struct run *run, const struct step *step, struct vaulted **item)
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
	int error = find_item(run, step, &item);

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

int
undo_cases(struct ledger *ledger, struct arena *arena, int64_t run, struct ledger_case **cases,
    size_t *count)
{
	struct vaulted *items = NULL;
	size_t item_count = 0, all, i;
	int error = ledger_vault_list(ledger, arena, run, &items, &item_count);

	*count = all = 0;
	if (error == 0)
		error = ledger_case_list(ledger, arena, cases, &all);
	for (i = 0; error == 0 && i < all; i++)
		if ((*cases)[i].run == run || is_moved(items, item_count, (*cases)[i].path))
			(*cases)[(*count)++] = (*cases)[i];
	return error;
}

int
undo_finish(struct ledger *ledger, struct arena *arena, int64_t id, int64_t run, int exit)
{
	struct ledger_case *cases;
	size_t count, i;
	int error = undo_cases(ledger, arena, run, &cases, &count);

	if (error == 0)
		error = store_begin(ledger->db);
	if (error != 0)
		return error;
	for (i = 0; error == 0 && i < count; i++)
		error = ledger_case_remove(ledger, cases[i].key);
	if (error == 0)
		error = ledger_run_end(ledger, run, "undone", 0);
	if (error == 0)
		error = ledger_run_end(ledger, id, "done", exit);
	return store_commit(ledger->db, error);
}
