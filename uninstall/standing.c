/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From evidence to standing. "gone" is the last thing that may be said, and only
 * when nothing speaks against it.
 */
#include <string.h>

#include "uninstall/standing.h"
#include "kmutil-helpers/banned.h"

#define RETURNS_MAX 2

static const char *const standing_names[STANDING_COUNT] = {
    [STANDING_NONE] = NULL,
    [STANDING_APPLE] = "apple",
    [STANDING_UNKNOWN] = "unknown",
    [STANDING_VERIFYING] = "verifying",
    [STANDING_REMOVING] = "removing",
    [STANDING_INSTALLED] = "installed",
    [STANDING_BLOCKED] = "blocked",
    [STANDING_RETURNED] = "returned",
    [STANDING_APPROVAL_PENDING] = "approval-pending",
    [STANDING_RESTART_PENDING] = "restart-pending",
    [STANDING_INERT] = "inert",
    [STANDING_GONE] = "gone",
};

/* In the kernel, or free to enter it. A bundle on disk is: macOS may build it in. */
static bool
can_run(const struct case_facts *facts)
{
	return facts->loaded || facts->loadable || facts->bundle;
}

/* After the restart, with carriers left. */
static enum standing
judge_restarted(const struct evidence *e)
{
	if (can_run(&e->facts) && !e->was_clean)
		return STANDING_BLOCKED;
	/* Taken out, brought back, taken out, brought back: the ladder has no other rung. */
	if (can_run(&e->facts))
		return e->returns >= RETURNS_MAX && !e->facts.bundle ? STANDING_BLOCKED
								     : STANDING_RETURNED;
	/* A rebuild, the restart, and still listed: it does not converge. */
	if (e->facts.listed && (e->rebuild == REBUILD_APPROVED || e->rebuild == REBUILD_FRUITLESS))
		return STANDING_BLOCKED;
	/* That nothing can run it is seen only where all could be read. */
	return e->carrier_unreadable ? STANDING_UNKNOWN : STANDING_INERT;
}

static enum standing
judge_case(const struct evidence *e)
{
	bool waits = e->restart_needed && !e->restarted;

	if (e->rebuild == REBUILD_GATED && e->facts.has_carrier)
		return STANDING_BLOCKED;
	if (waits && e->has_rebuild &&
	    (e->rebuild == REBUILD_WANTED || e->rebuild == REBUILD_REFUSED ||
		e->rebuild == REBUILD_ASKED))
		return STANDING_APPROVAL_PENDING;
	if (waits)
		return STANDING_RESTART_PENDING;
	if (e->facts.has_carrier)
		return judge_restarted(e);
	/* The witnesses speak of the whole collection: without agreement nobody knows
	 * what this boot loaded. */
	return e->witnesses_disagree ? STANDING_UNKNOWN : STANDING_GONE;
}

enum standing
standing_judge(const struct evidence *e)
{
	if (e->apple)
		return STANDING_APPLE;
	if (e->live && e->safe_mode)
		return STANDING_UNKNOWN;
	if (e->live && e->ledger_unread)
		return STANDING_UNKNOWN;
	if (!e->facts.has_carrier && e->carrier_unreadable)
		return STANDING_UNKNOWN;
	if (e->verifying)
		return STANDING_VERIFYING;
	if (e->step_unfinished)
		return STANDING_REMOVING;
	if (!e->has_case || !e->live)
		return e->facts.has_carrier ? STANDING_INSTALLED : STANDING_NONE;
	return judge_case(e);
}

const char *
standing_name(enum standing standing)
{
	return standing_names[standing];
}

enum standing
standing_parse(const char *name)
{
	int i;

	for (i = 1; name != NULL && i < STANDING_COUNT; i++)
		if (strcmp(standing_names[i], name) == 0)
			return (enum standing)i;
	return STANDING_NONE;
}

int
standing_exit(enum standing standing, const struct evidence *e)
{
	switch (standing) {
	case STANDING_NONE:
	case STANDING_APPLE:
	case STANDING_GONE:
		return 0;
	case STANDING_UNKNOWN:
	case STANDING_VERIFYING:
		return 7;
	case STANDING_REMOVING:
		return 6;
	case STANDING_INSTALLED:
	case STANDING_RETURNED:
		return 1;
	case STANDING_BLOCKED:
		return 5;
	case STANDING_APPROVAL_PENDING:
		return 3;
	case STANDING_RESTART_PENDING:
		return 2;
	case STANDING_INERT:
		return e->has_rebuild && e->rebuild != REBUILD_CONVERGED ? 3 : 1;
	case STANDING_COUNT:
		break;
	}
	return 0;
}

bool
standing_lacks_approval(enum standing standing, const struct evidence *e)
{
	return standing == STANDING_BLOCKED && e->has_rebuild && !e->was_clean &&
	       !e->facts.bundle && e->rebuild == REBUILD_WANTED;
}

int
exit_worst(int a, int b)
{
	static const int order[] = {6, 5, 7, 3, 2, 4, 1, 0};
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (order[i] == a || order[i] == b)
			return order[i];
	return a;
}

static const char *const rebuild_state_names[REBUILD_STATE_COUNT] = {
    [REBUILD_NOT_NEEDED] = "not-needed",
    [REBUILD_WANTED] = "wanted",
    [REBUILD_REFUSED] = "refused",
    [REBUILD_ASKED] = "asked",
    [REBUILD_GATED] = "gated",
    [REBUILD_FRUITLESS] = "fruitless",
    [REBUILD_APPROVED] = "approved",
    [REBUILD_CONVERGED] = "converged",
};

const char *
rebuild_state_name(enum rebuild_state state)
{
	return rebuild_state_names[state];
}

enum rebuild_state
rebuild_state_parse(const char *name)
{
	int i;

	for (i = 0; name != NULL && i < REBUILD_STATE_COUNT; i++)
		if (strcmp(rebuild_state_names[i], name) == 0)
			return (enum rebuild_state)i;
	return REBUILD_NOT_NEEDED;
}

static const char *const rung_names[RUNG_COUNT] = {
    [RUNG_NONE] = NULL,
    [RUNG_RESTART] = "restart",
    [RUNG_REBUILD] = "rebuild",
    [RUNG_UPDATE] = "update",
    [RUNG_OTHERS] = "others",
};

const char *
rung_name(enum rung rung)
{
	return rung_names[rung];
}

enum rung
rung_parse(const char *name)
{
	int i;

	for (i = 1; name != NULL && i < RUNG_COUNT; i++)
		if (strcmp(rung_names[i], name) == 0)
			return (enum rung)i;
	return RUNG_NONE;
}
