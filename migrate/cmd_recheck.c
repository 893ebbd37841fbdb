/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recheck: what the launch daemon runs. Where nothing has changed since its last look
 * it ends at once. After a restart or an OS update it waits until macOS is quiet, looks
 * at every case again, records what is true now, and repairs only by policy.
 */
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/die.h"
#include "kmutil-helpers/os.h"
#include "migrate/command.h"
#include "migrate/expiry.h"
#include "migrate/mdm_hint.h"
#include "migrate/migration.h"
#include "migrate/removal.h"
#include "migrate/restart.h"
#include "migrate/seen.h"
#include "migrate/standings.h"
#include "uninstall/settle.h"
#include "kmutil-helpers/banned.h"

#define QUIET_SECONDS 300
#define EXTENSIONS "/Library/Extensions/"

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Says what happened to the Mac since the last look, where that is known. */
static void
tell_what_happened(const struct options *options, const struct seen *seen, const struct host *host)
{
	struct buf text = {0};

	if (options->quiet || seen->build == NULL || host->build == NULL)
		return;
	if (!is_same(seen->build, host->build))
		buf_printf(&text, "kextirpate: macOS %s the last look: %s is now %s\n",
		    host_build_is_older(host->build, seen->build) ? "is an older one than at"
								  : "was updated since",
		    seen->build, host->build);
	else if (seen->boot_uuid != NULL && host->boot_uuid != NULL &&
		 strcmp(seen->boot_uuid, host->boot_uuid) != 0)
		buf_text(&text, "kextirpate: the Mac was restarted since the last look\n");
	(void)!buf_flush(&text, STDERR_FILENO);
	buf_done(&text);
}

/* A repair that was cut off goes on: its cases await the rebuild since then. */
static bool
is_cut_off_repair(const struct session *session, const struct subject *subject)
{
	const struct ledger_run *run = session->recovery.run;

	return run != NULL && is_same(run->command, "recheck") && subject->row->run == run->id &&
	       (subject->now.rebuild == REBUILD_WANTED || subject->now.rebuild == REBUILD_ASKED);
}

/* What policy lets repair: what macOS brought back by itself. A package that was
 * installed again is somebody's will, and is only reported; so is what a rule says is
 * never repaired without a person. */
static void
keep_repairable(const struct session *session, struct selection *selection)
{
	const struct subject *subject;
	size_t i, kept = 0;

	for (i = 0; i < selection->count; i++) {
		subject = selection->subjects[i];
		if (subject->row == NULL || subject->evidence.facts.bundle ||
		    (subject->kext != NULL && subject->kext->rule != NULL &&
			subject->kext->rule->report_only))
			continue;
		if (is_cut_off_repair(session, subject) ||
		    standing_lacks_approval(subject->now.standing, &subject->evidence) ||
		    (subject->now.standing == STANDING_RETURNED &&
			is_same(subject->now.return_cause, "relinked")) ||
		    (subject->now.standing == STANDING_INERT && subject->evidence.has_rebuild &&
			subject->now.rebuild == REBUILD_WANTED))
			selection->subjects[kept++] = selection->subjects[i];
	}
	selection->count = kept;
}

static void
keep_cases(struct selection *selection)
{
	size_t i, kept = 0;

	for (i = 0; i < selection->count; i++)
		if (selection->subjects[i]->row != NULL)
			selection->subjects[kept++] = selection->subjects[i];
	selection->count = kept;
}

/* Whether what took each of them out before was MDM's: then no person is asked, and the
 * next step names what MDM is to send. */
static bool
is_mdm_to_repair(struct session *session, const struct selection *selection)
{
	size_t i;

	for (i = 0; i < selection->count; i++)
		if (selection->subjects[i]->now.rung != RUNG_OTHERS)
			return false;
	return selection->count > 0 && mdm_hint_applies(session);
}

static void
repair(struct removal *removal, const struct options *options)
{
	struct selection repairable;

	targets_select(removal->session, false, &repairable);
	keep_repairable(removal->session, &repairable);
	if (repairable.count == 0)
		return;
	removal->selection = repairable;
	removal->only_rebuild = true;
	removal->ask_approval =
	    removal_may_ask(options) && !is_mdm_to_repair(removal->session, &repairable);
	removal_plan(removal);
	removal_run(removal);
}

/* Whether this look leaves nothing that the next one in this boot could go on with. */
static bool
is_settled(const struct removal *removal)
{
	const struct session *session = removal->session;
	enum standing standing;
	size_t i;

	if (session->look.verifying || session->look.safe_mode || removal->exit == 4 ||
	    removal->exit == 6 || problem_any_matters(&session->scan.problems))
		return false;
	for (i = 0; i < removal->selection.count; i++) {
		standing = removal->selection.subjects[i]->now.standing;
		if (standing == STANDING_UNKNOWN || standing == STANDING_REMOVING)
			return false;
	}
	return true;
}

