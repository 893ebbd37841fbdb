/* SPDX-License-Identifier: BSD-2-Clause */
/* From another volume into the vault, and back. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/os.h"
#include "uninstall/vault_cross.h"
#include "uninstall/vault_same.h"
#include "kmutil-helpers/banned.h"

#define BEGUN "begun"
#define DONE "done"

static bool
is_there(const struct place *at, struct stat *st)
{
	return fstatat(at->parent_fd, at->leaf, st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The half copy in the vault, beside its slot. */
static struct place
part_of(const struct place *slot)
{
	struct place part = {.parent_fd = slot->parent_fd};

	(void)snprintf(part.leaf, sizeof(part.leaf), "%.200s.part", slot->leaf);
	return part;
}

/* A name of ours beside an item's own place, without a suffix that macOS would look for. */
static struct place
beside(const struct place *at, const struct vaulted *item, const char *suffix)
{
	struct place place = {.parent_fd = at->parent_fd};

	(void)snprintf(place.leaf, sizeof(place.leaf), ".kextirpate-%lld-%d%s",
	    (long long)item->run, item->n, suffix);
	return place;
}

static int
rename_in_folder(const struct place *from, const struct place *to)
{
	int error = os_rename_new(from->parent_fd, from->leaf, to->parent_fd, to->leaf);

	return error != 0 ? error : os_sync(to->parent_fd);
}

int
vault_cross_drop(const struct place *slot)
{
	struct place part = part_of(slot);
	struct stat st;
	int error = tree_remove(&part);

	if (error == 0 && is_there(slot, &st))
		error = rename_in_folder(slot, &part);
	return error != 0 ? error : tree_remove(&part);
}

int
vault_cross_copy(const struct place *from, const struct place *part, const struct place *to)
{
	int error = tree_remove(part);

	if (error == 0)
		error = tree_copy(from, part);
	if (error == 0)
		error = same_check(from, part);
	if (error == 0)
		error = os_sync(part->parent_fd);
	if (error == 0)
		error = rename_in_folder(part, to);
	if (error != 0)
		(void)!tree_remove(part);
	return error;
}

static int
check_digest(const struct vaulted *item, const struct place *at, int fault)
{
	char hex[SAME_DIGEST_BYTES];
	int error = same_digest(at, hex);

	return error != 0                                               ? error
	       : item->digest != NULL && strcmp(item->digest, hex) == 0 ? 0
									: fault;
}

static bool
is_original(const struct vaulted *item, const struct place *at)
{
	struct stat st;

	return is_there(at, &st) && (int64_t)st.st_ino == item->inode;
}

/* Whether what waits under its other name is the original, and all of it is in the slot. */
static int
check_aside(const struct vaulted *item, const struct place *aside, const struct place *slot)
{
	return is_original(item, aside) ? same_check(aside, slot) : -FAULT_CHANGED;
}

/* Puts the original out of reach in one step, and makes sure that it is what the slot holds;
 * else it is put back. */
static int
set_aside(const struct vaulted *item, const struct place *from, const struct place *aside,
    const struct place *slot)
{
	int error = os_rename_new(from->parent_fd, from->leaf, aside->parent_fd, aside->leaf);

	if (error != 0)
		return error;
	error = os_sync(aside->parent_fd);
	if (error == 0)
		error = check_aside(item, aside, slot);
	if (error != 0)
		(void)!rename_in_folder(aside, from);
	return error;
}

static int
remove_aside(const struct place *aside)
{
	int error = tree_remove(aside);

	return error != 0 ? error : os_sync(aside->parent_fd);
}

int
vault_cross_put(
    struct ledger *ledger, const struct vaulted *item, const struct place *from, int folder)
{
	struct place slot = {.parent_fd = folder}, aside = beside(from, item, ""), part;
	int error = ledger_vault_set_crossing(ledger, item, BEGUN);

