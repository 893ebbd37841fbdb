/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Standing: what is true of a kext now. A pure function of the evidence; the
 * meanings are the contract's (docs/design.md#standings).
 */
#ifndef UNINSTALL_STANDING_H
#define UNINSTALL_STANDING_H

#include <stdbool.h>
#include <stddef.h>

#include "uninstall/case.h"

enum standing {
	STANDING_NONE, /* memories only: null */
	STANDING_APPLE,
	STANDING_UNKNOWN,
	STANDING_VERIFYING,
	STANDING_REMOVING,
	STANDING_INSTALLED,
	STANDING_BLOCKED,
	STANDING_RETURNED,
	STANDING_APPROVAL_PENDING,
	STANDING_RESTART_PENDING,
	STANDING_INERT,
	STANDING_GONE,
	STANDING_COUNT
};

/* How far the removal from the collection has come, as the ledger knows it. */
enum rebuild_state {
	REBUILD_NOT_NEEDED, /* the collection never named the kext */
	REBUILD_WANTED,     /* needed, and nobody was asked so far in this boot */
	REBUILD_REFUSED,    /* asked in this boot: refused, timed out, or nobody there */
	REBUILD_ASKED,      /* asked in this boot, and cut off before the answer */
	REBUILD_GATED,      /* wanted, and in this boot another kext stood in the way */
	REBUILD_FRUITLESS,  /* asked for, and macOS saw nothing to change */
	REBUILD_APPROVED,   /* its output took the id away; waits for the restart */
	REBUILD_CONVERGED,  /* nothing is left to drop: the collection does not list it */
	REBUILD_STATE_COUNT
};

/* What took a kext out the last time: the rung that worked on this Mac. */
enum rung {
	RUNG_NONE,    /* nothing so far */
	RUNG_RESTART, /* the restart after its bundle was gone */
	RUNG_REBUILD, /* a rebuild that was asked for here and approved */
	RUNG_UPDATE,  /* an OS update or upgrade, which builds the collection anew */
	RUNG_OTHERS,  /* a rebuild that somebody else asked for: MDM, or a person */
	RUNG_COUNT
};

struct evidence {
	bool apple;
	bool live;                 /* the running system, not a copy */
	struct case_facts facts;
	bool carrier_unreadable;   /* a carrier source could not be read */
	bool ledger_unread;        /* whether there is a case cannot be told */
	bool safe_mode;
	bool verifying;            /* kernelmanagerd is still busy */
	bool witnesses_disagree;   /* about the collection that this boot loaded */
	/* from the ledger */
	bool has_case;
	bool step_unfinished;
	bool restart_needed;       /* since the run began it was loaded or in the collection */
	bool restarted;            /* since the last step that acted */
	bool was_clean;            /* was gone or inert before */
	int returns;               /* how often macOS had brought it back before this time */
	enum rebuild_state rebuild;
	bool has_rebuild;          /* this macOS has kmutil rebuild */
};

enum standing standing_judge(const struct evidence *evidence);

/* "gone", ...; NULL for STANDING_NONE. */
const char *standing_name(enum standing standing);
/* The standing of that name; STANDING_NONE for an unknown one or NULL. */
enum standing standing_parse(const char *name);

/* The exit status that belongs to a standing with its evidence. */
int standing_exit(enum standing standing, const struct evidence *evidence);

/* Whether it is blocked only because nobody approved the rebuild before the restart. */
bool standing_lacks_approval(enum standing standing, const struct evidence *evidence);

/* Of several exit statuses the first of 6 5 7 3 2 4 1 0. */
int exit_worst(int a, int b);

const char *rebuild_state_name(enum rebuild_state state);
enum rebuild_state rebuild_state_parse(const char *name);
/* "restart", ...; NULL for RUNG_NONE. */
const char *rung_name(enum rung rung);
/* The rung of that name; RUNG_NONE for an unknown one or NULL. */
enum rung rung_parse(const char *name);

#endif