/* Where a case's bundle was and no folder that is compared tells that it is there again. */
static struct seen_paths
list_bundles(struct session *session)
{
	struct seen_paths bundles = {
	    .items = arena_array(session->arena, session->row_count + 1, sizeof(*bundles.items))};
	const char *path;
	size_t i;

	for (i = 0; i < session->row_count; i++) {
		path = session->rows[i].path;
		if (path != NULL && path[0] == '/' &&
		    (strncmp(path, EXTENSIONS, strlen(EXTENSIONS)) != 0 ||
			strchr(path + strlen(EXTENSIONS), '/') != NULL))
			bundles.items[bundles.count++] = path;
	}
	return bundles;
}

/* While macOS is busy the next look is the first of this boot again. */
static void
remember(struct removal *removal, int64_t due)
{
	struct session *session = removal->session;
	struct seen_paths bundles = list_bundles(session);
	struct seen seen = {.quiet = is_settled(removal), .exit = removal->exit, .due = due};
	int error;

	if (session->look.verifying || session->look.safe_mode)
		return;
	error = seen_write(session->arena, session->ledger.folder, session->options, &session->host,
	    &bundles, &seen);
	if (error != 0)
		problem_add(&session->scan.problems,
		    arena_printf(session->arena, "%s/seen", session->ledger.folder), "seen", error,
		    "the next recheck looks at everything again", false);
}

static void
look_and_act(struct removal *removal, const struct options *options)
{
	struct session *session = removal->session;
	int64_t due;
	size_t i;
	int error = options->dry_run ? 0 : session_record(session);

	if (error != 0)
		problem_add(&session->scan.problems, session->ledger.folder, "ledger", error,
		    "what was found could not be recorded", true);
	if (options->policy == POLICY_REPAIR && !options->dry_run && !session->look.verifying)
		repair(removal, options);
	targets_select(session, false, &removal->selection);
	keep_cases(&removal->selection);
	if (!options->dry_run)
		removal->exit = exit_worst(removal->exit, migration_continue(removal));
	dexts_read(session, &removal->dexts);
	for (i = 0; i < removal->selection.count; i++)
		removal->exit = exit_worst(removal->exit,
		    replacement_exit(session, &removal->dexts, removal->selection.subjects[i]));
	due = expiry_take(removal);
	if (!options->dry_run && standings_write(session, &removal->dexts) && error == 0)
		remember(removal, due);
}

/* What the first look at the Mac says: sysctl and one small file. */
struct first_look {
	bool idle;  /* nothing has changed, and nothing was pending */
	bool quiet; /* macOS is done with its collections, as far as can be told */
	int exit;   /* what recheck answered before; for idle */
};

static bool
is_due(const struct seen *seen)
{
	return seen->due != 0 && os_steady_seconds() >= seen->due;
}

static struct first_look
look_whether_anything_changed(
    const struct options *options, const char *folder, struct arena *arena)
{
	struct host host = {0};
	struct seen seen;

	if (host_read(arena, HOST_BOOT, &host) != 0)
		return (struct first_look){0};
	seen_read(arena, folder, options, &host, &seen);
	if (seen.same && seen.quiet && !is_due(&seen))
		return (struct first_look){.idle = true, .exit = seen.exit};
	tell_what_happened(options, &seen, &host);
	/* Without a lock, so that nobody else waits for macOS, too. */
	if (options->dry_run || is_same(seen.boot_uuid, host.boot_uuid) ||
	    access(arena_printf(arena, "%s/ledger.db", folder), F_OK) != 0)
		return (struct first_look){0};
	return (struct first_look){
	    .quiet = settle_wait(arena, options->wait_seconds != 0 ? options->wait_seconds
								   : QUIET_SECONDS) != SETTLE_BUSY};
}

static int
tell_idle(const struct options *options, int exit)
{
	struct buf text = {0};
	bool pending = exit == 2 || exit == 3 || exit == 4;

	if (!options->quiet)
		buf_text(&text, "nothing has changed since the last look\n");
	if (buf_flush(&text, STDOUT_FILENO) != 0)
		exit = EXIT_IO;
	buf_done(&text);
	return pending && options->pending_ok
		   ? 0
		   : context_exit(context_find(options), options, exit);
}

static int
recheck_command(const struct options *options)
{
	struct session session;
	struct removal removal = {.session = &session, .command = "recheck"};
	struct options how = *options;
	struct arena *arena = arena_new(0);
	const char *folder = session_state_folder(arena, options);
	struct first_look first;
	int exit;

	first = look_whether_anything_changed(options, folder, arena);
	arena_free(arena);
	if (first.idle && !options->json && !options->dry_run)
		return tell_idle(options, first.exit);
	/* A machine is told everything all the same; nothing is written for it. */
	how.dry_run |= first.idle;
	session_begin(&session, &how,
	    SESSION_CARRIERS | (how.dry_run ? 0 : SESSION_WRITE) |
		(first.quiet ? SESSION_QUIET : 0));
	look_and_act(&removal, &how);
	exit = removal_report(&removal, "recheck");
	session_end(&session);
	restart_if_told(&how, removal.exit);
	return exit;
}

const struct command cmd_recheck = {
    .name = "recheck",
    .synopsis = "recheck [OPTIONS]",
    .summary = "look at every case again after a restart or an OS update",
    .groups = OPTIONS_CHANGE | OPTIONS_REMOVE | OPTIONS_WAIT,
    .needs_root = true,
    .max_targets = 0,
    .run = recheck_command,
};
