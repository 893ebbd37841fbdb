/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each kind of step does. Each may be repeated: a file that is in the vault
 * already, a receipt that is forgotten, a staging folder that is empty are done.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/tool_launchctl.h"
#include "kmutil-helpers/tool_pkgutil.h"
#include "uninstall/expire.h"
#include "uninstall/jobs.h"
#include "uninstall/receipt.h"
#include "uninstall/run.h"
#include "uninstall/settle.h"
#include "uninstall/undo.h"
#include "uninstall/vault.h"
#include "kmutil-helpers/banned.h"

#define SETTLE_SECONDS 30
#define REBUILD_TRIES 3
#define REBUILD_PAUSE_MS 1000
#define STAGING_TRIES 3
#define STAGING_PAUSE_MS 200

static int
step_done(struct step *step, const char *message)
{
	step->state = STEP_DONE;
	step->message = message;
	return 0;
}

static int
step_failed(struct step *step, const char *message)
{
	step->state = STEP_FAILED;
	step->message = message;
	return 0;
}

static const char *
explain_vault_error(const struct run *run, const char *path, int error)
{
	if (error == -EPERM && path_is_below(path, "/Applications"))
		return "macOS refuses: kextirpate needs the privacy permission App Management or "
		       "Full Disk Access for this; it was left where it is";
	return arena_printf(run->arena, "%s; %s", fault_sentence(error),
	    path_exists(&run->ledger->root, path) ? "it was left where it is"
						  : "it is in the vault all the same");
}

/* Full disks and failing media end the run: the ledger cannot be trusted to go on.
 * Everything else is this step's alone. */
static bool
is_fatal(int error)
{
	return error == -ENOSPC || error == -EIO || error == -FAULT_DAMAGED;
}

static int
act_vault(struct run *run, struct step *step)
{
	struct stat st;
	bool is_folder;
	int error = path_stat(&run->ledger->root, step->subject, &st);

	is_folder = error == 0 && S_ISDIR(st.st_mode);
	error = vault_put(run->ledger, run->arena, run->id, step->n, step->subject,
	    is_folder && !step_takes_bundle(step));
	if (error == 0)
		return step_done(step, "in the vault");
	if (error == 1)
		return step_done(step, "was gone already");
	if (error == 2)
		return step_done(step, "in the vault; what is left of it on its volume has "
				       "another name, and the next run removes it");
	if (error == -ENOTEMPTY) {
		step->state = STEP_SKIPPED;
		step->message = "is not empty: something else lies in it";
		return 0;
	}
	(void)step_failed(step, explain_vault_error(run, step->subject, error));
	return is_fatal(error) ? error : 0;
}

/* The domain and the property list that a job's step speaks of. */
static const char *
split_job(struct arena *arena, const char *subject, const char **domain)
{
	const char *blank = strchr(subject, ' ');

	if (blank == NULL)
		return NULL;
	*domain = arena_strndup(arena, subject, (size_t)(blank - subject));
	return blank + 1;
}

/* Whether launchd still has the job in that domain; what cannot be told counts as yes. */
static bool
is_job_loaded(struct run *run, const char *domain, const char *path)
{
	struct job_list jobs = {0};
	struct problem_list problems = {.arena = run->arena};
	const char **at;

	jobs_add(&run->ledger->root, run->arena, path, &problems, &jobs);
	if (jobs.count == 0 || problems.count > 0)
		return true;
	for (at = jobs.items[0].domains; *at != NULL; at++)
		if (strcmp(*at, domain) == 0)
			return true;
	return false;
}

static int
act_stop_job(struct run *run, struct step *step)
{
	const char *domain, *message, *path = split_job(run->arena, step->subject, &domain);
	int error;

	if (path == NULL)
		return step_failed(step, "names no job; nothing was changed");
	if (!path_exists(&run->ledger->root, path))
		return step_done(step, "its files are gone already");
	error = launchctl_bootout(run->arena, domain, path, &message);
	if (error == 0)
		return step_done(step, "ended");
	if (!is_job_loaded(run, domain, path))
		return step_done(step, "does not run");
	return step_failed(
	    step, arena_printf(run->arena, "launchctl: %s; it runs until the next restart",
		      message != NULL ? message : fault_sentence(error)));
}

