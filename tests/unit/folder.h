/* SPDX-License-Identifier: BSD-2-Clause */
/* A temporary folder for a test: made, filled, and removed with all it holds. */
#ifndef TESTS_UNIT_FOLDER_H
#define TESTS_UNIT_FOLDER_H

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
	char path[PATH_MAX]; /* real: without links on the way */
	char text[2 * PATH_MAX];
};

/* A path inside the folder; valid until the next call. */
static inline const char *
folder_path(struct folder *folder, const char *name)
{
	(void)snprintf(folder->text, sizeof(folder->text), "%s/%s", folder->path, name);
	return folder->text;
}

static inline void
folder_make(struct folder *folder)
{
	const char *where = getenv("TMPDIR");
	char name[PATH_MAX];

	(void)snprintf(name, sizeof(name), "%s/kextirpate-test.XXXXXX", where ? where : "/tmp");
	if (mkdtemp(name) == NULL || realpath(name, folder->path) == NULL)
		abort();
}

/* Makes the folders on the way to name. */
static inline void
folder_make_parents(struct folder *folder, const char *name)
{
	char path[2 * PATH_MAX], *slash;

	(void)snprintf(path, sizeof(path), "%s", folder_path(folder, name));
	for (slash = path + strlen(folder->path) + 1; (slash = strchr(slash, '/')) != NULL;
	     *slash++ = '/') {
		*slash = '\0';
		(void)mkdir(path, 0755);
	}
}

static inline void
folder_add(struct folder *folder, const char *name, const char *text)
{
	FILE *file;

	folder_make_parents(folder, name);
	file = fopen(folder_path(folder, name), "w");
	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

static inline void
folder_link(struct folder *folder, const char *target, const char *name)
{
	folder_make_parents(folder, name);
	if (symlink(target, folder_path(folder, name)) != 0)
		abort();
}

static inline int
folder_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static inline void
folder_remove(struct folder *folder)
{
	(void)nftw(folder->path, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
