/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * New file: what a command writes for a person, at a path of this machine that the
 * person named. It appears whole or not at all: it is written beside the name, synced
 * and renamed. A link at the name is refused, and so is anything but an ordinary file;
 * an ordinary file is replaced, or refused, too.
 */
#ifndef KMUTIL_HELPERS_NEW_FILE_H
#define KMUTIL_HELPERS_NEW_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "kmutil-helpers/arena.h"

struct new_file {
	bool replaces;
	int fd; /* open for writing; its owner is whoever runs, its mode 0600 */
	int folder_fd;
	const char *leaf, *beside; /* owned by the arena */
};

/* 0, -FAULT_LINK, -FAULT_NOT_FILE, -EEXIST (not `replaces`), -ENOENT (the folder), -errno. */
int new_file_begin(struct new_file *file, struct arena *arena, const char *path, bool replaces)
    __attribute__((warn_unused_result));
/* Ends it: with error 0 the file gets its name, else, or when that fails, nothing is
 * left. Returns error, or what went wrong now. */
int new_file_end(struct new_file *file, int error) __attribute__((warn_unused_result));

#endif