/* Taken up again after its files are back. A session that has ended takes it up at the
 * next login by itself. */
static int
act_start_job(struct run *run, struct step *step)
{
	const char *domain, *message, *path = split_job(run->arena, step->subject, &domain);
	int error;

	if (path == NULL || !path_exists(&run->ledger->root, path))
		return step_failed(step, "its files are not back; it was not started");
	error = launchctl_bootstrap(run->arena, domain, path, &message);
	if (error == 0)
		return step_done(step, "runs again");
	if (is_job_loaded(run, domain, path))
		return step_done(step, "runs already");
	step->state = strcmp(domain, "system") == 0 ? STEP_FAILED : STEP_SKIPPED;
	step->message = arena_printf(run->arena,
	    "launchctl: %s; it starts by itself at the next restart or login",
	    message != NULL ? message : fault_sentence(error));
	return 0;
}

/* Waits until kernelmanagerd is done with the change on disk, bounded. */
static int
act_settle(struct run *run, struct step *step)
{
	switch (settle_wait(run->arena, SETTLE_SECONDS)) {
	case SETTLE_QUIET:
		return step_done(step, "macOS is quiet");
	case SETTLE_BUSY:
		return step_failed(
		    step, "macOS was still busy after 30 seconds; nothing was asked of it");
	case SETTLE_UNKNOWN:
		break;
	}
	return step_done(step, "cannot be told on this Mac; went on");
}

/* What nobody can look for may be there. */
static bool
is_gone(const struct run *run, const char *path)
{
	struct stat st;
	int error = path_stat(&run->ledger->root, path, &st);

	return error == -ENOENT || error == -ENOTDIR;
}

/* The first path of a receipt that is still there, or may be, unless it is a folder. */
struct left_path {
	struct run *run;
	const char *path;
	int error; /* why nobody could look */
};

static int
find_left_path(const char *path, const struct bom_entry *entry, void *payload)
{
	struct left_path *left = payload;
	struct stat st;
	int error = path_stat(&left->run->ledger->root, path, &st);

	(void)entry;
	if (error == -ENOENT || error == -ENOTDIR || (error == 0 && S_ISDIR(st.st_mode)))
		return 0;
	left->path = arena_strdup(left->run->arena, path);
	left->error = error;
	return 1;
}

/* 0, or 1 where there is no such file. */
static int
copy_receipt(struct run *run, struct step *step, const char *suffix)
{
	return vault_copy(run->ledger, run->arena, run->id, step->n,
	    arena_printf(run->arena, RECEIPTS "/%s.%s", step->subject, suffix), suffix);
}

/* Copies what there is of a receipt to the vault, then has pkgutil forget it. */
static int
forget_receipt(struct run *run, struct step *step, const char **message)
{
	int error = copy_receipt(run, step, "plist");

	if (error >= 0)
		error = copy_receipt(run, step, "bom");
	return error < 0 ? error : pkgutil_forget(run->arena, step->subject, message);
}

static bool
is_receipt_gone(const struct run *run, const struct step *step)
{
	return is_gone(
	    run, arena_printf(run->arena, RECEIPTS "/%s.plist", step->subject));
}

