/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Next step: what a person should do next, in one sentence, and with which command.
 */
#ifndef MIGRATE_NEXT_STEP_H
#define MIGRATE_NEXT_STEP_H

#include "migrate/session.h"

struct next_step {
	const char *text;           /* never NULL */
	const char *const *command; /* its words, NULL-ended; NULL: none */
};

/* For a standing with that exit status. `about` is the kext of which it is told, NULL:
 * none; the ways that depend on how it came back, and on what took it out before, are
 * told of it. Owned by the session's arena. May ask whether MDM may rebuild. */
struct next_step next_step_find(
    struct session *session, const struct subject *about, enum standing standing, int exit);

#endif
