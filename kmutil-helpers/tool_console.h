/* SPDX-License-Identifier: BSD-2-Clause */
/* Who sits at the Mac: the owner of /dev/console, asked of /usr/bin/stat (assumption
 * console-is-roots); and who is logged in behind the screen, asked of /usr/sbin/scutil
 * (docs/facts.md#sessions). */
#ifndef KMUTIL_HELPERS_TOOL_CONSOLE_H
#define KMUTIL_HELPERS_TOOL_CONSOLE_H

#include <stddef.h>

#include "kmutil-helpers/arena.h"

struct console {
	const char *user; /* owned by the arena; NULL when no person is logged in */
	unsigned int uid; /* 0 when no person is logged in */
};

/* Reads "USER UID". root, loginwindow, _mbsetupuser and other users of the system
 * (an underscore first) are nobody. 0 or -FAULT_OUTPUT. */
int console_text_read(struct arena *arena, const char *text, size_t len,
    struct console *console) __attribute__((warn_unused_result));
/* As above, and -FAULT_TOOL, -FAULT_TIMEOUT, -errno. */
int console_read(struct arena *arena, struct console *console)
    __attribute__((warn_unused_result));

/* Reads scutil's answer to "show State:/Users/ConsoleUser": *user becomes a person who has a
 * session of any kind, at the screen or behind it; NULL where nobody has. 0 or -FAULT_OUTPUT. */
int sessions_text_read(struct arena *arena, const char *text, size_t len, const char **user)
    __attribute__((warn_unused_result));
/* As above, and -FAULT_TOOL, -FAULT_TIMEOUT, -errno. */
int sessions_read(struct arena *arena, const char **user)
    __attribute__((warn_unused_result));

#endif