static int
act_forget(struct run *run, struct step *step)
{
	struct left_path left = {.run = run};
	struct receipt *receipts;
	const char *message = NULL;
	struct fault fault;
	size_t count, i;
	bool was_gone = is_receipt_gone(run, step);
	int error = receipt_list(&run->ledger->root, run->arena, &receipts, &count);

	for (i = 0; error == 0 && i < count; i++)
		if (strcmp(receipts[i].id, step->subject) == 0)
			error = receipt_each_path(&run->ledger->root, &receipts[i], NULL, NULL,
			    find_left_path, &left, &fault);
	if (left.path != NULL) {
		step->state = STEP_SKIPPED;
		step->message = arena_printf(run->arena, "kept: it lists %s, %s%s", left.path,
		    left.error == 0 ? "which is still there" : "which ",
		    left.error == 0 ? "" : fault_sentence(left.error));
		return 0;
	}
	if (error == 0)
		error = forget_receipt(run, step, &message);
	/* Not what pkgutil says counts, but whether the receipt is there. */
	if (!is_fatal(error) && is_receipt_gone(run, step))
		return step_done(
		    step, was_gone ? "was forgotten already" : "forgotten; a copy is in the vault");
	if (error == 0)
		error = -FAULT_OUTPUT;
	(void)step_failed(step, arena_printf(run->arena, "%s; the receipt was kept",
				    message != NULL ? message : fault_sentence(error)));
	return is_fatal(error) ? error : 0;
}

/* A staged copy of the run's kexts that is still there; NULL. */
static const char *
find_staged(const struct run *run)
{
	const char *path;
	size_t i;

	for (i = 0; i < run->row_count; i++) {
		if (run->rows[i].path == NULL)
			continue;
		path = arena_printf(run->arena, STAGING "%s", run->rows[i].path);
		if (!is_gone(run, path))
			return path;
	}
	return NULL;
}

/* Not what kmutil says counts, but whether the copies are gone. */
static int
act_clear_staging(struct run *run, struct step *step)
{
	const char *message = NULL, *left;
	int tries, error = kmutil_clear_staging(run->arena, &message);

	left = find_staged(run);
	for (tries = 1; error == 0 && left != NULL && tries < STAGING_TRIES; tries++) {
		settle_pause(STAGING_PAUSE_MS);
		left = find_staged(run);
	}
	if (error == 0 && left == NULL)
		return step_done(step, "staged copies of all kexts are cleared");
	if (error == 0)
		return step_failed(
		    step, arena_printf(run->arena,
			      "kmutil clear-staging ended well, but %s is still there", left));
	return step_failed(step, arena_printf(run->arena, "kmutil clear-staging: %s",
				     message != NULL ? message : fault_sentence(error)));
}

/* Whether the answer takes a kext of the run away that waited for it. */
static bool
takes_one_away(const struct run *run)
{
	const struct kmutil_list *removed = &run->rebuild.removed;
	size_t i, j;

	for (i = 0; i < run->row_count; i++)
		for (j = 0; run->rows[i].bundle_id != NULL && j < removed->count; j++)
			if (strcmp(removed->items[j].id, run->rows[i].bundle_id) == 0)
				return true;
	return false;
}

static const char *
rebuild_sentence(struct arena *arena, const struct kmutil_rebuild *rebuild)
{
	if (!rebuild->converges)
		return "the same kext is to be added and removed: such a rebuild never ends; "
		       "nothing more was tried";
	switch (rebuild->outcome) {
	case KMUTIL_NEEDS_RESTART:
		return "approved; it takes effect at the restart";
	case KMUTIL_NO_CHANGES:
		return "macOS sees nothing to change";
	case KMUTIL_REFUSED:
		return "the approval was refused; nothing was changed";
	case KMUTIL_NOBODY:
		return "nobody was there who could approve; nothing was changed";
	case KMUTIL_TIMED_OUT:
		return rebuild->cut_off
			   ? "kmutil rebuild did not come to its end and was stopped; whether "
			     "somebody approved is not known: a look after the restart decides"
			   : "nobody answered in time; nothing was changed";
	case KMUTIL_NO_SUCH_VERB:
		return "this macOS has no rebuild";
	case KMUTIL_BUILD_FAILED:
	case KMUTIL_NOT_UNDERSTOOD:
	case KMUTIL_OUTCOME_COUNT:
		break;
	}
	if (rebuild->bad_kext != NULL || rebuild->bad_path != NULL)
		return arena_printf(arena,
		    "%s stops every rebuild on this Mac, and must be mended or removed first: %s",
		    rebuild->bad_kext != NULL ? rebuild->bad_kext : rebuild->bad_path,
		    rebuild->message);
	return arena_printf(arena, "kmutil rebuild ended with status %d: %s", rebuild->status,
	    rebuild->message != NULL ? rebuild->message : "it gave no reason");
}

