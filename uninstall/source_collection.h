/* SPDX-License-Identifier: BSD-2-Clause */
/* One file that holds an auxiliary kernel collection, for the sources that have one. */
#ifndef UNINSTALL_SOURCE_COLLECTION_H
#define UNINSTALL_SOURCE_COLLECTION_H

#include "uninstall/source.h"

struct collection {
	enum source_id source;
	const char *path;
	/* The collections that it must be linked against; NULL: not asked. One that is
	 * not there or cannot be read says nothing. */
	const char *base, *pageable;
	bool intel;
	bool other_system; /* it cannot reach this kernel */
};

/*
 * Adds a trace for each member, and a problem when the file cannot be read or macOS
 * refuses all of it. A file that is not there holds nothing.
 */
void collection_read(struct scan *scan, const struct collection *file);

#endif
