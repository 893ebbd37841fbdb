/* SPDX-License-Identifier: BSD-2-Clause */
/* Adding up what a plan writes to the vault's volume. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/os.h"
#include "uninstall/receipt.h"
#include "uninstall/vault_space.h"
#include "uninstall/vault_tree.h"
#include "kmutil-helpers/banned.h"

/* The mount point that holds a path: the longest one. */
struct mount_search {
	const char *path;
	char point[PATH_MAX];
};

static void
note_mount(const struct os_mount *mount, void *payload)
{
	struct mount_search *search = payload;

	if (path_is_below(search->path, mount->point) &&
	    strlen(mount->point) > strlen(search->point))
		(void)snprintf(search->point, sizeof(search->point), "%s", mount->point);
}

/* Whether the two lie on different volumes, by the device or by the mount table; renaming
 * tells for certain, and later. */
static bool
is_apart(const struct stat *st, const char *path, const struct stat *vault, const char *state)
{
	struct mount_search one = {.path = path}, other = {.path = state};

	if (st->st_dev != vault->st_dev)
		return true;
	return os_mounts_each(note_mount, &one) == 0 && os_mounts_each(note_mount, &other) == 0 &&
	       strcmp(one.point, other.point) != 0;
}

/* The state folder, or the nearest above it that is there. */
static int
open_nearest(const struct root *root, const char *state, int *fd)
{
	char path[PATH_MAX];
	int error;

	(void)snprintf(path, sizeof(path), "%s", state);
	for (;;) {
		error = path_open_folder(root, path[0] != '\0' ? path : "/", fd);
		if (error != -ENOENT || path[0] == '\0')
			return error;
		*strrchr(path, '/') = '\0';
	}
}

/* What a step copies into the vault; what is not there, or cannot be looked at, is none. */
static uint64_t
bytes_of(const struct root *root, const char *path)
{
	struct place place;
	uint64_t bytes = 0;

	if (path_find_place(root, path, &place) != 0 || tree_size(&place, &bytes) != 0)
		bytes = 0;
	place_done(&place);
	return bytes;
}

static uint64_t
bytes_of_receipt(const struct root *root, const char *id)
{
	char path[PATH_MAX];
	uint64_t bytes;

	(void)snprintf(path, sizeof(path), RECEIPTS "/%s.plist", id);
	bytes = bytes_of(root, path);
	(void)snprintf(path, sizeof(path), RECEIPTS "/%s.bom", id);
	return bytes + bytes_of(root, path);
}

int
space_look(const struct root *root, const char *state, const struct plan *plan,
    const struct claim_list *claims, struct space *space)
{
	const struct step *step = plan->steps, *end = plan->steps + plan->step_count;
	struct stat vault, st;
	int fd = -1, error = open_nearest(root, state, &fd);

	*space = (struct space){.needed = SPACE_RESERVE_BYTES + claims->count * SPACE_ROW_BYTES};
	if (error == 0 && fstat(fd, &vault) != 0)
		error = -errno;
	if (error == 0)
		error = os_free_bytes(fd, &space->free);
	for (; error == 0 && step < end; step++) {
		if (step->state != STEP_PLANNED)
			continue;
		if (step->kind == STEP_FORGET)
			space->needed += bytes_of_receipt(root, step->subject);
		else if (step->kind == STEP_VAULT && path_stat(root, step->subject, &st) == 0 &&
			 is_apart(&st, step->subject, &vault, state))
			space->needed += bytes_of(root, step->subject);
	}
	if (fd >= 0)
		(void)close(fd);
	return error;
}

/* As macOS tells sizes to people: by thousands. */
static const char *
size_text(struct arena *arena, uint64_t bytes)
{
	static const char *const units[] = {"kB", "MB", "GB", "TB"};
	double size = (double)bytes / 1000;
	size_t unit = 0;

	if (bytes < 1000)
		return arena_printf(arena, "%u bytes", (unsigned int)bytes);
	for (; size >= 1000 && unit < 3; unit++)
		size /= 1000;
	return arena_printf(arena, "%.1f %s", size, units[unit]);
}

static bool
is_planned(const struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->step_count; i++)
		if (plan->steps[i].state == STEP_PLANNED)
			return true;
	return false;
}

void
space_check(struct arena *arena, const struct root *root, const char *state,
    const struct claim_list *claims, struct plan *plan)
{
	struct space space;

	if (!is_planned(plan) || space_look(root, state, plan, claims, &space) != 0 ||
	    space.needed <= space.free)
		return;
	plan_refuse(arena, plan,
	    arena_printf(arena,
		"%s: vault and ledger need %s there, and %s are free; make room on that volume "
		"first",
		state, size_text(arena, space.needed), size_text(arena, space.free)));
}
