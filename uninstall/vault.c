/* SPDX-License-Identifier: BSD-2-Clause */
/* Moving into the vault, back, and out of the world. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/os.h"
#include "uninstall/vault.h"
#include "uninstall/vault_cross.h"
#include "uninstall/vault_same.h"
#include "kmutil-helpers/banned.h"


static const char *
kind_of(const struct stat *st)
{
	return S_ISDIR(st->st_mode) ? "folder" : S_ISLNK(st->st_mode) ? "link" : "file";
}

/* Registers what is at a place, before it goes into its slot. */
static int
add_item(struct ledger *ledger, struct arena *arena, const struct place *at, struct vaulted *item)
{
	char *hex = arena_alloc(arena, SAME_DIGEST_BYTES);
	struct tree_walk walk = tree_walk_begin();
	struct tree_node node;
	int error = tree_open(&walk, at, &node);

	if (error == 0)
		error = same_digest(at, hex);
	if (error == 0) {
		if (item->kind == NULL)
			item->kind = kind_of(&node.st);
		item->mode = node.st.st_mode;
		item->uid = node.st.st_uid;
		item->gid = node.st.st_gid;
		item->flags = node.fd >= 0 ? os_flags(node.fd, &node.st) : 0;
		item->size = node.st.st_size;
		item->mtime_ns = os_mtime_ns(&node.st);
		item->inode = (int64_t)node.st.st_ino;
		item->digest = hex;
		error = ledger_vault_add(ledger, item);
	}
	tree_close(&node);
	tree_walk_done(&walk);
	return error;
}

