/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Comparing the witnesses (docs/facts.md#kmutil-inspect, #loadable). A witness that
 * says nothing does not disagree, unless all are silent about a file that exists.
 */
#include <string.h>
#include <strings.h>

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
inspect_agrees(struct session *session)
{
	struct kmutil_list list;
	size_t i, j;

	if (kmutil_inspect(session->arena, NULL, &list) != 0)
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

bool
witness_agree(struct session *session)
{
	bool inspect = inspect_agrees(session), boot = boot_agrees(session);

	return inspect && boot;
}
