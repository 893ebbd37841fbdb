/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /bin/launchctl: a program in the session of the person at the console, and the
 * jobs of launchd. A domain is "system" or "gui/UID".
 */
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

/* Whether the domain knows the job. A domain that does not exist knows none. 0,
 * -FAULT_TOOL when it cannot be told, else as spawn_ask. */
int launchctl_is_loaded(struct arena *arena, const char *domain, const char *label, bool *loaded)
    __attribute__((warn_unused_result));

/* Ends the job of a property list and makes the domain forget it; takes it up again.
 * 0, -FAULT_TOOL with launchctl's last words in *message (NULL: it said nothing),
 * else as spawn_ask. */
int launchctl_bootout(struct arena *arena, const char *domain, const char *path,
    const char **message) __attribute__((warn_unused_result));
int launchctl_bootstrap(struct arena *arena, const char *domain, const char *path,
    const char **message) __attribute__((warn_unused_result));

#endif
