/* SPDX-License-Identifier: BSD-2-Clause */
/* /bin/launchctl asuser: a program in the session of the person at the console. */
#ifndef KMUTIL_HELPERS_TOOL_LAUNCHCTL_H
#define KMUTIL_HELPERS_TOOL_LAUNCHCTL_H

#include "kmutil-helpers/spawn.h"
#include "kmutil-helpers/tool_console.h"

/* Runs request->argv (argv[0] an absolute path) as that person, never as root,
 * through launchctl and sudo; limit, cap and leave_running as in the request.
 * 0 when it was started; -EINVAL for root, no user, or a relative path; else as
 * spawn_run. */
int launchctl_run_as_user(struct arena *arena, const struct console *console,
    const struct spawn_request *request, struct spawn_result *result)
    __attribute__((warn_unused_result));

#endif
