/* SPDX-License-Identifier: BSD-2-Clause */
/* Removing from the vault what has expired. */
#include "kmutil-helpers/fault.h"
#include "uninstall/expire.h"
#include "uninstall/undo.h"
#include "uninstall/vault.h"
#include "kmutil-helpers/banned.h"

void
expire_plan(struct arena *arena, const struct vaulted *items, size_t count, struct step **steps,
    size_t *step_count)
{
	size_t i;

	*steps = arena_array(arena, count + 1, sizeof(**steps));
	for (i = 0; i < count; i++)
		(*steps)[i] = (struct step){.n = (int)i + 1,
		    .kind = STEP_EXPIRE,
		    .subject = items[i].path,
		    .why =
			arena_printf(arena, "run %lld moved it, and its days in the vault are over",
			    (long long)items[i].run)};
	*step_count = count;
}

/* Nobody's bytes are deleted that are not those that went in: they stay, for good. */
static int
keep(struct run *run, struct step *step, const struct vaulted *item)
{
	step->state = STEP_SKIPPED;
	step->message =
	    arena_printf(run->arena, "%s/vault/%s is not what went into the vault; it stays there",
		run->ledger->folder, item->slot);
	return ledger_vault_set_expiry(run->ledger, item, "kept");
}

int
expire_act(struct run *run, struct step *step)
{
	struct vaulted *item;
	int error = undo_find_item(run, step, &item);

	if (error == 0 && item == NULL)
		error = -FAULT_DAMAGED;
	if (error != 0)
		return error;
	error = vault_remove(run->ledger, item);
	if (error == -FAULT_TAMPERED)
		return keep(run, step, item);
	if (error < 0) {
		step->state = STEP_FAILED;
		step->message =
		    arena_printf(run->arena, "%s/vault/%s: %s; the next recheck tries again",
			run->ledger->folder, item->slot, fault_sentence(error));
		return 0;
	}
	step->state = STEP_DONE;
	step->message = error == 0 ? "removed from the vault" : "is not in the vault any more";
	return ledger_vault_set_expiry(run->ledger, item, "done");
}
