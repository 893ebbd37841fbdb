/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ledger: what was done, is being done and is true of each case, in SQLite. It is
 * written before the act. Readers open it read-only and write nothing; one
 * writer holds the lock (ledger_lock).
 *
 * Tables, made by the ladder in ledger.c:
 *   run       one execution of a plan: command, times, build, boot, state. A run that
 *             carries on what an earlier one has left is of the same job as that one;
 *             job: the last run of it, NULL while no run has carried this one on
 *   step      its steps in order, with state and message
 *   vaulted   what a step put into the vault: where from, where to, identity
 *   kext_case one kext that is or was to be removed, and what is known of it
 *   standing  each change of a case's standing, with build and time
 *   owned     what the receipts of a product listed when a run was recorded: OS
 *             installers have wiped receipts. Type, mode, size, checksum and target as
 *             in the bill of materials (bom.h); other: another receipt with that path
 *   sighting  in which places a kext was, whenever that, its standing or the build
 *             changed
 *   expiring  how long each job has been seen over, as far as this Mac can vouch for it
 *   mac       on which Mac it was written
 */
#ifndef UNINSTALL_LEDGER_H
#define UNINSTALL_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "kmutil-helpers/arena.h"
#include "kmutil-helpers/path.h"
#include "kmutil-helpers/store.h"
#include "uninstall/ownership.h"
#include "uninstall/standing.h"
#include "uninstall/step.h"

#define STATE_FOLDER "/Library/Application Support/kextirpate"

struct ledger_case;

struct ledger {
	sqlite3 *db;
	struct root root;     /* "/": the state folder lies on the running system */
	const char *folder;   /* the state folder */
	int lock_fd;          /* -1: not locked */
	bool fresh;           /* there was no ledger: nothing is recorded */
	/* of an opening for writing that found no whole ledger (ledger_mend.h) */
	const char *kept_as; /* the name of the damaged one; NULL: none, or it was not there */
	bool lost;           /* and not all that it held is in this one */
};

/* Opens the ledger in folder. For writing: makes folder, vault and file where they
 * are absent, takes the lock, climbs the ladder and looks whether the file is whole;
 * what is not is kept under another name, and a new one begun. For reading: an absent
 * ledger is an empty one, unless the vault holds something (-FAULT_LOST); an unfinished
 * transaction of a killed run is rolled back in a private copy. 0, -EWOULDBLOCK:
 * another run holds the lock, -FAULT_NEWER, -FAULT_DAMAGED (for reading), -errno. The
 * caller ends it with ledger_close. */
int ledger_open(struct arena *arena, const char *folder, bool write, struct ledger *ledger)
    __attribute__((warn_unused_result));
void ledger_close(struct ledger *ledger);
/* The lock alone, for who writes beside the ledger and not into it; the caller closes
 * *lock_fd. 0, -EWOULDBLOCK, -errno. */
int ledger_lock(struct arena *arena, const char *folder, int *lock_fd)
    __attribute__((warn_unused_result));

/* --- on which Mac (ledger_mac.c) --- */

/* What ledger_mac_put said; NULL: nothing so far. */
int ledger_mac_get(struct ledger *ledger, struct arena *arena, const char **identity)
    __attribute__((warn_unused_result));
int ledger_mac_put(struct ledger *ledger, const char *identity)
    __attribute__((warn_unused_result));
/* Moves the ledger, its vault and what else stands in the state folder into a new folder
 * of it, *aside ("other-mac-1"), and leaves the ledger closed but for its lock. Cut off, it
 * can be repeated. 0 or -errno. */
int ledger_set_aside(struct arena *arena, struct ledger *ledger, const char **aside)
    __attribute__((warn_unused_result));

/* --- runs and steps (ledger_run.c) --- */

