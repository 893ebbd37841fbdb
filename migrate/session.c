/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening what commands work on. */
#include <errno.h>
#include <string.h>

#include "kmutil-helpers/die.h"
#include "kmutil-helpers/plist.h"
#include "kmutil-helpers/tool_kmutil.h"
#include "migrate/root_look.h"
#include "migrate/came_back.h"
#include "migrate/home_mac.h"
#include "migrate/seen.h"
#include "migrate/session.h"
#include "migrate/settings.h"
#include "migrate/sighting.h"
#include "migrate/trust.h"
#include "migrate/witness.h"
#include "uninstall/settle.h"
#include "uninstall/vault_cross.h"
#include "kmutil-helpers/banned.h"

#define SYSTEM_VERSION "/System/Library/CoreServices/SystemVersion.plist"
#define SYSTEM_VERSION_CAP_BYTES ((size_t)1 << 20)
#define REBUILD_FIRST_MACOS 14 /* assumption rebuild-since-14 */

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static void
open_root(struct session *session)
{
	const struct options *options = session->options;
	const char *dir = options->root != NULL ? options->root : "/";
	int error = root_init(&session->root, dir, options->data, options->preboot);

	if (error != 0)
		die(EXIT_NO_INPUT, "%s: %s", dir, fault_sentence(error));
	/* A root that is named is a copy, even when it is "/". */
	session->root.live = options->root == NULL;
	if (!session->root.live)
		root_look(&session->root, &session->scan.problems);
}

/* The version of a Mac that is not running. */
static void
read_system_version(struct session *session)
{
	const struct plist *list;
	char *bytes;
	size_t len;

	session->host = (struct host){0};
	if (path_read(&session->root, SYSTEM_VERSION, SYSTEM_VERSION_CAP_BYTES, session->arena,
		&bytes, &len) != 0 ||
	    plist_parse(session->arena, bytes, len, &list, NULL) != 0)
		return;
	session->host.product_version = plist_find_text(list, "ProductVersion");
	session->host.build = plist_find_text(list, "ProductBuildVersion");
	session->host.macos = host_macos_of_build(session->host.build);
}

static void
read_host(struct session *session, int needs)
{
	int error;

	if (!session->root.live) {
		read_system_version(session);
		return;
	}
	error = host_read(session->arena,
	    HOST_BASIC | ((needs & SESSION_HOST_POLICY) != 0 ? HOST_POLICY : 0), &session->host);
	if ((needs & SESSION_HOST_POLICY) != 0) {
		manage_read(session->arena, &session->manage);
		if (console_read(session->arena, &session->console) != 0)
			session->console.user = NULL;
	}
	if (error != 0)
		problem_add(&session->scan.problems, NULL, "host", error,
		    session->host.build == NULL ? "what this macOS is remains unknown"
						: "some of what this Mac is remains unknown",
		    true);
}

static void
load_rules(struct session *session, int needs)
{
	const char *folder =
	    session->options->rules != NULL ? session->options->rules : RULES_FOLDER;
	struct root root;
	size_t i;
	int error = root_init(&root, "/", NULL, NULL);
	char *canonical = path_canonical_here(session->arena, folder);

	if (canonical == NULL)
		die(EXIT_USAGE, "%s: a folder of rules must be given with its whole path", folder);
	if ((needs & (SESSION_WRITE | SESSION_TRUST)) != 0)
		trust_check_rules(session->arena, &root, canonical);
	if (error == 0 && (needs & SESSION_NO_RULES) == 0)
		error = rules_load(&root, canonical, session->arena, &session->rules);
	root_done(&root);
	if (error != 0 && session->options->rules != NULL)
		die(EXIT_NO_INPUT, "%s: %s; no rule could be read", folder, fault_sentence(error));
	/* A folder that is not there holds nothing: the tool was not installed here. */
	if (error != 0 && error != -ENOENT)
		problem_add(
		    &session->scan.problems, folder, "rules", error, "no rule is known", false);
	for (i = 0; i < session->rules.fault_count; i++)
		problem_add_text(&session->scan.problems, session->rules.faults[i].file, "rules",
		    arena_printf(session->arena, "line %d: %s; the rule is left out",
			session->rules.faults[i].line, session->rules.faults[i].message),
		    false);
}

