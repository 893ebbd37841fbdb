/* SPDX-License-Identifier: BSD-2-Clause */
/* A fresh look right before a rebuild. */
#include <string.h>

#include "migrate/dialog.h"
#include "migrate/late_gate.h"
#include "uninstall/plan_gate.h"
#include "kmutil-helpers/banned.h"

static bool
is_unread(const struct session *session, enum source_id source)
{
	const struct problem_list *list = &session->scan.problems;
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strcmp(list->items[i].source, source_get(source)->name) == 0)
			return true;
	return false;
}

bool
late_gate_collection_unreadable(const struct session *session)
{
	return is_unread(session, SOURCE_AUXKC) || is_unread(session, SOURCE_PREBOOT);
}

bool
late_gate_loaded_unreadable(const struct session *session)
{
	return is_unread(session, SOURCE_LOADED) || session->host.safe_mode == HOST_YES;
}

/* The kexts of the plan, as the fresh look shows them; what is seen no more is no target. */
static size_t
find_targets(
    const struct session *session, const struct selection *selection, struct plan_target *targets)
{
	size_t count = 0, i, j;

	for (i = 0; i < selection->count; i++)
		for (j = 0; j < session->subject_count; j++)
			if (session->subjects[j].kext != NULL &&
			    strcmp(session->subjects[j].now.key, selection->subjects[i]->now.key) ==
				0)
				targets[count++].kext = session->subjects[j].kext;
	return count;
}

const char *
late_gate(void *payload)
{
	struct removal *removal = payload;
	struct session *session = removal->session;
	struct plan_target *targets =
	    arena_array(session->arena, removal->selection.count + 1, sizeof(*targets));
	struct plan_input input = {
	    .targets = targets,
	    .cases = &session->cases,
	    .accept_bystanders = session->options->accept_bystanders,
	};
	const char *why;

	session_look_again(session);
	input.target_count = find_targets(session, &removal->selection, targets);
	input.leaving = removal_find_leaving(session, &input.leaving_count);
	input.collection_unreadable = late_gate_collection_unreadable(session);
	why = plan_check_late(session->arena, &input, &removal->plan);
	if (why != NULL)
		return arena_printf(session->arena, "blocked: %s", why);
	/* approve has said it before its first step. */
	if (strcmp(removal->command, "approve") != 0 && !session->options->quiet)
		dialog_announce(session);
	return NULL;
}
