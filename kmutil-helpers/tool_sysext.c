/* SPDX-License-Identifier: BSD-2-Clause */
/* Running systemextensionsctl, and choosing among the rows of one id. */
#include <string.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/spawn.h"
#include "kmutil-helpers/text_line.h"
#include "kmutil-helpers/tool_sysext.h"

#include "kmutil-helpers/banned.h"

/* Whether state begins with the words; '_' and ' ' are the same. */
static bool
state_starts(const char *state, const char *words)
{
	for (; *words != '\0'; words++, state++)
		if (*words != *state && !(*words == ' ' && *state == '_'))
			return false;
	return true;
}

enum sysext_stage
sysext_stage_of(const char *state)
{
	static const struct {
		const char *words;
		enum sysext_stage stage;
	} rows[] = {
	    {"activated enabled", SYSEXT_ENABLED},
	    {"activated disabled", SYSEXT_DISABLED},
	    {"activated", SYSEXT_WAITING},
	    {"validating", SYSEXT_PREPARING},
	    {"realizing", SYSEXT_PREPARING},
	    {"staging", SYSEXT_PREPARING},
	    {"terminating", SYSEXT_ENDING},
	    {"terminated", SYSEXT_ENDED},
	    {"uninstall", SYSEXT_ENDED},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (state_starts(state, rows[i].words))
			return rows[i].stage;
	return SYSEXT_OTHER;
}

const struct sysext *
sysext_find(const struct sysext_list *list, const char *id, const char *team)
{
	const struct sysext *best = NULL, *row;
	size_t i;

	for (i = 0; i < list->count; i++) {
		row = &list->items[i];
		if (strcmp(row->id, id) != 0 || (team != NULL && strcmp(row->team, team) != 0))
			continue;
		if (best == NULL || row->stage < best->stage)
			best = row;
	}
	return best;
}

int
sysext_read_list(struct arena *arena, struct sysext_list *list)
{
	const char *const argv[] = {"/usr/bin/systemextensionsctl", "list", NULL};
	struct spawn_result result;
	int fault;

	*list = (struct sysext_list){.announced = -1};
	fault = spawn_ask(arena, argv, 0, &result);
	if (fault == 0 && result.status != 0)
		fault = -FAULT_TOOL;
	return fault ? fault : sysext_text_read(arena, result.out, result.out_len, list);
}
