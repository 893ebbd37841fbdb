/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recheck: what the launch daemon runs. Looks at every case again after a restart
 * or an OS update, records what is true now, and repairs only by policy.
 */
#include <string.h>
#include <unistd.h>

#include "migrate/activation.h"
#include "migrate/command.h"
#include "migrate/removal.h"
#include "kmutil-helpers/banned.h"

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Says what happened to the Mac since the last look, where that is known. */
static void
tell_what_happened(struct session *session)
{
	struct ledger_seen seen;
	struct buf text = {0};

	if (session->options->quiet ||
	    ledger_seen_get(&session->ledger, session->arena, &seen) != 0 || seen.build == NULL ||
	    session->host.build == NULL)
		return;
	if (!is_same(seen.build, session->host.build))
		buf_printf(&text,
		    "kextirpate: macOS was updated since the last look: %s is now %s\n", seen.build,
		    session->host.build);
	else if (!is_same(seen.boot_uuid, session->host.boot_uuid))
		buf_text(&text, "kextirpate: the Mac was restarted since the last look\n");
	(void)!buf_flush(&text, STDERR_FILENO);
	buf_done(&text);
}

static int
remember(struct session *session)
{
	struct ledger_seen seen = {
	    .build = session->host.build, .boot_uuid = session->host.boot_uuid};
	int error = session_record(session);

	return error != 0 ? error : ledger_seen_put(&session->ledger, &seen);
}

/* A repair that was cut off goes on: its cases await the rebuild since then. */
static bool
is_cut_off_repair(const struct session *session, const struct subject *subject)
{
	const struct ledger_run *run = session->recovery.run;

	return run != NULL && is_same(run->command, "recheck") && subject->row->run == run->id &&
	       subject->now.rebuild == REBUILD_WANTED;
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
		    (subject->now.standing == STANDING_RETURNED &&
			is_same(subject->now.return_cause, "relinked")) ||
		    (subject->now.standing == STANDING_INERT && subject->evidence.has_rebuild &&
			subject->now.rebuild == REBUILD_WANTED))
			selection->subjects[kept++] = selection->subjects[i];
	}
	selection->count = kept;
}

/* Finishes the handoff of a migrate whose kexts are out of the way. */
static void
continue_migrations(struct session *session, const struct selection *selection)
{
	const struct rule *rule, *last = NULL;
	struct activation activation;
	size_t i;

	for (i = 0; i < selection->count; i++) {
		rule = subject_rule_of(session, selection->subjects[i]);
		if (selection->subjects[i]->row == NULL || !selection->subjects[i]->now.migrates ||
		    rule == NULL || rule == last ||
		    (selection->subjects[i]->now.standing != STANDING_GONE &&
			selection->subjects[i]->now.standing != STANDING_INERT))
			continue;
		last = rule;
		activation_request(session, rule, false, &activation);
		if (activation.exit != 0)
			problem_add_text(
			    &session->scan.problems, NULL, "activation", activation.text, false);
	}
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
	removal->ask_approval = removal_may_ask(options);
	removal_plan(removal);
	removal_run(removal);
}

static void
look_and_act(struct removal *removal, const struct options *options)
{
	struct session *session = removal->session;
	size_t i;
	int error;

	tell_what_happened(session);
	error = options->dry_run ? 0 : remember(session);

	if (error != 0)
		problem_add(&session->scan.problems, session->ledger.folder, "ledger", error,
		    "what was found could not be recorded", true);
	if (options->policy == POLICY_REPAIR && !options->dry_run)
		repair(removal, options);
	targets_select(session, false, &removal->selection);
	keep_cases(&removal->selection);
	if (!options->dry_run)
		continue_migrations(session, &removal->selection);
	dexts_read(session, &removal->dexts);
	for (i = 0; i < removal->selection.count; i++)
		removal->exit = exit_worst(removal->exit,
		    replacement_exit(session, &removal->dexts, removal->selection.subjects[i]));
}

static int
recheck_command(const struct options *options)
{
	struct session session;
	struct removal removal = {.session = &session, .command = "recheck"};
	int exit;

	session_begin(&session, options, SESSION_CARRIERS | (options->dry_run ? 0 : SESSION_WRITE));
	look_and_act(&removal, options);
	exit = removal_report(&removal, "recheck");
	session_end(&session);
	return exit;
}

const struct command cmd_recheck = {
    .name = "recheck",
    .synopsis = "recheck [OPTIONS]",
    .summary = "look at every case again after a restart or an OS update",
    .groups = OPTIONS_CHANGE | OPTIONS_REMOVE | OPTIONS_RECHECK,
    .needs_root = true,
    .max_targets = 0,
    .run = recheck_command,
};