void
session_tell_settings(struct session *session, const struct settings *settings)
{
	size_t i;

	for (i = 0; settings != NULL && i < settings->fault_count; i++)
		problem_add_text(&session->scan.problems, settings->faults[i].path, "settings",
		    settings->faults[i].message, false);
}

static _Noreturn void
die_of_ledger(const char *folder, int error)
{
	switch (error) {
	case -EWOULDBLOCK:
		die(EXIT_LOCKED, "%s: another run of kextirpate is at work; nothing was changed",
		    folder);
	case -FAULT_NEWER:
		die(EXIT_IO,
		    "%s/ledger.db: was written by a newer kextirpate; it was left alone, and "
		    "nothing was changed; install that version",
		    folder);
	case -ENOSPC:
		die(EXIT_CANNOT_CREATE, "%s: the volume is full; nothing was changed", folder);
	default:
		die(EXIT_IO, "%s/ledger.db: %s; nothing was changed", folder,
		    fault_sentence(error));
	}
}

const char *
session_state_folder(struct arena *arena, const struct options *options)
{
	const char *folder = options->state != NULL ? options->state : STATE_FOLDER;
	const char *canonical = path_canonical_here(arena, folder);

	if (canonical == NULL)
		die(EXIT_USAGE, "%s: a state folder must be given with its whole path", folder);
	return canonical;
}

/* A ledger that is there and cannot be read: no kext's standing is known. */
static void
tell_unread(struct session *session, const char *path, int error)
{
	const char *unknown = "what earlier runs did is unknown";

	session->ledger_unread = true;
	if (error == -EACCES)
		unknown = "what earlier runs did is unknown; status.json beside it is for all to "
			  "read";
	else if (error == -FAULT_DAMAGED || error == -FAULT_LOST)
		unknown = "what earlier runs did is unknown; recheck, or whatever changes the Mac "
			  "next, begins a new one with what can still be read, and keeps this one";
	problem_add(&session->scan.problems, path, "ledger", error, unknown, true);
}

/* Says that this ledger is a new one, and what nobody knows any more. */
static void
tell_mended(struct session *session)
{
	struct ledger *ledger = &session->ledger;
	struct arena *arena = session->arena;
	const char *what =
	    ledger->kept_as != NULL
		? arena_printf(arena,
		      "was damaged and is kept beside it as %s; a new one was begun with what "
		      "could be read of it",
		      ledger->kept_as)
		: "was missing, although the vault holds what earlier runs moved; a new one was "
		  "begun";
	const char *lost =
	    ledger->lost
		? arena_printf(arena,
		      "; part of it is lost: of some kexts it may not be known any more that they "
		      "were to go (kextirpate status lists those that are known, uninstall takes "
		      "up the others again), and of files in %s/vault/RUN not where they were",
		      ledger->folder)
		: "; no more is known to be missing";

	if (ledger->kept_as != NULL || ledger->lost)
		problem_add_text(&session->scan.problems,
		    arena_printf(arena, "%s/ledger.db", ledger->folder), "ledger",
		    arena_printf(arena, "%s%s", what, lost), false);
}

static void
open_ledger(struct session *session, bool write, bool acts)
{
	const char *canonical = session_state_folder(session->arena, session->options);
	int error;

	if (!session->root.live && session->options->state == NULL)
		return;
	if (write || acts)
		trust_check_state(session->arena, canonical);
	error = ledger_open(session->arena, canonical, write, &session->ledger);
	if (error != 0 && write)
		die_of_ledger(canonical, error);
	session->has_ledger = error == 0;
	if (error == 0 && write)
		tell_mended(session);
	if (error != 0)
		tell_unread(
		    session, arena_printf(session->arena, "%s/ledger.db", canonical), error);
	home_mac_check(session, write);
}

static void
recover(struct session *session)
{
	struct run run = {.arena = session->arena,
	    .ledger = &session->ledger,
	    .installer = session->context == CONTEXT_INSTALLER};
	int error = vault_cross_finish(&session->ledger, session->arena, &session->scan.problems);

	if (error == 0)
		error = run_recover(&run, &session->recovery);
	if (error != 0)
		die(EXIT_IO,
		    "%s: an earlier run was cut off and could not be finished: %s; nothing else "
		    "was "
		    "changed",
		    session->ledger.folder, fault_sentence(error));
	if (session->recovery.run != NULL)
		problem_add_text(&session->scan.problems, session->ledger.folder, "ledger",
		    arena_printf(session->arena,
			"run %lld (%s) was cut off; %d of its steps were finished now, the rest is "
			"left to the next plan",
			(long long)session->recovery.run->id, session->recovery.run->command,
			session->recovery.finished),
		    false);
}

