/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the states of a system extension mean for a handoff: what is missing until the
 * dext is enabled, and whether its app may be asked meanwhile. Pure. States:
 * docs/facts.md#systemextensions.
 */
#ifndef MIGRATE_DEXT_STATE_H
#define MIGRATE_DEXT_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "kmutil-helpers/tool_sysext.h"

enum dext_need {
	DEXT_NEEDS_NOTHING,
	DEXT_NEEDS_PERSON, /* to allow it */
	DEXT_NEEDS_SWITCH, /* a person to switch it on again */
	DEXT_NEEDS_RESTART,
	DEXT_NEEDS_TIME,    /* macOS is at it */
	DEXT_NEEDS_APP,     /* its app may be asked */
	DEXT_NEEDS_UNKNOWN, /* the state is not among those that were seen */
	DEXT_NEED_COUNT
};

struct dext_state {
	const char *words; /* as the tool prints it */
	enum dext_need need;
};

/* All states that were seen; ends with words NULL. */
const struct dext_state *dext_states(void);
/* What a state needs; '_' and ' ' are the same. */
enum dext_need dext_state_need(const char *state);

/* What has to happen before a row of that state is enabled, and where on that major of
 * macOS; NULL when nothing has to. */
const char *dext_state_missing(struct arena *arena, int macos, const struct sysext *dext);

#endif
