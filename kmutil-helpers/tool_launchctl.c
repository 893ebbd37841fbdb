/* SPDX-License-Identifier: BSD-2-Clause */
/* sudo alone does not enter a person's session, launchctl alone stays root: both
 * are needed, in this order. */
#include <errno.h>

#include "kmutil-helpers/tool_launchctl.h"

#include "kmutil-helpers/banned.h"

#define WORDS_BEFORE 7

int
launchctl_run_as_user(struct arena *arena, const struct console *console,
    const struct spawn_request *request, struct spawn_result *result)
{
	struct spawn_request inner = *request;
	const char **argv;
	size_t count = 0, i;

	*result = (struct spawn_result){.out = "", .err = "", .status = -1};
	if (console->user == NULL || console->uid == 0 || console->user[0] == '-' ||
	    request->argv[0] == NULL || request->argv[0][0] != '/')
		return -EINVAL;
	while (request->argv[count] != NULL)
		count++;
	argv = arena_array(arena, count + WORDS_BEFORE + 1, sizeof(*argv));
	argv[0] = "/bin/launchctl";
	argv[1] = "asuser";
	argv[2] = arena_printf(arena, "%u", console->uid);
	argv[3] = "/usr/bin/sudo";
	argv[4] = "-H";
	argv[5] = "-u";
	argv[6] = console->user;
	for (i = 0; i < count; i++)
		argv[WORDS_BEFORE + i] = request->argv[i];
	inner.argv = argv;
	return spawn_run(arena, &inner, result);
}
