/* SPDX-License-Identifier: BSD-2-Clause */
/* Which Mac this is, and what to do about another one's ledger. */
#include <string.h>

#include "kmutil-helpers/die.h"
#include "kmutil-helpers/digest.h"
#include "kmutil-helpers/tool_ioreg.h"
#include "migrate/home_mac.h"
#include "kmutil-helpers/banned.h"

#define IDENTITY_BYTES 8 /* enough to tell Macs apart; it names none */

/* A digest of the hardware UUID (ASSUMPTION_HARDWARE_UUID_NAMES_MAC); NULL: not told. */
static const char *
read_identity(struct arena *arena)
{
	uint8_t sum[DIGEST_MAX_BYTES];
	const char *serial, *uuid, *text = "";
	struct digest digest;
	size_t i;

	(void)!ioreg_read_identity(arena, &serial, &uuid);
	if (uuid == NULL)
		return NULL;
	digest_init(&digest, DIGEST_SHA256);
	digest_update(&digest, "kextirpate ", strlen("kextirpate "));
	digest_update(&digest, uuid, strlen(uuid));
	digest_final(&digest, sum);
	for (i = 0; i < IDENTITY_BYTES; i++)
		text = arena_printf(arena, "%s%02x", text, sum[i]);
	return text;
}

static void
set_aside(struct session *session)
{
	const char *folder = session->ledger.folder, *aside;
	int error;

	if (session->options->state != NULL)
		die(EXIT_BAD_INPUT,
		    "%s/ledger.db: was written on another Mac; nothing was changed, here or there",
		    folder);
	error = ledger_set_aside(session->arena, &session->ledger, &aside);
	ledger_close(&session->ledger);
	if (error == 0)
		error = ledger_open(session->arena, folder, true, &session->ledger);
	if (error != 0)
		die(EXIT_CANNOT_CREATE,
		    "%s: was written on another Mac and could not be set aside: %s; nothing else "
		    "was changed",
		    folder, fault_sentence(error));
	problem_add_text(&session->scan.problems, aside, "ledger",
	    "the ledger here was written on another Mac (Migration Assistant, or a copied disk); "
	    "it "
	    "lies there now with its vault, and this Mac begins its own",
	    false);
}

/* For reading it is as if there were none; one that --state named is what was asked for. */
static void
leave_unread(struct session *session)
{
	bool named = session->options->state != NULL;

	if (!named) {
		store_close(session->ledger.db);
		session->ledger.db = NULL;
		session->ledger.fresh = true;
	}
	problem_add_text(&session->scan.problems,
	    arena_printf(session->arena, "%s/ledger.db", session->ledger.folder), "ledger",
	    named
		? "was written on another Mac; what it says is true there"
		: "was written on another Mac (Migration Assistant, or a copied disk); nothing of "
		  "it is believed, and the next kextirpate recheck sets it aside",
	    false);
}

void
home_mac_check(struct session *session, bool write)
{
	const char *here, *there;
	int error;

	if (!session->has_ledger || session->ledger.db == NULL || !session->root.live ||
	    (here = read_identity(session->arena)) == NULL)
		return;
	error = ledger_mac_get(&session->ledger, session->arena, &there);
	if (error == 0 && there != NULL && strcmp(here, there) != 0) {
		if (!write) {
			leave_unread(session);
			return;
		}
		set_aside(session);
		there = NULL;
	}
	if (error == 0 && write && there == NULL)
		error = ledger_mac_put(&session->ledger, here);
	/* Of a damaged one it is told when its cases are read. */
	if (error != 0 && error != -FAULT_DAMAGED)
		problem_add(&session->scan.problems,
		    arena_printf(session->arena, "%s/ledger.db", session->ledger.folder), "ledger",
		    error, "on which Mac it was written is unknown", false);
}
