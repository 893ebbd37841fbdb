/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of the simulated Mac. `root` is the Mac's folder as seen from outside,
 * "" for a tool that runs inside; `path` is the Mac's own, beginning with "/".
 * Files are replaced by rename. What fails ends macsim, unless said otherwise.
 */
#ifndef TESTS_MACSIM_KEEP_FILES_H
#define TESTS_MACSIM_KEEP_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/macsim/write_bytes.h"

#define FILES_PATH_MAX 4096

/* root and path in one; the buffer belongs to the caller. */
struct files_path {
	char text[FILES_PATH_MAX];
};

struct files_path files_join(const char *root, const char *path);
/* Formats a path of the Mac; ends macsim when it is too long. */
struct files_path files_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* From now on what is written carries this time (0: the present). */
void files_set_time(time_t when);
void files_mkdir(const char *root, const char *path, mode_t mode);
void files_write(const char *root, const char *path, const void *data, size_t len, mode_t mode);
void files_link(const char *root, const char *path, const char *target);
bool files_exists(const char *root, const char *path);
/* Adds what the file holds; false when it cannot be read. */
bool files_read(const char *root, const char *path, struct bytes *out);
/* Copies with modes and times; false when `from` is not a folder. */
bool files_copy_tree(const char *root, const char *from, const char *to);
/* False when there was nothing. */
bool files_remove_tree(const char *root, const char *path);
/* The names in a folder, sorted, without dot entries of the system; an empty
 * list when there is none. files_free_names frees. */
char **files_names(const char *root, const char *path, size_t *count);
void files_free_names(char **names, size_t count);

/* A second name for a file; its folder is made. */
void files_hardlink(const char *root, const char *from, const char *to);

#endif
