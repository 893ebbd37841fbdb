/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of states. */
#include <string.h>

#include "migrate/dext_state.h"
#include "kmutil-helpers/banned.h"

#define FIRST_SYSTEM_SETTINGS 13
#define FIRST_PANE 15
#define PANE "System Settings > General > Login Items & Extensions"
#define CATEGORY "com.apple.system_extension."

static const struct dext_state states[] = {
    {"activated enabled", DEXT_NEEDS_NOTHING},
    {"activated enabling", DEXT_NEEDS_TIME},
    {"activated waiting for user", DEXT_NEEDS_PERSON},
    {"activated waiting for nsextension", DEXT_NEEDS_TIME},
    {"activated disabled", DEXT_NEEDS_SWITCH},
    {"activated waiting to upgrade", DEXT_NEEDS_RESTART},
    {"activated waiting to upgrade on reboot", DEXT_NEEDS_RESTART},
    {"validating", DEXT_NEEDS_TIME},
    {"validating by category", DEXT_NEEDS_TIME},
    {"realizing", DEXT_NEEDS_TIME},
    {"staging", DEXT_NEEDS_TIME},
    {"terminating for upgrade via delegate", DEXT_NEEDS_RESTART},
    {"terminating for uninstall", DEXT_NEEDS_RESTART},
    {"terminating for uninstall via delegate", DEXT_NEEDS_RESTART},
    {"terminating for uninstall but still running", DEXT_NEEDS_RESTART},
    {"terminating for disable", DEXT_NEEDS_RESTART},
    {"terminating for disable but still running", DEXT_NEEDS_RESTART},
    {"terminated waiting to uninstall on reboot", DEXT_NEEDS_APP},
    {"uninstalling", DEXT_NEEDS_TIME},
    {"uninstalled", DEXT_NEEDS_APP},
    {NULL, DEXT_NEEDS_UNKNOWN},
};

const struct dext_state *
dext_states(void)
{
	return states;
}

static bool
is_state(const char *state, const char *words)
{
	for (; *words != '\0'; words++, state++)
		if (*words != *state && !(*words == ' ' && *state == '_'))
			return false;
	return *state == '\0';
}

enum dext_need
dext_state_need(const char *state)
{
	const struct dext_state *row = states;

	while (row->words != NULL && !is_state(state, row->words))
		row++;
	return row->need;
}

/* Before 15 one place has them all; from 15 on each category has its own
 * (docs/facts.md#handoff). */
static const char *
place_of(int macos, const char *category)
{
	static const struct {
		const char *category, *place;
	} panes[] = {
	    {"driver_extension", PANE " > Driver Extensions"},
	    {"network_extension", PANE " > Network Extensions"},
	    {"endpoint_security", PANE " > Endpoint Security Extensions"},
	    {"cmio", PANE " > Camera Extensions"},
	};
	size_t i;

	if (macos < FIRST_PANE)
		return macos >= FIRST_SYSTEM_SETTINGS
			   ? "System Settings > Privacy & Security"
			   : "System Preferences > Security & Privacy > General";
	for (i = 0; category != NULL && i < sizeof(panes) / sizeof(*panes); i++)
		if (strncmp(category, CATEGORY, sizeof(CATEGORY) - 1) == 0 &&
		    strcmp(category + sizeof(CATEGORY) - 1, panes[i].category) == 0)
			return panes[i].place;
	return category == NULL ? panes[0].place : PANE;
}

const char *
dext_state_missing(struct arena *arena, int macos, const struct sysext *dext)
{
	static const char *const rest[DEXT_NEED_COUNT] = {
	    [DEXT_NEEDS_RESTART] = "a restart ends that",
	    [DEXT_NEEDS_TIME] = "macOS is still at it; look again in a moment",
	    [DEXT_NEEDS_APP] = "its app can be asked again",
	    [DEXT_NEEDS_UNKNOWN] =
		("that state is not known here, so that its app is not asked; kextirpate doctor "
		 "says more"),
	};
	const char *place = place_of(macos, dext->category);
	enum dext_need need = dext_state_need(dext->state);

	if (need == DEXT_NEEDS_PERSON)
		return arena_printf(arena,
		    "a person allows it in %s; a com.apple.system-extension-policy profile that "
		    "names %s of team %s would need nobody",
		    place, dext->id, dext->team);
	if (need == DEXT_NEEDS_SWITCH)
		return arena_printf(arena, "a person switches it on in %s", place);
	return rest[need];
}
