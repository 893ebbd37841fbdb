/* SPDX-License-Identifier: BSD-2-Clause */
/* Which jobs are over, for how long, and what follows. */
#include <string.h>

#include "kmutil-helpers/os.h"
#include "migrate/expiry.h"
#include "uninstall/expire.h"
#include "uninstall/undo.h"
#include "kmutil-helpers/banned.h"

#define DAY_SECONDS ((int64_t)86400)
/* How often an idle Mac is looked at where something may expire: what lies between the last
 * look in a boot and its end is not counted. */
#define LOOK_SECONDS ((int64_t)21600)

/* The clock and the count of one look. */
struct count {
	struct removal *removal;
	int64_t now;           /* os_steady_seconds */
	int64_t due;           /* the next look; 0: none is needed */
	struct vaulted *items; /* of a dry run: what would expire */
	size_t item_count, item_room;
};

/* Whether this look can say of a job that it is over. Where it cannot, the next one is not
 * idle either, or never can. */
static bool
can_tell(const struct count *count)
{
	const struct session *session = count->removal->session;

	return session->root.live && count->now >= 0 && session->host.boot_uuid != NULL &&
	       !session->look.verifying && !session->look.safe_mode && !session->ledger_unread &&
	       !session->ledger.lost && !problem_any_matters(&session->scan.problems) &&
	       assumption_covers(ASSUMPTION_STEADY_CLOCK_IS_NOT_SET, session->host.macos);
}

static const struct subject *
find_subject(const struct session *session, const char *key)
{
	size_t i;

	for (i = 0; i < session->subject_count; i++)
		if (session->subjects[i].row != NULL &&
		    strcmp(session->subjects[i].now.key, key) == 0)
			return &session->subjects[i];
	return NULL;
}

/* Gone, and nothing waits: no dext, and no migrate; what dexts there are is known. */
static bool
is_over(const struct removal *removal, const struct subject *subject)
{
	const struct rule *rule;

	if (subject == NULL || subject->now.standing != STANDING_GONE || subject->now.migrates)
		return false;
	rule = subject_rule_of(removal->session, subject);
	if (rule != NULL && rule->replacement.dext_count > 0 && !removal->dexts.known)
		return false;
	return replacement_exit(removal->session, &removal->dexts, subject) == 0;
}

static bool
has_case(const struct ledger_case *cases, size_t count, const char *path)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (cases[i].path != NULL && strcmp(cases[i].path, path) == 0)
			return true;
	return false;
}

static bool
is_waiting(const struct vaulted *item)
{
	return !item->restored && item->expiry == NULL && item->digest != NULL &&
	       (item->crossing == NULL || strcmp(item->crossing, "begun") != 0);
}

/* All of it waits in the vault, of all it is known what went in, and each bundle is one of a
 * known case. */
static bool
is_whole(const struct vaulted *items, size_t item_count, const struct ledger_case *cases,
    size_t case_count)
{
	size_t i;

	for (i = 0; i < item_count; i++)
		if (!is_waiting(&items[i]) || (path_has_suffix(items[i].path, ".kext") &&
						  !has_case(cases, case_count, items[i].path)))
			return false;
	return item_count > 0;
}

/* Whether the job came to its end, and all its cases are over now; *items is what it has in
 * the vault. */
static int
judge_job(
    const struct count *count, int64_t job, bool *over, struct vaulted **items, size_t *item_count)
{
	struct session *session = count->removal->session;
	struct ledger_run *list;
	struct undo_runs runs = {0};
	struct ledger_case *cases;
	size_t case_count = 0, i;
	int error = ledger_job_list(&session->ledger, session->arena, job, &list, &runs.count);

	*over = false;
	if (error != 0 || runs.count == 0 || strcmp(list[0].state, "done") != 0)
		return error;
	runs.items = list;
	error = undo_list_moved(&session->ledger, session->arena, runs, items, item_count);
	if (error == 0)
		error = undo_cases(&session->ledger, session->arena, runs, &cases, &case_count);
	if (error != 0)
		return error;
	*over = case_count > 0 && is_whole(*items, *item_count, cases, case_count);
	for (i = 0; *over && i < case_count; i++)
		*over = is_over(count->removal, find_subject(session, cases[i].key));
	return 0;
}

/* What passed since the last look in this boot counts; whatever else passed does not. */
static void
count_on(const struct count *count, struct ledger_expiring *job)
{
	const char *boot = count->removal->session->host.boot_uuid;

	if (job->boot_uuid != NULL && strcmp(job->boot_uuid, boot) == 0 && count->now > job->steady)
		job->seconds += count->now - job->steady;
	job->boot_uuid = boot;
	job->steady = count->now;
}