struct ledger_run {
	int64_t id;
	const char *command, *began_at, *ended_at, *build;
	const char *boot_uuid;
	const char *state; /* "running", "done", "failed", "undone" */
	int exit;
	const char *targets; /* as given, separated by spaces */
	int64_t job;         /* the last run of its job: its own id when none carried it on */
	const char *expired_at; /* when what it moved expired; NULL: it did not */
};

/* Begins a run: its row, its steps (their n is given) and its cases, as one
 * transaction. Where it is to take a step on a file, a job or a receipt that a failed run
 * has left, and none that this run's job has taken already, it carries that job on. */
int ledger_run_begin(struct ledger *ledger, struct ledger_run *run, struct step *steps,
    size_t step_count, const struct ledger_case *cases, size_t case_count)
    __attribute__((warn_unused_result));
int ledger_run_end(struct ledger *ledger, int64_t run, const char *state, int exit)
    __attribute__((warn_unused_result));
int ledger_step_set(struct ledger *ledger, int64_t run, const struct step *step)
    __attribute__((warn_unused_result));
/* The run of that id; 0: the last that moved something and is not undone; -1: the
 * unfinished one. *run is NULL when there is none. */
int ledger_run_find(struct ledger *ledger, struct arena *arena, int64_t id,
    struct ledger_run **run);
int ledger_run_list(struct ledger *ledger, struct arena *arena, struct ledger_run **runs,
    size_t *count);
/* The runs of a run's job that are not undone, the last first: what one undo gives back. */
int ledger_job_list(struct ledger *ledger, struct arena *arena, int64_t run,
    struct ledger_run **runs, size_t *count);
int ledger_step_list(struct ledger *ledger, struct arena *arena, int64_t run,
    struct step **steps, size_t *count);

/* --- the vault's register (ledger_vault.c) --- */

struct vaulted {
	int64_t run;
	int n;            /* the step */
	const char *path; /* where it was */
	const char *slot; /* where it is, below the vault */
	const char *kind; /* "file", "folder", "link", "copy" (of a receipt's file) */
	uint32_t mode, uid, gid, flags;
	int64_t size, mtime_ns, inode;
	const char *digest;   /* of what went in (vault_same.h); NULL: before schema 6 */
	/* NULL: on the vault's own volume; on another one "begun": the copy is made, or the
	 * original taken away; "done". */
	const char *crossing;
	bool restored;
	/* NULL: it waits for an undo. "begun": it expired at that time, and is removed from the
	 * vault next; "done"; "kept": it was not what went in, and stays. */
	const char *expiry, *expired_at;
};

/* Registers before the act; what stands there for the same run, step and path is
 * replaced. */
int ledger_vault_add(struct ledger *ledger, const struct vaulted *item)
    __attribute__((warn_unused_result));
int ledger_vault_set_restored(struct ledger *ledger, const struct vaulted *item)
    __attribute__((warn_unused_result));
int ledger_vault_set_crossing(struct ledger *ledger, const struct vaulted *item,
    const char *crossing) __attribute__((warn_unused_result));
/* What is half on its way from another volume. */
int ledger_vault_list_begun(struct ledger *ledger, struct arena *arena, struct vaulted **items,
    size_t *count) __attribute__((warn_unused_result));
int ledger_vault_list(struct ledger *ledger, struct arena *arena, int64_t run,
    struct vaulted **items, size_t *count);

/* --- expiry (ledger_expiry.c) --- */

/* A job (ledger_job_list) with something in the vault that waits for an undo. */
struct ledger_expiring {
	int64_t job;
	int64_t seconds;       /* how long it was seen over, so far */
	const char *boot_uuid; /* the boot of the last look at it; NULL: it is not counted */
	int64_t steady;        /* os_steady_seconds at that look */
};

int ledger_expiring_list(struct ledger *ledger, struct arena *arena,
    struct ledger_expiring **jobs, size_t *count) __attribute__((warn_unused_result));
int ledger_expiring_put(struct ledger *ledger, const struct ledger_expiring *job)
    __attribute__((warn_unused_result));
