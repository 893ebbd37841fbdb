/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What recheck saw last, in one small text file of the state folder ("seen"): the
 * build, the boot, the base collection, the active boot folder, and which files the
 * answer rested on. While all of it is as it was, there is nothing to look at.
 */
#ifndef MIGRATE_SEEN_H
#define MIGRATE_SEEN_H

#include "kmutil-helpers/arena.h"
#include "kmutil-helpers/path.h"
#include "kmutil-helpers/tool_host.h"
#include "migrate/options.h"

struct seen {
	const char *build, *boot_uuid; /* NULL before the first time */
	bool same;  /* nothing has changed since */
	bool quiet; /* and nothing was pending that recheck could have gone on with */
	int exit;   /* what recheck answered then; for quiet */
	int64_t due; /* when to look all the same, in os_steady_seconds; 0: never */
};

/* Where the bundles of cases were, besides /Library/Extensions. */
struct seen_paths {
	const char **items;
	size_t count;
};

/* Reads the file of the state folder and compares it with this Mac as it is now. A file
 * that is absent, malformed, or that others than root could have written says nothing. */
void seen_read(struct arena *arena, const char *folder, const struct options *options,
    const struct host *host, struct seen *seen);

/* Notes what is now, and quiet, exit and due of it. 0 or -errno. */
int seen_write(struct arena *arena, const char *folder, const struct options *options,
    const struct host *host, const struct seen_paths *bundles, const struct seen *seen)
    __attribute__((warn_unused_result));

#endif
