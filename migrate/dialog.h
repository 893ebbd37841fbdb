/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The dialog with which macOS asks a person for a rebuild (docs/facts.md#kmutil-rebuild):
 * said before it comes.
 */
#ifndef MIGRATE_DIALOG_H
#define MIGRATE_DIALOG_H

#include "migrate/session.h"

/* To stderr: what will be asked, who may answer, for how long, who is logged in. */
void dialog_announce(const struct session *session);

#endif
