/* SPDX-License-Identifier: BSD-2-Clause */
/* Naming the MDM command where it could help. */
#include "kmutil-helpers/tool_console.h"
#include "migrate/mdm_hint.h"
#include "kmutil-helpers/banned.h"

/* What is not told stays unknown, and is then not named: no fault is anybody's problem. */
static void
ask_policy(struct session *session)
{
	if (session->policy_asked || !session->root.live)
		return;
	session->policy_asked = true;
	if (session->manage.enrolled == HOST_UNKNOWN)
		manage_read(session->arena, &session->manage);
	if (session->manage.enrolled == HOST_YES && session->host.mdm_control == HOST_UNKNOWN &&
	    session->host.chip == HOST_CHIP_APPLE)
		(void)!host_read(session->arena, HOST_SEAL, &session->host);
}

bool
mdm_hint_applies(struct session *session)
{
	ask_policy(session);
	return session->root.live &&
	       manage_may_rebuild(&session->manage, &session->host) == HOST_YES;
}

const char *const *
mdm_hint_command(void)
{
	static const char *const send[] = {"kextirpate", "mdm", "restart-device", NULL};

	return send;
}

const char *
mdm_hint_add(struct session *session, const char *text, const char *const **command)
{
	struct console console = {0};

	if (console_read(session->arena, &console) == 0 && console.user == NULL)
		*command = mdm_hint_command();
	return arena_printf(session->arena,
	    "%s; or, with nobody there, the MDM server sends RestartDevice with "
	    "RebuildKernelCache, which this Mac lets it do: that it removes anything is unproven, "
	    "and recheck looks after it",
	    text);
}
