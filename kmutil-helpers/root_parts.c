/* SPDX-License-Identifier: BSD-2-Clause */
/* Which volumes a folder holds. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/arena.h"
#include "kmutil-helpers/firmlink.h"
#include "kmutil-helpers/root_parts.h"
#include "kmutil-helpers/banned.h"

#define FIRMLINKS_CAP_BYTES 65536
#define DATA_MARK "/private/var/db"
#define BACKUP_SUFFIX " - Data"

/* Whether path is a folder of the volume, reached without a link. */
static bool
has_folder(int fd, const char *path)
{
	const struct root volume = {.fd = fd, .data_fd = -1, .preboot_fd = -1, .live = true};
	int folder;
	bool has = path_open_folder(&volume, path, &folder) == 0;

	if (has)
		(void)close(folder);
	return has;
}

static bool
is_data(int fd)
{
	return has_folder(fd, DATA_MARK);
}

/* A backup's folder holds each volume under its name: "Data", "Macintosh HD - Data". */
static bool
is_data_name(const char *name)
{
	size_t len = strlen(name), suffix = strlen(BACKUP_SUFFIX);

	return strcmp(name, "Data") == 0 ||
	       (len > suffix && strcmp(name + len - suffix, BACKUP_SUFFIX) == 0);
}

static void
find_data(struct root *root, bool has_system, char **names, size_t count)
{
	int fd;
	size_t i;

	if (root->data_fd >= 0 || is_data(root->fd))
		return;
	if (path_open_folder(root, DATA_PATH, &fd) == 0) {
		if (is_data(fd)) {
			root->data_fd = fd;
			return;
		}
		(void)close(fd);
	}
	for (i = 0; !has_system && i < count; i++) {
		fd = is_data_name(names[i]) ? folder_open_child(root->fd, names[i]) : -1;
		if (fd >= 0 && is_data(fd)) {
			root->data_fd = fd;
			return;
		}
		if (fd >= 0)
			(void)close(fd);
	}
	root->bare_var = !has_folder(root->fd, "/private") && has_folder(root->fd, "/var/db");
}

/* Whether one of the folders is a volume group with boot folders. */
static bool
is_preboot(int fd, struct arena *arena)
{
	char **names;
	size_t count, i;

	if (folder_list_folders(fd, arena, &names, &count) != 0)
		return false;
	for (i = 0; i < count; i++)
		if (has_folder(fd, arena_printf(arena, "/%s/boot", names[i])))
			return true;
	return false;
}

static void
read_firmlinks(struct root *root, struct arena *arena)
{
	char *text;
	size_t len;

	if (path_read(root, FIRMLINKS_PATH, FIRMLINKS_CAP_BYTES, arena, &text, &len) == 0)
		root->firmlinks = strdup(text);
}

int
root_find_parts(struct root *root)
{
	struct arena *arena = arena_new(0);
	char **names;
	size_t count;
	int parts = 0, fd;

	if (folder_list_folders(root->fd, arena, &names, &count) != 0)
		count = 0;
	if (has_folder(root->fd, "/System/Library/CoreServices") ||
	    has_folder(root->fd, "/System/Library/Kernels"))
		parts |= ROOT_SYSTEM;
	find_data(root, (parts & ROOT_SYSTEM) != 0, names, count);
	if (root->data_fd >= 0 || root->bare_var || is_data(root->fd))
		parts |= ROOT_DATA;
	if (root->preboot_fd < 0 && parts == 0 && is_preboot(root->fd, arena))
		root->preboot_fd = dup(root->fd);
	if (root->preboot_fd >= 0) {
		parts |= ROOT_PREBOOT;
	} else if (path_open_folder(root, PREBOOT_PATH, &fd) == 0) {
		parts |= is_preboot(fd, arena) ? ROOT_PREBOOT : 0;
		(void)close(fd);
	}
	if (has_folder(root->fd, "/Library") || has_folder(root->fd, "/Applications") ||
	    has_folder(root->fd, "/private") || has_folder(root->fd, "/System"))
		parts |= ROOT_SOME;
	read_firmlinks(root, arena);
	arena_free(arena);
	return parts;
}