static void
look_again_in(struct count *count, int64_t seconds)
{
	int64_t due = count->now + (seconds < LOOK_SECONDS ? seconds : LOOK_SECONDS);

	if (count->due == 0 || due < count->due)
		count->due = due;
}

static void
note_items(struct count *count, const struct vaulted *items, size_t item_count)
{
	size_t i;

	/* They come last moved first. */
	for (i = item_count; i > 0; i--)
		*(struct vaulted *)arena_push(count->removal->session->arena, &count->items,
		    &count->item_count, &count->item_room, sizeof(*items)) = items[i - 1];
}

static int
take_job(struct count *count, struct ledger_expiring *job)
{
	struct session *session = count->removal->session;
	int64_t days = session->options->vault_days, left;
	struct vaulted *items = NULL;
	size_t item_count = 0;
	bool over = false, was_counted = job->boot_uuid != NULL;
	int error = days > 0 ? judge_job(count, job->job, &over, &items, &item_count) : 0;

	if (error != 0)
		return error;
	/* Back, or in doubt: from the next look on that finds it over, all days anew. So it is
	 * when the setting has gone. */
	if (!over)
		return was_counted && !session->options->dry_run
			   ? ledger_expiring_remove(&session->ledger, job->job)
			   : 0;
	count_on(count, job);
	left = days * DAY_SECONDS - job->seconds;
	if (left > 0)
		look_again_in(count, left);
	if (session->options->dry_run) {
		if (left <= 0)
			note_items(count, items, item_count);
		return 0;
	}
	if (left > 0)
		return ledger_expiring_put(&session->ledger, job);
	error = ledger_job_expire(&session->ledger, job->job);
	return error != 0 ? error : ledger_expiring_remove(&session->ledger, job->job);
}

/* One transaction: what has expired is so before anything is removed. */
static int
count_jobs(struct count *count)
{
	struct session *session = count->removal->session;
	struct ledger_expiring *jobs;
	size_t job_count, i;
	int error = ledger_expiring_list(&session->ledger, session->arena, &jobs, &job_count);

	if (error != 0 || job_count == 0)
		return error;
	if (!session->options->dry_run && (error = store_begin(session->ledger.db)) != 0)
		return error;
	for (i = 0; error == 0 && i < job_count; i++)
		error = take_job(count, &jobs[i]);
	return session->options->dry_run ? error : store_commit(session->ledger.db, error);
}

static int
remove_expired(struct removal *removal)
{
	struct session *session = removal->session;
	struct plan *plan = &removal->plan;
	struct ledger_run row = {.command = removal->command,
	    .targets = "",
	    .build = session->host.build,
	    .boot_uuid = session->host.boot_uuid};
	struct vaulted *items;
	size_t count;
	int error = ledger_vault_list_expired(&session->ledger, session->arena, &items, &count);

	if (error != 0 || count == 0)
		return error;
	expire_plan(session->arena, items, count, &plan->steps, &plan->step_count);
	error = ledger_run_begin(&session->ledger, &row, plan->steps, plan->step_count, NULL, 0);
	if (error != 0)
		return error;
	removal->run =
	    (struct run){.arena = session->arena, .ledger = &session->ledger, .id = row.id};
	error = run_steps(&removal->run, plan->steps, plan->step_count);
	if (removal->run.failed > 0)
		removal->exit = exit_worst(removal->exit, 6);
	return error != 0 ? error
			  : ledger_run_end(&session->ledger, row.id,
				removal->run.failed > 0 ? "failed" : "done",
				removal->run.failed > 0 ? 6 : 0);
}

int64_t
expiry_take(struct removal *removal)
{
	struct session *session = removal->session;
	struct count count = {.removal = removal, .now = os_steady_seconds()};
	bool counts = session->options->vault_days > 0;
	int error = 0;

	if (session->ledger.db == NULL)
		return 0;
	/* One run in one look: this one has repaired something. And none in an installer. */
	if (removal->run.id != 0 || session->context == CONTEXT_INSTALLER)
		return counts ? count.now : 0;
	if (!counts || can_tell(&count))
		error = count_jobs(&count);
	if (error == 0 && session->options->dry_run)
		expire_plan(session->arena, count.items, count.item_count, &removal->plan.steps,
		    &removal->plan.step_count);
	else if (error == 0)
		error = remove_expired(removal);
	if (error != 0) {
		problem_add(&session->scan.problems, session->ledger.folder, "ledger", error,
		    "what expires in the vault waits for the next recheck", true);
		removal->exit = exit_worst(removal->exit, 6);
	}
	return count.due;
}
