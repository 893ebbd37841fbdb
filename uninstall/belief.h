/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Belief: what this Mac shows of an assumption. The plan takes no step that rests on one
 * which does not hold here; who looks at the Mac is the caller.
 */
#ifndef UNINSTALL_BELIEF_H
#define UNINSTALL_BELIEF_H

#include "rules/assumption.h"
#include "uninstall/trace.h"

struct belief {
	enum tristate holds;
	const char *evidence; /* what was seen; NULL: nothing on this Mac tells */
};

/* One for each assumption. */
struct belief_list {
	struct belief of[ASSUMPTION_COUNT];
};

#endif
