/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Comparing the witnesses (docs/facts.md#kmutil-inspect, #loadable, #preboot). A witness that
 * says nothing does not disagree, unless all are silent about a file that exists.
 */
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "kmutil-helpers/tool_kmutil.h"
#include "migrate/witness.h"
#include "kmutil-helpers/banned.h"

static bool
is_member(const struct session *session, const char *id)
{
	const struct trace *trace = session->scan.traces.items;
	size_t i;

	for (i = 0; i < session->scan.traces.count; i++, trace++)
		if ((trace->source == SOURCE_AUXKC || trace->source == SOURCE_PREBOOT) &&
		    trace->keeper != KEEPER_OTHER_SYSTEM && trace->bundle_id != NULL &&
		    strcmp(trace->bundle_id, id) == 0)
			return true;
	return false;
}

static void
disagree(struct session *session, const char *text)
{
	problem_add_text(&session->scan.problems, NULL, "witness", text, true);
}

/* kmutil inspect names a kext of ours that our own reading does not. */
static bool
inspect_agrees(struct session *session, bool *silent)
{
	struct kmutil_list list;
	size_t i, j;

	*silent = kmutil_inspect(session->arena, NULL, &list) != 0;
	if (*silent)
		return true;
	for (i = 0; i < list.count; i++)
		for (j = 0; j < session->row_count; j++)
			if (session->rows[j].bundle_id != NULL &&
			    list.items[i].collection != NULL &&
			    strncmp(list.items[i].collection, "aux", 3) == 0 &&
			    strcmp(list.items[i].id, session->rows[j].bundle_id) == 0 &&
			    !is_member(session, list.items[i].id)) {
				disagree(session,
				    arena_printf(session->arena,
					"kmutil inspect lists %s, which the collection file does "
					"not hold; nothing is called gone",
					list.items[i].id));
				return false;
			}
	return true;
}

/* The file on disk is the collection that this boot loaded. Otherwise it was built
 * and not booted yet, or this boot runs one that is not there any more. */
static bool
boot_agrees(struct session *session)
{
	const char *file = session->scan.collection_uuid, *boot = session->host.aux_kc_uuid;

	if (boot == NULL || (file != NULL && strcasecmp(file, boot) == 0))
		return true;
	disagree(session, arena_printf(session->arena,
			      "this boot loaded the auxiliary collection %s, and on disk is %s; "
			      "restart once more",
			      boot, file != NULL ? file : "none"));
	return false;
}

/* The boot policy of Apple silicon, which only root may ask for. Nothing sealed means
 * that no auxiliary collection can have been loaded (assumption
 * sealed-collection-shows-in-policy); something sealed, that one lies somewhere, unless
 * this boot says that it loaded none. */
static bool
seal_agrees(struct session *session, bool *silent)
{
	struct host *host = &session->host;

	if (host->chip == HOST_CHIP_APPLE && host->auxi == HOST_UNKNOWN && geteuid() == 0 &&
	    host_read(session->arena, HOST_SEAL, host) != 0)
		host->auxi = HOST_UNKNOWN;
	*silent = host->auxi == HOST_UNKNOWN;
	if (host->auxp == HOST_NO && host->auxi == HOST_NO && host->auxr == HOST_NO &&
	    host->aux_kc_uuid != NULL) {
		disagree(session, arena_printf(session->arena,
				      "bputil shows no sealed auxiliary collection, but this boot "
				      "loaded %s; nothing is called gone",
				      host->aux_kc_uuid));
		return false;
	}
	if (host->auxi == HOST_YES && session->scan.collection_uuid == NULL && !host->aux_told) {
		disagree(session, "bputil shows a sealed auxiliary collection, but none was found; "
				  "nothing is called gone");
		return false;
	}
	return true;
}

bool
witness_agree(struct session *session)
{
	bool no_inspect, no_seal, inspect = inspect_agrees(session, &no_inspect);
	bool boot = boot_agrees(session), seal = seal_agrees(session, &no_seal);

	if (no_inspect && no_seal && !session->host.aux_told &&
	    session->scan.collection_uuid != NULL) {
		disagree(session,
		    "neither kmutil inspect nor sysctl nor bputil says anything of the "
		    "auxiliary collection; nothing is called gone");
		return false;
	}
	return inspect && boot && seal;
}
