/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of step kinds. */
#include <string.h>

#include "kmutil-helpers/path.h"
#include "uninstall/step.h"
#include "kmutil-helpers/banned.h"

static const struct step_row step_rows[STEP_KIND_COUNT] = {
    [STEP_STOP_JOB] = {"stop-job", false, {ASSUMPTION_BOOTOUT_ENDS_JOB}, 1},
    [STEP_VAULT] = {"vault", false, {ASSUMPTION_EXTENSIONS_ARE_ROOTS}, 1},
    [STEP_SETTLE] = {"settle", false, {ASSUMPTION_LOG_SHOWS_WORK}, 1},
    [STEP_FORGET] = {"forget", false, {ASSUMPTION_FORGET_WORKS}, 1},
    [STEP_CLEAR_STAGING] = {"clear-staging", true, {ASSUMPTION_CLEAR_STAGING_EMPTIES_ALL}, 1},
    [STEP_REBUILD] = {"rebuild", true,
	{ASSUMPTION_REBUILD_DROPS_MISSING, ASSUMPTION_REBUILD_DROPS_STASH_AND_INSTRUCTIONS,
	    ASSUMPTION_REBUILD_NEEDS_APPROVAL, ASSUMPTION_REBUILD_SINCE_14},
	4},
    [STEP_PREPARE] = {"prepare", false,
	{ASSUMPTION_APP_MUST_BE_IN_APPLICATIONS, ASSUMPTION_QUARANTINE_TELLS_APPROVAL,
	    ASSUMPTION_DRIVERKIT_IS_DARWIN},
	3},
    [STEP_ACTIVATE] = {"activate", false, {ASSUMPTION_DEXT_STAYS_APPROVED}, 1},
    [STEP_VERIFY] = {"verify", false,
	{ASSUMPTION_AUX_UUID_TELLS_BOOT, ASSUMPTION_INSPECT_LISTS_COLLECTION,
	    ASSUMPTION_REGISTRY_SHOWS_DEXT_SERVER},
	3},
    [STEP_RESTORE] = {"restore", false,
	{ASSUMPTION_EXTENSIONS_ARE_ROOTS, ASSUMPTION_THIRD_PARTY_NEEDS_BUNDLE_APPROVAL}, 2},
    [STEP_START_JOB] = {"start-job", false, {ASSUMPTION_BOOTOUT_ENDS_JOB}, 1},
    [STEP_EXPIRE] = {"expire", false, {ASSUMPTION_STEADY_CLOCK_IS_NOT_SET}, 1},
};

static const char *const step_state_names[STEP_STATE_COUNT] = {
    [STEP_PLANNED] = "planned",
    [STEP_BEGUN] = "begun",
    [STEP_DONE] = "done",
    [STEP_FAILED] = "failed",
    [STEP_SKIPPED] = "skipped",
};

const struct step_row *
step_get(enum step_kind kind)
{
	return &step_rows[kind];
}

enum step_kind
step_parse(const char *name)
{
	int i;

	for (i = 0; name != NULL && i < STEP_KIND_COUNT; i++)
		if (strcmp(step_rows[i].name, name) == 0)
			return (enum step_kind)i;
	return STEP_KIND_COUNT;
}

bool
step_takes_bundle(const struct step *step)
{
	return step->kind == STEP_VAULT && step->subject != NULL &&
	       path_has_suffix(step->subject, ".kext");
}

const char *
step_state_name(enum step_state state)
{
	return step_state_names[state];
}

enum step_state
step_state_parse(const char *name)
{
	int i;

	for (i = 0; name != NULL && i < STEP_STATE_COUNT; i++)
		if (strcmp(step_state_names[i], name) == 0)
			return (enum step_state)i;
	return STEP_PLANNED;
}
