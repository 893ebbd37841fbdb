/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Homes: two products may nest the same kext in bundles of their own, as VoodooPS2
 * and VoodooRMI do with VoodooInput. macOS knows it by its id alone; whose the files
 * are is told by the bundle around them.
 */
#ifndef UNINSTALL_CASE_HOME_H
#define UNINSTALL_CASE_HOME_H

#include "kmutil-helpers/arena.h"
#include "uninstall/trace.h"

/* The outermost bundle around the kext, by its name: the same product may lie in
 * several places. Nothing (length 0) for a kext that is not nested. */
struct case_home {
	const char *leaf; /* "VoodooPS2Controller.kext", not ended by a NUL */
	size_t leaf_len;
	const struct trace **traces;
	size_t count;
};

/*
 * Sorts the traces of one id by home; returns how many homes there are, 0 when no
 * carrier tells a path. Where there are several, a trace without a path (loaded,
 * approved) belongs to the home whose bundle has its UUID or cdhash; where none has,
 * to each, so that none is taken for free of it. Owned by the arena; the traces are
 * borrowed.
 */
size_t case_homes(struct arena *arena, const struct trace **traces, size_t count,
    struct case_home **homes);

#endif