int ledger_expiring_remove(struct ledger *ledger, int64_t job) __attribute__((warn_unused_result));

/* All that the job has in the vault expires: nothing gives it back from now on. */
int ledger_job_expire(struct ledger *ledger, int64_t job) __attribute__((warn_unused_result));
/* What has expired and is not removed yet. */
int ledger_vault_list_expired(struct ledger *ledger, struct arena *arena, struct vaulted **items,
    size_t *count) __attribute__((warn_unused_result));
int ledger_vault_set_expiry(struct ledger *ledger, const struct vaulted *item,
    const char *expiry) __attribute__((warn_unused_result));

/* --- cases (ledger_case.c) --- */

struct ledger_case {
	const char *key;       /* bundle id, else path */
	const char *bundle_id; /* NULL: not known */
	const char *path, *rule;
	int64_t run;             /* the last run that acted on it */
	const char *boot_uuid;   /* the boot in which that was */
	bool restart_needed;
	enum rebuild_state rebuild;
	bool was_clean;          /* was gone or inert since */
	enum rung rung;          /* what took it out the last time that it was */
	bool migrates;           /* a migrate waits for it */
	enum standing standing;
	const char *since, *build; /* when and on which build that standing began */
	const char *return_cause;
	/* How often its history says "returned", "relinked" since it stayed away through an OS
	 * update; not put. */
	int returns;
};

int ledger_case_list(struct ledger *ledger, struct arena *arena, struct ledger_case **cases,
    size_t *count);
/* Adds or replaces a case; a changed standing goes into the history too. */
int ledger_case_put(struct ledger *ledger, const struct ledger_case *kext)
    __attribute__((warn_unused_result));
/* Closes a case: an undo gave everything back. */
int ledger_case_remove(struct ledger *ledger, const char *key) __attribute__((warn_unused_result));

struct ledger_standing {
	const char *key, *at, *build, *standing, *cause;
	int64_t run; /* the last run that had begun by then, 0: none, -1: not known */
};
int ledger_standing_list(struct ledger *ledger, struct arena *arena,
    struct ledger_standing **items, size_t *count);

/* --- ownership (ledger_owned.c) --- */

/* Remembers what the receipts among the claims list, in one transaction; what was
 * remembered of them before goes. A receipt of more than LEDGER_OWNED_MAX paths is not. */
#define LEDGER_OWNED_MAX ((size_t)20000)
int ledger_owned_put(struct ledger *ledger, const struct claim_list *claims)
    __attribute__((warn_unused_result));
int ledger_owned_list(
    struct ledger *ledger, struct arena *arena, struct owned **items, size_t *count);

/* --- sightings (ledger_sighting.c) --- */

/* The places as bits. */
enum sighting_place {
	PLACE_BUNDLE = 1,   /* a bundle on disk */
	PLACE_LISTED = 2,   /* a member of this system's collection */
	PLACE_LOADABLE = 4, /* and not known to be refused */
	PLACE_KEPT = 8,     /* in instructions, loadable list or stash */
	PLACE_STAGED = 16,
	PLACE_LOADED = 32,
	PLACE_UNREAD = 64   /* not every place could be read: there may be more */
};

struct ledger_sighting {
	const char *key; /* as of a case */
	const char *at, *build, *product_version, *boot_uuid;
	int64_t run; /* the last run that had begun by then, 0: none */
	enum standing standing;
	unsigned int places;
};

/* Adds a sighting; its run is filled in by the ledger. */
int ledger_sighting_put(struct ledger *ledger, const struct ledger_sighting *sighting)
    __attribute__((warn_unused_result));
/* All in the order in which they were added, or the last one of each kext. */
int ledger_sighting_list(struct ledger *ledger, struct arena *arena, bool only_last,
    struct ledger_sighting **items, size_t *count);

/* The time now, RFC 3339 in UTC, in a buffer of at least 32 bytes. */
void ledger_now(char *text, size_t size);

#endif
