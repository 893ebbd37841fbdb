/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rung for a Mac that nobody sits at: an MDM server's RestartDevice with
 * RebuildKernelCache. Named only where this Mac lets MDM rebuild, and as unproven
 * (assumption mdm-rebuild-removes).
 */
#ifndef MIGRATE_MDM_HINT_H
#define MIGRATE_MDM_HINT_H

#include "migrate/session.h"

/* Whether to name it. Asks bputil, profiles and fdesetup, once for each session. */
bool mdm_hint_applies(struct session *session);

/* The words of the command that prints what the MDM server is to send; NULL-ended. */
const char *const *mdm_hint_command(void);

/* What comes next by `text` and `command`, with that way beside it; nobody logged in, it
 * becomes the command. Owned by the session's arena. */
const char *mdm_hint_add(struct session *session, const char *text, const char *const **command);

#endif
