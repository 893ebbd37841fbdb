/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Safe paths: the one walker of the project. A path is the Mac's own, absolute
 * and canonical (/private/var, no trailing slash); it is opened below a root,
 * component by component, each no-follow relative to its parent, so that no link
 * leads out of the root or to another file. On the running system a link in a path is
 * a fault; in a copy it is read and its target walked from the copy's own root. What
 * acts takes a struct place, never a string.
 */
#ifndef KMUTIL_HELPERS_PATH_H
#define KMUTIL_HELPERS_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "kmutil-helpers/arena.h"

#define PREBOOT_PATH "/System/Volumes/Preboot"
#define DATA_PATH "/System/Volumes/Data"
#define PRIVATE_PATH "/private"

/* A Mac's file tree: the running one, a mounted volume or a copy. */
struct root {
	int fd;         /* its "/" */
	int data_fd;    /* its Data volume when mounted apart, or -1 */
	int preboot_fd; /* its Preboot volume when mounted apart, or -1 */
	bool live;      /* the running system; in any other, links are resolved inside it */
	bool bare_var;  /* a copy where /var is a folder and /private is missing */
	char *dir;      /* where it is on this machine; owned, NULL for "/" */
	char *firmlinks; /* see firmlink.h; owned, NULL: the standard ones alone */
};

/* Opens dir ("/" for the running system); data and preboot may be NULL. The
 * caller ends it with root_done. 0 or -errno. */
int root_init(struct root *root, const char *dir, const char *data, const char *preboot);
void root_done(struct root *root);

/* A name in an open folder. */
struct place {
	int parent_fd;
	char leaf[NAME_MAX + 1];
};

/* Opens the folder that holds the path's last component. -ENOENT, -FAULT_LINK,
 * -ENOTDIR, -EINVAL (a component is "..") or another -errno; ended with place_done
 * in any case. */
int path_find_place(const struct root *root, const char *path, struct place *place);
void place_done(struct place *place);

/* As lstat(2). 0 or -errno, -FAULT_LINK when a parent is a link. */
int path_stat(const struct root *root, const char *path, struct stat *st);
bool path_exists(const struct root *root, const char *path);
/* Opens an ordinary file for reading; st may be NULL. The caller closes *fd. */
int path_open_file(const struct root *root, const char *path, int *fd, struct stat *st);
/* Opens a folder; the caller closes *fd. */
int path_open_folder(const struct root *root, const char *path, int *fd);

/* The whole of an ordinary file of at most cap_bytes, with a NUL behind it; owned
 * by the arena. -FAULT_SIZE when larger, -FAULT_CHANGED when it grew. */
int path_read(const struct root *root, const char *path, size_t cap_bytes, struct arena *arena,
    char **bytes, size_t *len);
/* The whole of an open file, as path_read. */
int file_read(int fd, size_t cap_bytes, struct arena *arena, char **bytes, size_t *len);
/* Copies the rest of one open file to the other, at most cap_bytes of it
 * (-FAULT_SIZE). 0 or -errno. */
int file_copy(int from_fd, int to_fd, uint64_t cap_bytes);

/* The names in a folder without . and .., sorted by bytes; owned by the arena. */
int path_list(const struct root *root, const char *path, struct arena *arena, char ***names,
    size_t *count);
/* The same for an open folder, which stays the caller's. */
int folder_list(int fd, struct arena *arena, char ***names, size_t *count);
/* Only the folders among them; links to folders are none. */
int folder_list_folders(int fd, struct arena *arena, char ***names, size_t *count);
/* Opens a folder inside an open one; the caller closes it. -FAULT_LINK, -errno. */
int folder_open_child(int fd, const char *name);

/* A path as a person may type it, made canonical: /var, /tmp and /etc below
 * /private, no double or trailing slashes, "." left out. NULL when it is relative
 * or holds "..". */
char *path_canonical(struct arena *arena, const char *path);
/* The same for a path of the machine that the tool runs on, which may be no Mac: there
 * /var, /tmp and /etc are what they seem. */
char *path_canonical_here(struct arena *arena, const char *path);
/* Whether a link of macOS's leads there, /var, /tmp or /etc: it lies below PRIVATE_PATH. */
bool path_is_private(const char *path);
/* Whether path is folder or lies below it. */
bool path_is_below(const char *path, const char *folder);
/* The same as APFS compares names: /library/EXTENSIONS is /Library/Extensions. For what
 * must not be touched. */
bool path_is_below_folded(const char *path, const char *folder);
/* The part behind the last slash. */
const char *path_leaf(const char *path);
/* Whether the last component ends in suffix (".kext") and is more than that. */
bool path_has_suffix(const char *path, const char *suffix);

#endif