/* Whether macOS may see nothing to change for a reason that we know of: it was asked
 * before in this boot. */
static bool
was_asked_before(const struct run *run)
{
	size_t i;

	for (i = 0; i < run->row_count; i++)
		if (run->rows[i].rebuild == REBUILD_REFUSED)
			return true;
	return run->was_cut_off_in_boot || run->asked_in_boot;
}

/* kernelmanagerd may not have noticed yet that the bundle is gone (assumption
 * rebuild-sees-change-at-once). "No changes detected" asks nobody and costs nothing: a
 * few more tries, a moment apart. */
static int
ask_for_rebuild(struct run *run)
{
	int tries, error = 0;

	for (tries = 1; tries <= REBUILD_TRIES; tries++) {
		error = kmutil_rebuild(run->arena, 0, &run->rebuild);
		if (error != 0 || run->rebuild.outcome != KMUTIL_NO_CHANGES ||
		    was_asked_before(run) || tries == REBUILD_TRIES)
			break;
		settle_pause(REBUILD_PAUSE_MS);
		(void)settle_look(run->arena);
	}
	return error;
}

/* Refused and timed out are outcomes, not failures: the step is skipped, and the
 * case stays without approval. */
static int
act_rebuild(struct run *run, struct step *step)
{
	struct kmutil_rebuild *rebuild = &run->rebuild;
	int error = ask_for_rebuild(run);

	if (error != 0)
		return step_failed(
		    step, arena_printf(run->arena, "kmutil rebuild: %s", fault_sentence(error)));
	step->message = rebuild_sentence(run->arena, rebuild);
	if (rebuild->outcome == KMUTIL_NO_CHANGES && was_asked_before(run))
		step->message = "macOS sees nothing to change: after an answer in this boot it may "
				"ask again only after the restart";
	step->state = STEP_SKIPPED;
	if (rebuild->outcome == KMUTIL_NEEDS_RESTART && rebuild->converges && !takes_one_away(run))
		step->message = "macOS built its collection anew, but does not say that it takes "
				"the kext away: a look after the restart decides";
	else if (rebuild->outcome == KMUTIL_NEEDS_RESTART || rebuild->outcome == KMUTIL_NO_CHANGES)
		step->state = STEP_DONE;
	if (rebuild->outcome == KMUTIL_BUILD_FAILED || rebuild->outcome == KMUTIL_NOT_UNDERSTOOD ||
	    !rebuild->converges)
		step->state = STEP_FAILED;
	return 0;
}

int
step_act(struct run *run, struct step *step)
{
	switch (step->kind) {
	case STEP_STOP_JOB:
		return act_stop_job(run, step);
	case STEP_VAULT:
		return act_vault(run, step);
	case STEP_SETTLE:
		return act_settle(run, step);
	case STEP_FORGET:
		return act_forget(run, step);
	case STEP_CLEAR_STAGING:
		return act_clear_staging(run, step);
	case STEP_REBUILD:
		return act_rebuild(run, step);
	case STEP_RESTORE:
		return undo_act(run, step);
	case STEP_START_JOB:
		return act_start_job(run, step);
	case STEP_EXPIRE:
		return expire_act(run, step);
	case STEP_PREPARE:
	case STEP_ACTIVATE:
	case STEP_VERIFY:
		if (run->act != NULL)
			return run->act(run, step, run->act_payload);
		return step_failed(step, "was cut off; migrate does it again");
	case STEP_KIND_COUNT:
		break;
	}
	return step_failed(step, "is not a step of this room");
}
