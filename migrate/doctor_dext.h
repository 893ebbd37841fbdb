/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * doctor TARGET: a dext that will not start: its state, what it is signed for, and what
 * macOS logged of it. Changes nothing.
 */
#ifndef MIGRATE_DOCTOR_DEXT_H
#define MIGRATE_DOCTOR_DEXT_H

#include "migrate/report.h"

/* Looks, prints into the report and returns the status: 0 nothing is against it, 5
 * something is, 7 it cannot be told. A target that names no dext ends the process. */
int doctor_dext(struct report *report, const char *target);

#endif
