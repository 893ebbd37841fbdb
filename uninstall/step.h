/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Step: one action of a run that can be repeated and undone. The table in steps.c
 * has a row for each kind.
 */
#ifndef UNINSTALL_STEP_H
#define UNINSTALL_STEP_H

#include <stdbool.h>
#include <stddef.h>

#include "rules/assumption.h"

enum step_kind {
	STEP_STOP_JOB, /* subject: launchd's domain, a blank, the job's property list */
	STEP_VAULT,
	STEP_SETTLE,
	STEP_FORGET,
	STEP_CLEAR_STAGING,
	STEP_REBUILD,
	STEP_PREPARE,
	STEP_ACTIVATE,
	STEP_VERIFY,
	STEP_RESTORE,   /* of an undo */
	STEP_START_JOB, /* of an undo; subject as of STEP_STOP_JOB */
	STEP_EXPIRE,    /* subject: where it was before its run moved it */
	STEP_KIND_COUNT
};

enum step_state {
	STEP_PLANNED,
	STEP_BEGUN,
	STEP_DONE,
	STEP_FAILED,
	STEP_SKIPPED,
	STEP_STATE_COUNT
};

#define STEP_ASSUMPTIONS 4

struct step {
	int n; /* from 1; given when its run begins */
	enum step_kind kind;
	const char *subject; /* a path, a receipt's id, an app; NULL for the whole Mac */
	const char *why;
	enum step_state state;
	const char *message; /* what came of it; NULL before */
};

struct step_row {
	const char *name;
	bool machine_wide; /* touches other products' kexts */
	enum assumption_id assumptions[STEP_ASSUMPTIONS];
	size_t assumption_count;
};

const struct step_row *step_get(enum step_kind kind);
/* STEP_KIND_COUNT for an unknown name. */
enum step_kind step_parse(const char *name);
/* Whether it moves a kext's bundle, with all that it holds. */
bool step_takes_bundle(const struct step *step);
const char *step_state_name(enum step_state state);
enum step_state step_state_parse(const char *name);

#endif