/* The open folder of a run inside the vault, made when absent; -errno. */
static int
open_run_folder(struct ledger *ledger, int64_t run)
{
	char name[32], path[PATH_MAX];
	int vault, folder = -1, error;

	(void)snprintf(path, sizeof(path), "%s/vault", ledger->folder);
	error = path_open_folder(&ledger->root, path, &vault);
	if (error != 0)
		return error;
	(void)snprintf(name, sizeof(name), "%lld", (long long)run);
	if (mkdirat(vault, name, 0700) == 0)
		error = os_sync(vault);
	else if (errno != EEXIST)
		error = -errno;
	if (error == 0) {
		folder = openat(vault, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		error = folder < 0 ? -errno : 0;
	}
	(void)close(vault);
	return error != 0 ? error : folder;
}

static int
is_empty_folder(const struct place *place, struct arena *arena, bool *empty)
{
	char **names;
	size_t count = 0;
	int fd = openat(place->parent_fd, place->leaf,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int error = fd < 0 ? -errno : folder_list(fd, arena, &names, &count);

	if (fd >= 0)
		(void)close(fd);
	*empty = error == 0 && count == 0;
	return error;
}

static int
check_moved(const struct place *from, int to_dir, const char *to, ino_t inode)
{
	struct stat st;
	int error = 0;

	if (fstatat(to_dir, to, &st, AT_SYMLINK_NOFOLLOW) != 0)
		error = -errno;
	else if (st.st_ino != inode)
		error = -FAULT_CHANGED;
	if (error == 0)
		error = os_sync(to_dir);
	return error != 0 ? error : os_sync(from->parent_fd);
}

/* Renames, looks that what moved is what was looked at, and makes both ends durable; else
 * all is put back. */
static int
move(const struct place *from, int to_dir, const char *to, ino_t inode)
{
	int error = os_rename_new(from->parent_fd, from->leaf, to_dir, to);

	if (error != 0)
		return error;
	error = check_moved(from, to_dir, to, inode);
	if (error != 0)
		(void)!os_rename_new(to_dir, to, from->parent_fd, from->leaf);
	return error;
}

static int
put_at(struct ledger *ledger, struct arena *arena, struct vaulted *item, bool only_empty,
    const struct place *from, int folder)
{
	const char *leaf = arena_printf(arena, "%d", item->n);
	struct stat st;
	bool empty = true;
	int error = 0;

	if (fstatat(from->parent_fd, from->leaf, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 1 : -errno;
	if (only_empty && S_ISDIR(st.st_mode))
		error = is_empty_folder(from, arena, &empty);
	if (error != 0 || !empty)
		return error != 0 ? error : -ENOTEMPTY;
	/* Repeated after a crash, and something new stands there: what is in the slot stays
	 * what the register says. */
	if (fstatat(folder, leaf, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	error = add_item(ledger, arena, from, item);
	if (error == 0)
		error = move(from, folder, leaf, (ino_t)item->inode);
	return error == -EXDEV ? vault_cross_put(ledger, item, from, folder) : error;
}

int
vault_put(struct ledger *ledger, struct arena *arena, int64_t run, int n, const char *path,
    bool only_empty)
{
	struct vaulted item = {.run = run,
	    .n = n,
	    .path = path,
	    .slot = arena_printf(arena, "%lld/%d", (long long)run, n)};
	struct place from;
	int folder = -1, error = path_find_place(&ledger->root, path, &from);

	if (error == -ENOENT || error == -ENOTDIR) {
		error = 1;
	} else if (error == 0) {
		folder = open_run_folder(ledger, run);
		error = folder < 0 ? folder
				   : put_at(ledger, arena, &item, only_empty, &from, folder);
	}
	if (folder >= 0)
		(void)close(folder);
	place_done(&from);
	return error;
}

__attribute__((format(printf, 2, 3))) static struct place
name_in(int folder, const char *format, ...)
{
	struct place place = {.parent_fd = folder};
	va_list args;

	va_start(args, format);
	(void)vsnprintf(place.leaf, sizeof(place.leaf), format, args);
	va_end(args);
	return place;
}

int
vault_copy(struct ledger *ledger, struct arena *arena, int64_t run, int n, const char *path,
    const char *suffix)
{
	const char *leaf = arena_printf(arena, "%d-%s", n, suffix);
	struct vaulted item = {.run = run,
	    .n = n,
	    .path = path,
	    .slot = arena_printf(arena, "%lld/%s", (long long)run, leaf),
	    .kind = "copy"};
	struct place at, slot, part;
	struct stat st;
	int folder = -1, error = path_find_place(&ledger->root, path, &at);

	if (error == 0 && fstatat(at.parent_fd, at.leaf, &st, AT_SYMLINK_NOFOLLOW) != 0)
		error = -errno;
	if (error == 0)
		error = S_ISREG(st.st_mode) ? open_run_folder(ledger, run) : -FAULT_NOT_FILE;
	if (error >= 0) {
		folder = error;
		slot = name_in(folder, "%s", leaf);
		part = name_in(folder, "%s.part", leaf);
		error = add_item(ledger, arena, &at, &item);
		if (error == 0)
			error = vault_cross_copy(&at, &part, &slot);
		(void)close(folder);
	}
	place_done(&at);
	/* Repeated after a crash: the whole copy is there. */
	return error == -ENOENT ? 1 : error == -EEXIST ? 0 : error;
}

/* Whether what stands there is what went into the vault; that is not known of what an older
 * kextirpate has put there. */
static int
check_item(const struct place *at, const struct vaulted *item)
{
	char hex[SAME_DIGEST_BYTES];
	int error = item->digest != NULL ? same_digest(at, hex) : 0;

	if (error == 0 && item->digest != NULL && strcmp(item->digest, hex) != 0)
		error = -FAULT_TAMPERED;
	return error;
}

static const struct vaulted *
find_step(const struct vaulted *items, size_t count, int n)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (items[i].n == n)
			return &items[i];
	return NULL;
}

/* Why what stands there is not to be moved; NULL: it is the item, or nothing. */
static const char *
reason_to_leave(const struct root *root, const char *path, const struct vaulted *item)
{
	struct place at;
	struct stat st;
	int error = path_find_place(root, path, &at);

	if (error == 0 && fstatat(at.parent_fd, at.leaf, &st, AT_SYMLINK_NOFOLLOW) != 0)
		error = -errno;
	if (error == 0)
		error = item != NULL ? check_item(&at, item) : -FAULT_MISSING;
	place_done(&at);
	if (error == 0 || error == -ENOENT || error == -ENOTDIR)
		return NULL;
	return error == -FAULT_MISSING	  ? "the run was cut off before it moved anything"
	       : error == -FAULT_TAMPERED ? "something else is there now; it was left where it is"
					  : fault_sentence(error);
}

int
vault_resume(struct ledger *ledger, struct arena *arena, int64_t run, int n, const char *path,
    const char **against)
{
	struct vaulted *items;
	size_t count;
	int error = ledger_vault_list(ledger, arena, run, &items, &count);

	*against = error == 0 ? reason_to_leave(&ledger->root, path, find_step(items, count, n))
			      : NULL;
	return error;
}

/* An inode number says nothing by itself: what is made where another thing was removed may get
 * the number of what was removed. */
static bool
is_back(const struct place *to, const struct vaulted *item)
{
	struct stat st;

	if (item->digest != NULL)
		return check_item(to, item) == 0;
	return fstatat(to->parent_fd, to->leaf, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    (int64_t)st.st_ino == item->inode && st.st_size == item->size &&
	    os_mtime_ns(&st) == item->mtime_ns;
}

static int
restore_move(const struct place *slot, const struct place *to, const struct vaulted *item)
{
	struct stat st;
	int error;

	if (fstatat(slot->parent_fd, slot->leaf, &st, AT_SYMLINK_NOFOLLOW) != 0)
		/* Repeated after a crash: it is back. */
		return errno == ENOENT && is_back(to, item) ? 0 : -ENOENT;
	error = check_item(slot, item);
	if (error == 0)
		error = move(slot, to->parent_fd, to->leaf, st.st_ino);
	return error == -EXDEV ? vault_cross_restore(item, slot, to) : error;
}

static int
restore_copy(const struct place *slot, const struct place *to, const struct vaulted *item)
{
	struct place part = name_in(to->parent_fd, ".kextirpate-%s", to->leaf);
	struct stat st;
	int error;

	/* The copy never took the original away: it may still be there, or a newer one. */
	if (fstatat(to->parent_fd, to->leaf, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return check_item(to, item) == 0 ? 0 : -EEXIST;
	error = check_item(slot, item);
	return error != 0 ? error : vault_cross_copy(slot, &part, to);
}

int
vault_restore(struct ledger *ledger, const struct vaulted *item)
{
	char slot_path[PATH_MAX];
	struct place slot = {.parent_fd = -1}, to = {.parent_fd = -1};
	int error;

	(void)snprintf(slot_path, sizeof(slot_path), "%s/vault/%s", ledger->folder, item->slot);
	error = path_find_place(&ledger->root, slot_path, &slot);
	if (error == 0)
		error = path_find_place(&ledger->root, item->path, &to);
	if (error == 0)
		error = strcmp(item->kind, "copy") == 0 ? restore_copy(&slot, &to, item)
							: restore_move(&slot, &to, item);
	place_done(&to);
	place_done(&slot);
	return error;
}

/* Under its name it must be what went in; what has lost that was looked at before. */
static int
remove_slot(const struct place *slot, const struct vaulted *item)
{
	struct stat st;
	int error, dropped;

	if (fstatat(slot->parent_fd, slot->leaf, &st, AT_SYMLINK_NOFOLLOW) == 0)
		error = item->digest != NULL ? check_item(slot, item) : -FAULT_TAMPERED;
	else if (errno == ENOENT)
		error = 1;
	else
		error = -errno;
	if (error < 0)
		return error;
	dropped = vault_cross_drop(slot);
	if (dropped == 0)
		dropped = os_sync(slot->parent_fd);
	return dropped != 0 ? dropped : error;
}

int
vault_remove(struct ledger *ledger, const struct vaulted *item)
{
	char slot_path[PATH_MAX];
	struct place slot = {.parent_fd = -1};
	int error;

	(void)snprintf(slot_path, sizeof(slot_path), "%s/vault/%s", ledger->folder, item->slot);
	error = path_find_place(&ledger->root, slot_path, &slot);
	if (error == 0)
		error = remove_slot(&slot, item);
	place_done(&slot);
	return error == -ENOENT ? 1 : error;
}
