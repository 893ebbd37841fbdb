/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Session: what every command begins with: the Mac, the rules, the ledger, a scan
 * joined to cases, and each case's standing.
 */
#ifndef MIGRATE_SESSION_H
#define MIGRATE_SESSION_H

#include "kmutil-helpers/tool_console.h"
#include "kmutil-helpers/tool_host.h"
#include "kmutil-helpers/trail.h"
#include "kmutil-helpers/tool_manage.h"
#include "migrate/context.h"
#include "migrate/options.h"
#include "migrate/settings.h"
#include "rules/rule.h"
#include "uninstall/case.h"
#include "uninstall/ledger.h"
#include "uninstall/run.h"
#include "uninstall/source.h"
#include "uninstall/verify.h"

#define RULES_FOLDER "/usr/local/kextirpate/rules"

/* One kext that a command speaks of: what is seen now, what the ledger knows. */
struct subject {
	const struct kext_case *kext;  /* NULL: nothing is seen of it */
	const struct ledger_case *row; /* NULL: the ledger does not know it */
	struct evidence evidence;
	struct ledger_case now; /* the row as this look leaves it; standing in any case */
	int exit;
};

struct session {
	struct arena *arena;
	const struct options *options;
	enum context context;
	struct root root;
	struct host host;
	bool policy_asked;      /* by mdm_hint.c */
	struct manage manage;   /* these two with SESSION_HOST_POLICY alone */
	struct console console; /* user NULL: nobody, or not asked */
	struct rule_set rules;
	struct ledger ledger;
	bool has_ledger;
	bool ledger_unread; /* there is one, and what it knows of the cases cannot be told */
	struct recovery recovery; /* of a run that was cut off; for SESSION_WRITE */
	struct scan scan;
	size_t problems_before_scan; /* of the rules, the ledger, a run that was cut off */
	struct case_list cases;
	struct ledger_case *rows;
	size_t row_count;
	bool was_quiet; /* macOS was done with its collections at an earlier look */
	struct look look;
	struct subject *subjects; /* of all cases and rows */
	size_t subject_count;
	char now[32];
};

enum session_need {
	SESSION_SCAN = 1,        /* read the sources, all of them */
	SESSION_CARRIERS = 2,    /* read the sources that decide */
	SESSION_WRITE = 4,       /* open the ledger for writing, and take its lock */
	SESSION_HOST_POLICY = 8, /* ask csrutil, bputil, profiles, fdesetup too */
	SESSION_TRUST = 16,      /* acts on what rules say: they must be root's; WRITE implies it */
	SESSION_AWAY = 32,       /* the Mac is not looked at */
	SESSION_NO_RULES = 64,   /* nothing is named by a rule: they are not read */
	SESSION_QUIET = 128      /* the caller has waited until macOS was quiet */
};

/* The state folder as the options name it, else where it always is; a relative one ends
 * the process. */
const char *session_state_folder(struct arena *arena, const struct options *options);

/* Opens what the command needs; for SESSION_WRITE finishes first what an earlier run
 * left unfinished. What makes a command impossible ends the process
 * with its status and a message; everything else is a problem of the scan. */
void session_begin(struct session *session, const struct options *options, int needs);
/* The same, and notes what is opened below the root until trail_end. */
void session_begin_noted(
    struct session *session, const struct options *options, int needs, struct trail *trail);
void session_end(struct session *session);

/* One problem for each setting that was left out. */
void session_tell_settings(struct session *session, const struct settings *settings);

/* Reads the sources again, after something changed, and judges the cases anew. */
void session_look_again(struct session *session);

/* Records what this look found of every row, and what is new of where each kext is, in
 * one transaction. 0 or a fault. */
int session_record(struct session *session) __attribute__((warn_unused_result));

/* Whether the running macOS has kmutil rebuild, as far as anything says so. */
bool session_has_rebuild(const struct session *session);

#endif
