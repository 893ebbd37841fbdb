/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of what this Mac tells of the assumptions. How each is told is in
 * belief_check.c. */
#include "migrate/belief.h"
#include "migrate/belief_check.h"
#include "uninstall/step.h"
#include "kmutil-helpers/banned.h"

static const struct {
	enum assumption_id id;
	/* It is cheap, and a step rests on it: asked before each plan, too. Others are
	 * doctor's alone. */
	bool gate;
	bool copy; /* a copied disk tells as well */
	struct belief (*check)(struct eyes *eyes);
} checks[] = {
    {ASSUMPTION_EXTENSIONS_ARE_ROOTS, true, false, check_extensions},
    {ASSUMPTION_FORGET_WORKS, true, false, check_receipts},
    {ASSUMPTION_REBUILD_SINCE_14, true, false, check_rebuild_verb},
    {ASSUMPTION_SIP_KEEPS_KERNEL_FOLDERS, false, false, check_kept_folders},
    {ASSUMPTION_COLLECTION_IN_PREBOOT, false, true, check_preboot},
    {ASSUMPTION_COLLECTION_ON_DATA, false, true, check_data},
    {ASSUMPTION_STASH_ON_DATA, false, true, check_stash},
    {ASSUMPTION_INSTRUCTIONS_NAME_MEMBERS, false, true, check_instructions},
    {ASSUMPTION_STAGING_MIRRORS_PATH, false, true, check_staging},
    {ASSUMPTION_POLICY_REMEMBERS, false, true, check_policy},
    {ASSUMPTION_AUX_UUID_TELLS_BOOT, false, false, check_boot_uuid},
    {ASSUMPTION_INSPECT_LISTS_COLLECTION, false, false, check_inspect},
    {ASSUMPTION_SEALED_COLLECTION_SHOWS_IN_POLICY, false, false, check_sealed},
    {ASSUMPTION_STALE_COLLECTION_IS_REFUSED, false, false, check_stale},
    {ASSUMPTION_LOADED_UNTIL_RESTART, false, false, check_loaded},
    {ASSUMPTION_RESTART_DROPS_NOTHING, false, false, check_restart},
    {ASSUMPTION_MISSING_BUNDLE_NOT_LOADABLE, false, false, check_not_loadable},
    {ASSUMPTION_REBUILD_DROPS_MISSING, false, false, check_rebuild_drops},
};

bool
belief_can_be_told(enum assumption_id id)
{
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		if (checks[i].id == id)
			return true;
	return false;
}

bool
belief_is_needed(enum assumption_id id)
{
	const struct step_row *row;
	int kind;
	size_t i;

	for (kind = 0; kind < STEP_KIND_COUNT; kind++) {
		row = step_get((enum step_kind)kind);
		for (i = 0; i < row->assumption_count; i++)
			if (row->assumptions[i] == id)
				return true;
	}
	return false;
}

void
beliefs_read(struct session *session, bool all, struct belief_list *beliefs)
{
	struct eyes eyes = {.session = session};
	size_t i;
	int id;

	for (id = 0; id < ASSUMPTION_COUNT; id++)
		beliefs->of[id] = (struct belief){.holds = UNKNOWN};
	if (session->root.live)
		eyes_open(&eyes);
	for (i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		if ((all || checks[i].gate) && (session->root.live || checks[i].copy))
			beliefs->of[checks[i].id] = checks[i].check(&eyes);
}
