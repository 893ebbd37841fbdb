/* SPDX-License-Identifier: BSD-2-Clause */
#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/spawn.h"
#include "kmutil-helpers/tool_shutdown.h"

#include "kmutil-helpers/banned.h"

int
shutdown_restart(struct arena *arena, const char **message)
{
	static const char *const argv[] = {"/sbin/shutdown", "-r", "now", NULL};
	struct spawn_result result;
	int fault = spawn_ask(arena, argv, 0, &result);

	*message = NULL;
	if (fault != 0 || result.status == 0)
		return fault;
	*message = spawn_last_words(arena, &result);
	return -FAULT_TOOL;
}