static void
read_rows(struct session *session)
{
	int error;

	session->rows = NULL;
	session->row_count = 0;
	if (!session->has_ledger)
		return;
	error =
	    ledger_case_list(&session->ledger, session->arena, &session->rows, &session->row_count);
	if (error != 0)
		tell_unread(session,
		    arena_printf(session->arena, "%s/ledger.db", session->ledger.folder), error);
}

bool
session_has_rebuild(const struct session *session)
{
	return session->host.macos >= REBUILD_FIRST_MACOS &&
	       assumption_covers(ASSUMPTION_REBUILD_SINCE_14, session->host.macos);
}

/* Whether a carrier source could not be read. */
static bool
carrier_unreadable(const struct session *session)
{
	return problem_any_matters(&session->scan.problems);
}

/* After a restart or an update macOS may still work on its collections, until recheck
 * has seen in this boot that it does not. Only who has a case that was acted on in an
 * earlier boot needs to know. */
static bool
is_still_busy(struct session *session)
{
	struct seen seen;
	bool restarted = false;
	size_t i;

	for (i = 0; i < session->row_count; i++)
		restarted |= session->host.boot_uuid != NULL &&
			     !is_same(session->rows[i].boot_uuid, session->host.boot_uuid);
	if (!session->root.live || !restarted || session->was_quiet)
		return false;
	seen_read(session->arena, session->ledger.folder, session->options, &session->host, &seen);
	session->was_quiet = is_same(seen.boot_uuid, session->host.boot_uuid) ||
			     settle_look(session->arena) != SETTLE_BUSY;
	return !session->was_quiet;
}

static void
make_look(struct session *session)
{
	session->look = (struct look){
	    .build = session->host.build,
	    .boot_uuid = session->host.boot_uuid,
	    .live = session->root.live,
	    .safe_mode = session->host.safe_mode == HOST_YES,
	    .verifying = is_still_busy(session),
	    .has_rebuild = session_has_rebuild(session),
	    .carrier_unreadable = carrier_unreadable(session),
	    .ledger_unread = session->ledger_unread,
	};
	if (session->root.live && session->row_count > 0)
		session->look.witnesses_disagree = !witness_agree(session);
}

/* Whether the last run that acted on a row left a step begun or failed, or has not come to a
 * bundle that it takes. */
static bool
is_unfinished(struct session *session, const struct ledger_case *row)
{
	struct step *steps;
	size_t count, i;

	if (row == NULL ||
	    ledger_step_list(&session->ledger, session->arena, row->run, &steps, &count) != 0)
		return false;
	for (i = 0; i < count; i++)
		if (steps[i].state == STEP_BEGUN ||
		    (steps[i].state == STEP_PLANNED && step_takes_bundle(&steps[i])) ||
		    (steps[i].state == STEP_FAILED && steps[i].kind == STEP_VAULT))
			return true;
	return false;
}

static struct ledger_case
row_of_case(const struct kext_case *kext)
{
	return (struct ledger_case){
	    .key = case_name(kext),
	    .bundle_id = kext->bundle_id,
	    .path = kext->path,
	    .rule = kext->rule != NULL ? kext->rule->id : NULL,
	};
}

static void
add_subject(struct session *session, const struct kext_case *kext, const struct ledger_case *row)
{
	struct subject *subject = &session->subjects[session->subject_count++];
	bool unfinished = is_unfinished(session, row);

	subject->kext = kext;
	subject->row = row;
	subject->evidence = verify_evidence(&session->look, row, kext, unfinished);
	if (row != NULL) {
		subject->now = verify_case(&session->look, row, kext, unfinished, session->now);
	} else if (kext != NULL) {
		subject->now = row_of_case(kext);
		subject->now.standing = standing_judge(&subject->evidence);
	}
	subject->exit = standing_exit(subject->now.standing, &subject->evidence);
}

/* Whether a case may be the row's although it is named otherwise: where one of the two
 * does not tell in which bundle it is nested, the id decides. */
