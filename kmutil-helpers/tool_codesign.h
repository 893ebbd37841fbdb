/* SPDX-License-Identifier: BSD-2-Clause */
/* /usr/bin/codesign --verify: whether a bundle is whole and whose it is. */
#ifndef KMUTIL_HELPERS_TOOL_CODESIGN_H
#define KMUTIL_HELPERS_TOOL_CODESIGN_H

#include "kmutil-helpers/arena.h"

/* 0 when the code at the absolute path is intact, signed through Apple's root,
 * has this identifier and this Team ID. -FAULT_TOOL when not, with the tool's
 * words in *message (owned by the arena). -EINVAL when id, team or path hold what
 * could change the meaning of the question; -FAULT_TIMEOUT; -errno. */
int codesign_verify(struct arena *arena, const char *path, const char *bundle_id,
    const char *team, const char **message) __attribute__((warn_unused_result));

enum codesign_verdict {
	CODESIGN_UNKNOWN, /* the tool did not answer, or not in words that are known */
	CODESIGN_VALID,   /* intact, and signed through Apple's root */
	CODESIGN_INVALID, /* changed since, or signed by nobody whom Apple vouches for */
	CODESIGN_NONE     /* not signed at all */
};

/* The signature of the bundle at the absolute path, whoever it names. */
enum codesign_verdict codesign_judge(struct arena *arena, const char *path);

#endif
