/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The question to ask before an OS update: would it bring a kext back, and what is
 * to be done first?
 */
#ifndef MIGRATE_UPDATE_READY_H
#define MIGRATE_UPDATE_READY_H

#include "migrate/report.h"
#include "migrate/target.h"

/* 0: no carrier is left that an OS update would bring back; 1: there is one; 7: what
 * decides could not be read. */
int update_ready_judge(const struct session *session, const struct selection *selection);

/* The answer for a person: who would come back, from where, and what to do. */
void update_ready_text(struct report *report, const struct selection *selection, int exit);

#endif
