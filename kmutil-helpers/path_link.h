/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Links below a root, read and never followed: a target is walked from the root's own
 * folder, so that in a copy an absolute one means the copy and ".." stops there. For path.c,
 * and for who only looks, on the running system too; what acts goes by the place found.
 */
#ifndef KMUTIL_HELPERS_PATH_LINK_H
#define KMUTIL_HELPERS_PATH_LINK_H

#include "kmutil-helpers/path.h"

#define PATH_LINKS_MAX 32

/* The path with every link in it replaced by where it leads inside the root; the last
 * component only with `through`. out has PATH_MAX bytes. 0, -FAULT_LINK (more than
 * PATH_LINKS_MAX), -ENAMETOOLONG, -errno. */
int path_resolve(const struct root *root, const char *path, bool through, char *out);

/* The volume of the root that holds the path, and the path's rest on it. */
int root_volume(const struct root *root, const char *path, const char **rest);

#endif
