/* SPDX-License-Identifier: BSD-2-Clause */
/* Vault and register compared. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "uninstall/vault_strays.h"
#include "kmutil-helpers/banned.h"

/* The number of a run that a name in the vault is; 0 for any other name. */
static int64_t
run_of_name(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < 19 && name[0] != '0' && strspn(name, "0123456789") == len
		   ? strtoll(name, NULL, 10)
		   : 0;
}

/* The vault names what it takes by its step: "3", "5-bom"; what ends in ".part" was never
 * whole. */
static bool
is_slot(const char *name)
{
	size_t len = strspn(name, "0123456789");

	return len > 0 && (name[len] == '\0' || name[len] == '-') &&
	       !path_has_suffix(name, ".part");
}

static bool
is_registered(const struct vaulted *items, size_t count, const char *slot)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(items[i].slot, slot) == 0)
			return true;
	return false;
}

size_t
vault_strays_of(struct ledger *ledger, struct arena *arena, int64_t run)
{
	const char *name = arena_printf(arena, "%lld", (long long)run);
	struct vaulted *items = NULL;
	size_t item_count = 0, count = 0, strays = 0, i;
	char **names;

	if (path_list(&ledger->root, arena_printf(arena, "%s/vault/%s", ledger->folder, name),
		arena, &names, &count) != 0)
		return 0;
	if (ledger->db != NULL && ledger_vault_list(ledger, arena, run, &items, &item_count) != 0)
		return 0;
	for (i = 0; i < count; i++)
		strays += is_slot(names[i]) && !is_registered(items, item_count,
						   arena_printf(arena, "%s/%s", name, names[i]));
	return strays;
}

static int
list_vault(const struct ledger *ledger, struct arena *arena, char ***names, size_t *count)
{
	int error = path_list(
	    &ledger->root, arena_printf(arena, "%s/vault", ledger->folder), arena, names, count);

	if (error == -ENOENT) {
		*count = 0;
		return 0;
	}
	return error;
}

static int
compare_runs(const void *a, const void *b)
{
	const struct vault_strays *x = a, *y = b;

	return (x->run > y->run) - (x->run < y->run);
}

int
vault_strays_list(
    struct ledger *ledger, struct arena *arena, struct vault_strays **runs, size_t *count)
{
	struct vault_strays stray;
	size_t name_count, room = 0, i;
	char **names;
	int error = list_vault(ledger, arena, &names, &name_count);

	*runs = NULL;
	*count = 0;
	for (i = 0; error == 0 && i < name_count; i++) {
		stray.run = run_of_name(names[i]);
		stray.count = stray.run > 0 ? vault_strays_of(ledger, arena, stray.run) : 0;
		if (stray.count > 0)
			*(struct vault_strays *)arena_push(
			    arena, runs, count, &room, sizeof(**runs)) = stray;
	}
	if (*count > 0)
		qsort(*runs, *count, sizeof(**runs), compare_runs);
	return error;
}

int64_t
vault_last_run(struct ledger *ledger, struct arena *arena)
{
	int64_t last = 0;
	size_t count, i;
	char **names;

	if (list_vault(ledger, arena, &names, &count) != 0)
		return 0;
	for (i = 0; i < count; i++)
		if (run_of_name(names[i]) > last)
			last = run_of_name(names[i]);
	return last;
}