	(void)snprintf(slot.leaf, sizeof(slot.leaf), "%d", item->n);
	part = part_of(&slot);
	if (error == 0)
		error = vault_cross_copy(from, &part, &slot);
	if (error == 0)
		error = check_digest(item, &slot, -FAULT_CHANGED);
	if (error == 0)
		error = set_aside(item, from, &aside, &slot);
	if (error == 0)
		return remove_aside(&aside) != 0 ? 2
						 : ledger_vault_set_crossing(ledger, item, DONE);
	/* Where the original is where it was, the copy goes; whatever else cannot be done now
	 * is left to vault_cross_finish. */
	if (!is_original(item, from))
		return is_original(item, &aside) ? 2 : error;
	if (vault_cross_drop(&slot) == 0 && os_sync(folder) == 0)
		(void)!ledger_vault_set_crossing(ledger, item, NULL);
	return error;
}

int
vault_cross_restore(const struct vaulted *item, const struct place *slot, const struct place *to)
{
	struct place back = beside(to, item, "-back");
	struct stat st;
	int error;

	/* Repeated after a crash: it is back, and the slot was not dropped yet. */
	if (is_there(to, &st))
		error =
		    same_check(slot, to) == 0 && check_digest(item, to, -EEXIST) == 0 ? 0 : -EEXIST;
	else
		error = vault_cross_copy(slot, &back, to);
	if (error == 0)
		error = vault_cross_drop(slot);
	return error != 0 ? error : os_sync(slot->parent_fd);
}

/* Both places of an item; ended with place_done in any case. */
static int
find_places(
    const struct ledger *ledger, const struct vaulted *item, struct place *slot, struct place *from)
{
	char path[PATH_MAX];
	int error;

	from->parent_fd = -1;
	(void)snprintf(path, sizeof(path), "%s/vault/%s", ledger->folder, item->slot);
	error = path_find_place(&ledger->root, path, slot);
	return error != 0 ? error : path_find_place(&ledger->root, item->path, from);
}

/* The slot is whole. Where the original still has its name, the copy goes; where it was put
 * aside, the original does; where that differs from the copy, both stay. */
static int
finish_whole(struct ledger *ledger, const struct vaulted *item, const struct place *slot,
    const struct place *from)
{
	struct place aside = beside(from, item, "");
	struct stat st;
	int error;

	if (is_there(&aside, &st)) {
		error = check_aside(item, &aside, slot);
		if (error == 0)
			error = remove_aside(&aside);
		else if (error == -FAULT_CHANGED)
			error = rename_in_folder(&aside, from);
		if (error != 0)
			return error;
	} else if (is_original(item, from) && same_check(from, slot) == 0) {
		error = vault_cross_drop(slot);
		return error != 0 ? error : ledger_vault_set_crossing(ledger, item, NULL);
	}
	return ledger_vault_set_crossing(ledger, item, DONE);
}

static int
finish_one(struct ledger *ledger, const struct vaulted *item)
{
	struct place slot = {.parent_fd = -1}, from = {.parent_fd = -1};
	struct stat st;
	int error = find_places(ledger, item, &slot, &from);

	if (error == 0 && is_there(&slot, &st)) {
		error = finish_whole(ledger, item, &slot, &from);
	} else if (error == 0) {
		error = vault_cross_drop(&slot);
		if (error == 0)
			error = ledger_vault_set_crossing(ledger, item, NULL);
	}
	place_done(&slot);
	place_done(&from);
	return error;
}

int
vault_cross_finish(struct ledger *ledger, struct arena *arena, struct problem_list *problems)
{
	struct vaulted *items;
	size_t count, i;
	int error = ledger_vault_list_begun(ledger, arena, &items, &count), one;

	for (i = 0; error == 0 && i < count; i++) {
		one = finish_one(ledger, &items[i]);
		if (one == -FAULT_DAMAGED || one == -FAULT_TYPE)
			error = one;
		else if (one != 0)
			problem_add(problems, items[i].path, "vault", one,
			    "it is half on its way between its volume and the vault, and nothing "
			    "of it is lost; the next run tries again",
			    false);
	}
	return error;
}
