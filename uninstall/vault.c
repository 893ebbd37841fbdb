/* SPDX-License-Identifier: BSD-2-Clause */
/* Moving into the vault and back. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/os.h"
#include "uninstall/vault.h"
#include "kmutil-helpers/banned.h"


static const char *
kind_of(const struct stat *st)
{
	return S_ISDIR(st->st_mode) ? "folder" : S_ISLNK(st->st_mode) ? "link" : "file";
}

static struct vaulted
describe(int64_t run, int n, const char *path, const char *slot, const char *kind,
    const struct stat *st)
{
	return (struct vaulted){
	    .run = run,
	    .n = n,
	    .path = path,
	    .slot = slot,
	    .kind = kind,
	    .mode = st->st_mode,
	    .uid = st->st_uid,
	    .gid = st->st_gid,
	    .size = st->st_size,
	    .mtime_ns = os_mtime_ns(st),
	    .inode = (int64_t)st->st_ino,
	};
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

/* Renames and makes both ends durable; then looks that what moved is what was
 * looked at. */
static int
move(const struct place *from, int to_dir, const char *to, ino_t inode)
{
	struct stat st;
	int error = os_rename_new(from->parent_fd, from->leaf, to_dir, to);

	if (error == 0)
		error = os_sync(to_dir);
	if (error == 0)
		error = os_sync(from->parent_fd);
	if (error == 0 && fstatat(to_dir, to, &st, AT_SYMLINK_NOFOLLOW) != 0)
		error = -errno;
	return error != 0 ? error : st.st_ino == inode ? 0 : -FAULT_CHANGED;
}

static int
put_at(struct ledger *ledger, struct arena *arena, int64_t run, int n, const char *path,
    bool only_empty, const struct place *from, int folder)
{
	const char *leaf = arena_printf(arena, "%d", n);
	struct vaulted item;
	struct stat st;
	bool empty = true;
	int error = 0;

	if (fstatat(from->parent_fd, from->leaf, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 1 : -errno;
	if (only_empty && S_ISDIR(st.st_mode))
		error = is_empty_folder(from, arena, &empty);
	if (error != 0 || !empty)
		return error != 0 ? error : -ENOTEMPTY;
	item = describe(run, n, path, arena_printf(arena, "%lld/%s", (long long)run, leaf),
	    kind_of(&st), &st);
	error = ledger_vault_add(ledger, &item);
	return error != 0 ? error : move(from, folder, leaf, st.st_ino);
}

int
vault_put(struct ledger *ledger, struct arena *arena, int64_t run, int n, const char *path,
    bool only_empty)
{
	struct place from;
	int folder = -1, error = path_find_place(&ledger->root, path, &from);

	if (error == -ENOENT || error == -ENOTDIR) {
		error = 1;
	} else if (error == 0) {
		folder = open_run_folder(ledger, run);
		error = folder < 0 ? folder
				   : put_at(ledger, arena, run, n, path, only_empty, &from, folder);
	}
	if (folder >= 0)
		(void)close(folder);
	place_done(&from);
	return error;
}

/* Copies an open file to to_dir/leaf by way of a temporary name, so that a file of
 * that name is always whole. */
static int
copy_to(int from, int to_dir, const char *leaf)
{
	char temporary[NAME_MAX + 1];
	int to, error;

	(void)snprintf(temporary, sizeof(temporary), ".kextirpate-%.200s", leaf);
	to = openat(to_dir, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return -errno;
	error = file_copy(from, to, UINT64_MAX);
	if (error == 0)
		error = os_copy_metadata(from, to);
	if (error == 0)
		error = os_sync(to);
	if (close(to) != 0 && error == 0)
		error = -errno;
	if (error == 0)
		error = os_rename_new(to_dir, temporary, to_dir, leaf);
	if (error == 0)
		error = os_sync(to_dir);
	else
		(void)unlinkat(to_dir, temporary, 0);
	return error;
}

int
vault_copy(struct ledger *ledger, struct arena *arena, int64_t run, int n, const char *path,
    const char *suffix)
{
	const char *leaf = arena_printf(arena, "%d-%s", n, suffix);
	struct vaulted item;
	struct stat st;
	int from, folder, error = path_open_file(&ledger->root, path, &from, &st);

	if (error != 0)
		return error == -ENOENT ? 1 : error;
	folder = open_run_folder(ledger, run);
	error = folder < 0 ? folder : 0;
	if (error == 0) {
		item = describe(run, n, path,
		    arena_printf(arena, "%lld/%s", (long long)run, leaf), "copy", &st);
		error = ledger_vault_add(ledger, &item);
	}
	if (error == 0)
		error = copy_to(from, folder, leaf);
	/* Repeated after a crash: the whole copy is there. */
	if (error == -EEXIST)
		error = 0;
	if (folder >= 0)
		(void)close(folder);
	(void)close(from);
	return error;
}

static int
restore_move(const struct place *slot, const struct place *to, const struct vaulted *item)
{
	struct stat st;

	if (fstatat(slot->parent_fd, slot->leaf, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		/* Repeated after a crash: it is back. */
		if (errno == ENOENT &&
		    fstatat(to->parent_fd, to->leaf, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    (int64_t)st.st_ino == item->inode)
			return 0;
		return -ENOENT;
	}
	return move(slot, to->parent_fd, to->leaf, st.st_ino);
}

static int
restore_copy(const struct place *slot, const struct place *to)
{
	struct stat st;
	int from, error;

	/* The copy never took the original away: it may still be there. */
	if (fstatat(to->parent_fd, to->leaf, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	from = openat(slot->parent_fd, slot->leaf, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (from < 0)
		return -errno;
	error = copy_to(from, to->parent_fd, to->leaf);
	(void)close(from);
	return error;
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
		error = strcmp(item->kind, "copy") == 0 ? restore_copy(&slot, &to)
							: restore_move(&slot, &to, item);
	place_done(&to);
	place_done(&slot);
	return error;
}
