/* SPDX-License-Identifier: BSD-2-Clause */
/* What was opened and read. */
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/path.h"
#include "kmutil-helpers/trail.h"
#include "kmutil-helpers/banned.h"

#define DESCRIPTORS 256 /* more are open at no time */

/* NULL: nobody wants to know. */
static struct trail *current;
/* The file of each descriptor, by its number among trail->files, from 1; 0: none. */
static size_t file_of_fd[DESCRIPTORS];

void
trail_begin(struct trail *trail, struct arena *arena, const struct root *root)
{
	*trail = (struct trail){.arena = arena, .root = root};
	memset(file_of_fd, 0, sizeof(file_of_fd));
	current = trail;
}

static int
compare_ranges(const void *a, const void *b)
{
	const struct trail_range *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* Sorts the ranges and joins those that touch. */
static void
join_ranges(struct trail_file *file)
{
	size_t i, kept = 0;

	if (file->count == 0)
		return;
	qsort(file->ranges, file->count, sizeof(*file->ranges), compare_ranges);
	for (i = 1; i < file->count; i++) {
		if (file->ranges[i].at > file->ranges[kept].end)
			file->ranges[++kept] = file->ranges[i];
		else if (file->ranges[i].end > file->ranges[kept].end)
			file->ranges[kept].end = file->ranges[i].end;
	}
	file->count = kept + 1;
}

void
trail_end(void)
{
	size_t i;

	for (i = 0; current != NULL && i < current->count; i++)
		join_ranges(&current->files[i]);
	current = NULL;
}

/* The number of that path's file, from 1. */
static size_t
find_file(const char *path)
{
	struct trail_file *file;
	size_t i;

	for (i = 0; i < current->count; i++)
		if (strcmp(current->files[i].path, path) == 0)
			return i + 1;
	file = arena_push(current->arena, &current->files, &current->count, &current->room,
	    sizeof(*current->files));
	file->path = arena_strdup(current->arena, path);
	return current->count;
}

void
trail_note_file(const struct root *root, const char *path, int fd, uint64_t size)
{
	if (current == NULL || fd < 0 || fd >= DESCRIPTORS)
		return;
	file_of_fd[fd] = 0;
	if (root != current->root)
		return;
	file_of_fd[fd] = find_file(path);
	current->files[file_of_fd[fd] - 1].size = size;
}

void
trail_note_folder(const struct root *root, const char *path)
{
	size_t number;

	if (current == NULL || root != current->root)
		return;
	number = find_file(path); /* which may move the files */
	current->files[number - 1].is_folder = true;
}

void
trail_note_read(int fd, uint64_t at, uint64_t len)
{
	struct trail_file *file;
	struct trail_range *range;

	if (current == NULL || fd < 0 || fd >= DESCRIPTORS || file_of_fd[fd] == 0 || len == 0)
		return;
	file = &current->files[file_of_fd[fd] - 1];
	range = file->count > 0 ? &file->ranges[file->count - 1] : NULL;
	if (range != NULL && at >= range->at && at <= range->end) {
		range->end = at + len > range->end ? at + len : range->end;
		return;
	}
	range = arena_push(
	    current->arena, &file->ranges, &file->count, &file->room, sizeof(*file->ranges));
	*range = (struct trail_range){.at = at, .end = at + len};
}
