/* SPDX-License-Identifier: BSD-2-Clause */
/* /usr/sbin/pkgutil: forgetting a receipt. Never inside an installer. */
#ifndef KMUTIL_HELPERS_TOOL_PKGUTIL_H
#define KMUTIL_HELPERS_TOOL_PKGUTIL_H

#include "kmutil-helpers/arena.h"

/* Forgets the receipt of a package of "/" (assumption forget-works). 0, also when
 * there is none any more; -EINVAL for an id that cannot be one; -FAULT_TOOL or
 * -FAULT_OUTPUT with the tool's words in *message (owned by the arena, may be
 * NULL); -FAULT_TIMEOUT; -errno. */
int pkgutil_forget(struct arena *arena, const char *package_id, const char **message)
    __attribute__((warn_unused_result));

#endif
