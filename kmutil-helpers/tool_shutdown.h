/* SPDX-License-Identifier: BSD-2-Clause */
/* /sbin/shutdown: restarting the Mac. */
#ifndef KMUTIL_HELPERS_TOOL_SHUTDOWN_H
#define KMUTIL_HELPERS_TOOL_SHUTDOWN_H

#include "kmutil-helpers/arena.h"

/* Restarts now, as root; this process is ended with all others. 0, or -FAULT_TOOL with
 * the tool's last words in *message (NULL: none), else as spawn_ask. */
int shutdown_restart(struct arena *arena, const char **message)
    __attribute__((warn_unused_result));

#endif
