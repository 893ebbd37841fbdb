/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * By which way a bundle that had been taken away is there again: a package that was
 * installed since, a backup or another Mac. It is somebody's will, so it is told and
 * never fought.
 */
#ifndef MIGRATE_CAME_BACK_H
#define MIGRATE_CAME_BACK_H

#include "migrate/session.h"

/* Sets return_cause of each subject that has returned with a bundle, and adds one problem
 * that tells the package or the copy, and when (docs/facts.md#came-back). */
void came_back_judge(struct session *session);

#endif