static bool
may_be_of_row(const struct kext_case *kext, const struct ledger_case *row)
{
	if (row->bundle_id == NULL)
		return is_same(kext->path, row->path);
	return is_same(kext->bundle_id, row->bundle_id) &&
	       (kext->name == NULL || strcmp(row->key, row->bundle_id) == 0);
}

static const struct kext_case *
case_of_row(const struct session *session, const struct ledger_case *row)
{
	const struct kext_case *kext = session->cases.items,
			       *end = session->cases.items + session->cases.count;

	for (; kext < end; kext++)
		if (strcmp(case_name(kext), row->key) == 0)
			return kext;
	for (kext = session->cases.items; kext < end; kext++)
		if (may_be_of_row(kext, row))
			return kext;
	return NULL;
}

static void
make_subjects(struct session *session)
{
	const struct kext_case *kext;
	bool *known;
	size_t i;

	known = arena_array(session->arena, session->cases.count + 1, sizeof(*known));
	session->subjects = arena_array(session->arena,
	    session->cases.count + session->row_count + 1, sizeof(*session->subjects));
	session->subject_count = 0;
	for (i = 0; i < session->row_count; i++) {
		kext = case_of_row(session, &session->rows[i]);
		if (kext != NULL)
			known[kext - session->cases.items] = true;
		add_subject(session, kext, &session->rows[i]);
	}
	for (i = 0; i < session->cases.count; i++)
		if (!known[i])
			add_subject(session, &session->cases.items[i], NULL);
	if (session->root.live)
		came_back_judge(session);
}

static void
scan_and_join(struct session *session)
{
	static const char *skip[2];

	skip[0] = session->has_ledger ? session->ledger.folder : STATE_FOLDER;
	session->scan.skip = skip;
	session->scan.root = &session->root;
	session->scan.host = &session->host;
	session->scan.all = session->options->all;
	scan_run(&session->scan);
	cases_join(session->arena, &session->scan.traces, &session->rules, &session->cases);
}

static void
begin(struct session *session, const struct options *options, int needs, struct trail *trail)
{
	*session = (struct session){.arena = arena_new(0), .options = options};
	session->context = context_find(options);
	session->was_quiet = (needs & SESSION_QUIET) != 0;
	session->scan.arena = session->arena;
	session->scan.problems.arena = session->arena;
	session->scan.carriers_only = (needs & SESSION_SCAN) == 0;
	ledger_now(session->now, sizeof(session->now));
	session_tell_settings(session, options->settings);
	open_root(session);
	if (trail != NULL)
		trail_begin(trail, session->arena, &session->root);
	if ((needs & SESSION_AWAY) == 0)
		read_host(session, needs);
	load_rules(session, needs);
	if ((needs & SESSION_AWAY) != 0)
		return;
	open_ledger(session, (needs & SESSION_WRITE) != 0, (needs & SESSION_TRUST) != 0);
	if ((needs & SESSION_WRITE) != 0)
		recover(session);
	read_rows(session);
	session->problems_before_scan = session->scan.problems.count;
	if ((needs & (SESSION_SCAN | SESSION_CARRIERS)) == 0)
		return;
	scan_and_join(session);
	make_look(session);
	make_subjects(session);
}

void
session_begin(struct session *session, const struct options *options, int needs)
{
	begin(session, options, needs, NULL);
}

void
session_begin_noted(
    struct session *session, const struct options *options, int needs, struct trail *trail)
{
	begin(session, options, needs, trail);
}

void
session_look_again(struct session *session)
{
	session->scan.traces = (struct trace_list){0};
	session->scan.problems.count = session->problems_before_scan;
	read_rows(session);
	scan_and_join(session);
	make_look(session);
	make_subjects(session);
}

int
session_record(struct session *session)
{
	size_t i;
	int error;

	/* What is seen in between is no standing. */
	if (session->look.verifying || session->look.safe_mode)
		return 0;
	error = store_begin(session->ledger.db);
	if (error != 0)
		return error;
	for (i = 0; error == 0 && i < session->subject_count; i++)
		if (session->subjects[i].row != NULL)
			error = ledger_case_put(&session->ledger, &session->subjects[i].now);
	if (error == 0)
		error = sightings_record(session);
	return store_commit(session->ledger.db, error);
}

void
session_end(struct session *session)
{
	if (session->has_ledger)
		ledger_close(&session->ledger);
	root_done(&session->root);
	arena_free(session->arena);
}
