/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of states. */
#include "migrate/dext_state.h"
#include "kmutil-helpers/banned.h"

#define FIRST_SYSTEM_SETTINGS 13
#define FIRST_DRIVER_PANE 15

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
    {"terminating for upgrade via delegate", DEXT_NEEDS_TIME},
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

const char *
dext_state_place(int macos)
{
	if (macos >= FIRST_DRIVER_PANE)
		return "System Settings > General > Login Items & Extensions > Driver Extensions";
	return macos >= FIRST_SYSTEM_SETTINGS ? "System Settings > Privacy & Security"
					      : "System Preferences > Security & Privacy > General";
}
