/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Report: how every command prints its results: one text for people, one JSON
 * object for machines, the problems on stderr, the exit status.
 */
#ifndef MIGRATE_REPORT_H
#define MIGRATE_REPORT_H

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/json.h"
#include "migrate/replacement.h"
#include "migrate/session.h"
#include "uninstall/plan.h"

struct report {
	struct session *session;
	const char *doer; /* nothing was done: the command that would; NULL */
	struct buf out;    /* stdout */
	struct json json;  /* into out, when JSON is asked for */
	bool is_json;
};

/* Begins the object {"schema": "kextirpate/COMMAND/1", ...} or nothing. */
void report_begin(struct report *report, struct session *session, const char *command);
/* Ends the object with problems and exit; nothing is printed: for whoever keeps
 * report->out, and ends that with buf_done. */
void report_close(struct report *report, int exit);
/* Ends it with problems and exit, prints everything and returns the status for the
 * shell (--pending-ok applied). */
int report_end(struct report *report, int exit);

/* The first subject whose exit status is the worst of all; NULL: there is none. */
const struct subject *report_worst(struct subject *const *subjects, size_t count);

/* The parts that several commands print, as JSON members. */
void report_json_steps(struct report *report, int64_t run, const struct step *steps,
    size_t count);
void report_json_plan(struct report *report, const struct plan *plan);
void report_json_dexts(struct report *report, const struct dexts *dexts);
void report_json_next(
    struct report *report, const struct subject *about, enum standing standing, int exit);
/* {"bundle_id", "rule", "standing", ...}, with "exit" and "next" for status. */
void report_json_kexts(struct report *report, struct subject *const *subjects, size_t count,
    const struct dexts *dexts);

/* The same for people. */
void report_text_steps(struct report *report, const struct step *steps, size_t count);
void report_text_kexts(struct report *report, struct subject *const *subjects, size_t count);
void report_text_next(
    struct report *report, const struct subject *about, enum standing standing, int exit);
/* A word as a shell takes it: quoted where it must be. */
const char *report_shell_word(struct arena *arena, const char *word);
/* A standing in words. */
const char *report_standing_words(enum standing standing);

#endif
