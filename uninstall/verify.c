/* SPDX-License-Identifier: BSD-2-Clause */
/* What a fresh look says of a case. */
#include <string.h>

#include "uninstall/verify.h"
#include "kmutil-helpers/banned.h"

static bool
is_same_text(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* An unknown boot counts as the same one: nothing is called gone on a guess. */
static bool
has_restarted(const struct look *look, const struct ledger_case *row)
{
	return look->boot_uuid != NULL && row->boot_uuid != NULL &&
	       strcmp(look->boot_uuid, row->boot_uuid) != 0;
}

/* Where the removal from the collection stands, by what the collection shows. */
static enum rebuild_state
rebuild_after_look(const struct look *look, const struct ledger_case *row,
    const struct case_facts *facts, bool restarted)
{
	/* Not seen in a collection that could not be read proves nothing. */
	bool is_out = !facts->listed && !look->carrier_unreadable;

	if (!restarted)
		return row->rebuild;
	/* In stash and instructions alone a rebuild has nothing to drop. */
	if (row->rebuild == REBUILD_NOT_NEEDED)
		return facts->listed           ? REBUILD_WANTED
		       : facts->kept && is_out ? REBUILD_CONVERGED
					       : REBUILD_NOT_NEEDED;
	if (is_out)
		return REBUILD_CONVERGED;
	if (row->rebuild == REBUILD_REFUSED || row->rebuild == REBUILD_ASKED ||
	    row->rebuild == REBUILD_GATED)
		return REBUILD_WANTED;
	/* Approved, and listed all the same: it may be asked for once more. */
	if (row->rebuild == REBUILD_APPROVED && facts->listed)
		return REBUILD_FRUITLESS;
	/* It was out of the collection, and is in it again. */
	if (row->rebuild == REBUILD_CONVERGED && facts->listed)
		return REBUILD_WANTED;
	return row->rebuild;
}

struct evidence
verify_evidence(const struct look *look, const struct ledger_case *row,
    const struct kext_case *kext, bool unfinished)
{
	struct evidence evidence = {
	    .live = look->live,
	    .safe_mode = look->safe_mode,
	    .verifying = look->verifying,
	    .has_rebuild = look->has_rebuild,
	    .carrier_unreadable = look->carrier_unreadable,
	    .ledger_unread = look->ledger_unread,
	    .witnesses_disagree = look->witnesses_disagree,
	    .has_case = row != NULL,
	    .step_unfinished = unfinished,
	};

	if (kext != NULL) {
		evidence.apple = kext->apple;
		evidence.facts = case_get_facts(kext);
	}
	if (row != NULL) {
		evidence.restart_needed = row->restart_needed;
		evidence.restarted = has_restarted(look, row);
		evidence.was_clean = row->was_clean;
		evidence.returns = row->returns - (row->standing == STANDING_RETURNED);
		evidence.rebuild =
		    rebuild_after_look(look, row, &evidence.facts, evidence.restarted);
	}
	return evidence;
}

static const char *
find_return_cause(const struct case_facts *facts)
{
	if (facts->bundle)
		return "reinstalled";
	return facts->listed || facts->kept ? "relinked" : "unknown";
}

/* What took the kext out, the first time that it is seen to be out. */
static enum rung
rung_after_look(
    const struct look *look, const struct ledger_case *row, const struct evidence *evidence)
{
	bool left_collection =
	    row->rebuild != REBUILD_CONVERGED && evidence->rebuild == REBUILD_CONVERGED;

	if (!evidence->restarted || row->rebuild == REBUILD_NOT_NEEDED)
		return evidence->restarted && !row->was_clean ? RUNG_RESTART : row->rung;
	if (!left_collection)
		return row->was_clean || row->rung != RUNG_NONE ? row->rung : RUNG_RESTART;
	if (row->rebuild == REBUILD_APPROVED)
		return RUNG_REBUILD;
	if (!is_same_text(row->build, look->build))
		return RUNG_UPDATE;
	return row->rebuild == REBUILD_ASKED ? RUNG_REBUILD : RUNG_OTHERS;
}

struct ledger_case
verify_case(const struct look *look, const struct ledger_case *row, const struct kext_case *kext,
    bool unfinished, const char *now)
{
	struct evidence evidence = verify_evidence(look, row, kext, unfinished);
	struct ledger_case after = *row;

	after.standing = standing_judge(&evidence);
	/* Nothing that is seen now may count later. */
	if (evidence.live && (evidence.safe_mode || evidence.verifying))
		return after;
	after.rebuild = evidence.rebuild;
	if (after.standing == STANDING_GONE || after.standing == STANDING_INERT) {
		after.rung = rung_after_look(look, row, &evidence);
		after.was_clean = true;
	}
	after.return_cause =
	    after.standing == STANDING_RETURNED ? find_return_cause(&evidence.facts) : NULL;
	if (after.standing != row->standing || row->since == NULL)
		after.since = now;
	if (after.standing != row->standing || !is_same_text(row->build, look->build))
		after.build = look->build;
	return after;
}
