/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Snapshot: private copies of files that another program may be writing, such as
 * a live SQLite database and its write-ahead log. What opens the copy can never
 * change the original.
 */
#ifndef KMUTIL_HELPERS_SNAPSHOT_H
#define KMUTIL_HELPERS_SNAPSHOT_H

#include "kmutil-helpers/path.h"

struct snapshot {
	char folder[64]; /* private, mode 0700; "" when none was made */
};

/* Copies path, path-wal, path-shm and path-journal, those that exist; copies
 * again when the first changed meanwhile. The copy of path is *copy, owned by the
 * arena. 0, -ENOENT when path is absent, -FAULT_CHANGED, -FAULT_SIZE, -errno. In
 * any case ended with snapshot_done. */
int snapshot_database(const struct root *root, const char *path, struct arena *arena,
    struct snapshot *snapshot, const char **copy);
/* Removes the copies, and what SQLite put beside them, with their folder. */
void snapshot_done(struct snapshot *snapshot);

#endif
