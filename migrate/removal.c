/* SPDX-License-Identifier: BSD-2-Clause */
/* Planning a removal and carrying it out. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/die.h"
#include "migrate/late_gate.h"
#include "migrate/belief.h"
#include "migrate/removal.h"
#include "migrate/sighting.h"
#include "migrate/rule_paths.h"
#include "migrate/standings.h"
#include "uninstall/plan_cutoff.h"
#include "uninstall/plan_gate.h"
#include "uninstall/vault_space.h"
#include "kmutil-helpers/banned.h"

bool
removal_may_ask(const struct options *options)
{
	if (options->approval != APPROVAL_DEFAULT)
		return options->approval == APPROVAL_ASK;
	if (options->context != CONTEXT_DEFAULT && options->context != CONTEXT_TERMINAL)
		return false;
	return isatty(STDIN_FILENO) == 1;
}

static const struct plan_target *
make_targets(struct removal *removal, size_t *count)
{
	struct session *session = removal->session;
	struct plan_target *targets =
	    arena_array(session->arena, removal->selection.count + 1, sizeof(*targets));
	struct subject *subject;
	size_t i;

	*count = 0;
	for (i = 0; i < removal->selection.count; i++) {
		subject = removal->selection.subjects[i];
		if (subject->kext == NULL || !subject->evidence.facts.has_carrier)
			continue;
		targets[*count].kext = subject->kext;
		targets[*count].rebuild = subject->now.rebuild;
		targets[*count].replacement = replacement_judge(session, &removal->dexts,
		    subject_rule_of(session, subject), &targets[*count].replacement_text);
		if (removal->migrates)
			targets[*count].replacement = REPLACEMENT_READY;
		targets[*count].agent = replacement_agent(session, &removal->dexts,
		    subject_rule_of(session, subject), &targets[*count].agent_known);
		(*count)++;
	}
	return targets;
}

/* Asks what hangs on the targets, where their class can cut anything off. */
static void
collect_dependents(struct removal *removal, const struct plan_target *targets, size_t count)
{
	struct session *session = removal->session;
	const char **ids = arena_array(session->arena, count + 1, sizeof(*ids));
	const struct rule *rule;
	bool cuts = false;
	size_t id_count = 0, i;

	for (i = 0; i < count; i++) {
		rule = targets[i].kext->rule;
		cuts |= plan_class_is_cutting(rule != NULL ? rule->class_name : NULL);
		if (targets[i].kext->bundle_id != NULL)
			ids[id_count++] = targets[i].kext->bundle_id;
	}
	if (cuts && session->root.live)
		dependents_read(session->arena, ids, id_count, &removal->dependents);
}

/* approve touches no file: only what macOS itself does stays in the plan. */
static void
keep_machine_steps(struct plan *plan)
{
	size_t i, kept = 0;

	for (i = 0; i < plan->step_count; i++)
		if (plan->steps[i].kind == STEP_SETTLE || plan->steps[i].kind == STEP_REBUILD) {
			plan->steps[kept] = plan->steps[i];
			plan->steps[kept].n = (int)kept + 1;
			kept++;
		}
	plan->step_count = kept;
}

static bool
is_extra(const struct claim_extra *extras, size_t count, const char *path)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(extras[i].path, path) == 0)
			return true;
	return false;
}

/* The jobs of launchd that load a target, listed or not, and what the rules add. */
static const struct claim_extra *
make_extras(struct removal *removal, size_t *count)
{
	struct arena *arena = removal->session->arena;
	struct claim_extra *extras = NULL, *extra;
	const struct kext_case *kext;
	size_t room = 0, i, j;

	*count = 0;
	for (i = 0; i < removal->selection.whole_count; i++)
		rule_paths_add(
		    removal->session, removal->selection.whole[i], &extras, count, &room);
	for (i = 0; i < removal->selection.count; i++) {
		kext = removal->selection.subjects[i]->kext;
		for (j = 0; kext != NULL && j < kext->trace_count; j++) {
			if (kext->traces[j]->source != SOURCE_LAUNCHD ||
			    is_extra(extras, *count, kext->traces[j]->path))
				continue;
			extra = arena_push(arena, &extras, count, &room, sizeof(*extra));
			*extra = (struct claim_extra){.path = kext->traces[j]->path,
			    .why = arena_printf(
				arena, "the launchd job that loads %s", case_name(kext))};
		}
	}
	return extras;
}

/* What the plan may take: the files of the receipts, the product's jobs. */
static void
collect_claims(struct removal *removal)
{
	struct session *session = removal->session;
	struct ownership_sources sources = {
	    .ids = removal->selection.receipts, .id_count = removal->selection.receipt_count};
	const struct claim *claim;
	struct owned *owned;
	size_t i;
	int error =
	    ledger_owned_list(&session->ledger, session->arena, &owned, &sources.owned_count);

	if (error != 0)
		problem_add(&session->scan.problems, session->ledger.folder, "ledger", error,
		    "what receipts listed that are gone is not known", false);
	sources.owned = owned;
	sources.extras = make_extras(removal, &sources.extra_count);
	ownership_collect(
	    &session->root, session->arena, &sources, &session->scan.problems, &removal->claims);
	for (i = 0; i < removal->claims.count; i++) {
		claim = &removal->claims.items[i];
		if (claim->state != CLAIM_ABSENT && jobs_is_place(claim->path))
			jobs_add(&session->root, session->arena, claim->path,
			    &session->scan.problems, &removal->jobs);
	}
}

/* What earlier runs have taken away, and a rebuild would at last let go. */
const struct kext_case *const *
removal_find_leaving(const struct session *session, size_t *count)
{
	const struct kext_case **leaving =
	    arena_array(session->arena, session->subject_count + 1, sizeof(*leaving));
	const struct subject *subject;
	size_t i;

	*count = 0;
	for (i = 0; i < session->subject_count; i++) {
		subject = &session->subjects[i];
		if (subject->row != NULL && subject->kext != NULL &&
		    !subject->evidence.facts.bundle && !subject->evidence.apple)
			leaving[(*count)++] = subject->kext;
	}
	return leaving;
}

void
removal_plan(struct removal *removal)
{
	struct session *session = removal->session;
	struct belief_list *beliefs = arena_alloc(session->arena, sizeof(*beliefs));
	struct plan_input input = {
	    .beliefs = beliefs,
	    .cases = &session->cases,
	    .rules = removal->selection.rules,
	    .rule_count = removal->selection.rule_count,
	    .catalogue = &session->rules,
	    .claims = &removal->claims,
	    .jobs = &removal->jobs,
	    .dependents = &removal->dependents,
	    .accepted_losses = removal->only_rebuild ? UINT_MAX : session->options->accepted_losses,
	    .macos_major = session->host.macos,
	    .safe_mode = session->host.safe_mode == HOST_YES,
	    .has_rebuild = session_has_rebuild(session),
	    .collection_unreadable = late_gate_collection_unreadable(session),
	    .loaded_unreadable = late_gate_loaded_unreadable(session),
	    .ask_approval = removal->ask_approval,
	    .installer = session->context == CONTEXT_INSTALLER,
	    .accept_bystanders = session->options->accept_bystanders,
	    .without_replacement = session->options->without_replacement || removal->only_rebuild,
	    .keep_receipts = session->options->keep_receipts,
	};

	dexts_read(session, &removal->dexts);
	beliefs_read(session, false, beliefs);
	input.targets = make_targets(removal, &input.target_count);
	input.leaving = removal_find_leaving(session, &input.leaving_count);
	input.keep_below = rule_paths_keep(
	    session->arena, removal->selection.rules, removal->selection.rule_count);
	if (!removal->only_rebuild)
		collect_dependents(removal, input.targets, input.target_count);
	if (!removal->only_rebuild)
		collect_claims(removal);
	plan_make(session->arena, &input, &removal->plan);
	if (removal->only_rebuild) {
		plan_check_on_disk(session->arena, &input, &removal->plan);
		keep_machine_steps(&removal->plan);
	}
	if (removal->migrates && removal->plan.only_bundles)
		plan_refuse(session->arena, &removal->plan,
		    arena_printf(session->arena,
			"nothing says what activating a dext does on macOS %d: kextirpate "
			"uninstall takes the bundles away, and a newer kextirpate may do the rest",
			session->host.macos));
	if (session->root.live)
		space_check(session->arena, &session->root,
		    session_state_folder(session->arena, session->options), &removal->claims,
		    &removal->plan);
}

bool
removal_has_work(const struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->step_count; i++)
		if (plan->steps[i].state == STEP_PLANNED)
			return true;
	return false;
}

static bool
has_planned(const struct plan *plan, enum step_kind kind)
{
	size_t i;

	for (i = 0; i < plan->step_count; i++)
		if (plan->steps[i].kind == kind && plan->steps[i].state == STEP_PLANNED)
			return true;
	return false;
}

int
removal_expected_exit(const struct removal *removal)
{
	const struct plan *plan = &removal->plan;
	bool rebuild_left = plan->wants_rebuild && session_has_rebuild(removal->session);
	int exit = 0;
	size_t i;

	if (plan->refusal_count > 0)
		return 5;
	if (removal->session->look.safe_mode && plan->step_count > 0)
		return 7;
	if (plan->step_count == 0 || (plan->only_bundles && !removal_has_work(plan))) {
		for (i = 0; i < removal->selection.count; i++)
			exit = exit_worst(exit, replacement_exit(removal->session, &removal->dexts,
						    removal->selection.subjects[i]));
		return exit;
	}
	if (rebuild_left && !has_planned(plan, STEP_REBUILD))
		return 3;
	if (plan->restart_needed)
		return 2;
	return plan->nothing_to_drop ? 1 : 0;
}

/* Whether a rebuild has come so far in this boot, for whatever case: after an answer macOS
 * may see nothing to change for others either (docs/facts.md#kmutil-rebuild). */
static bool
is_any_in_boot(const struct session *session, enum rebuild_state state)
{
	const struct subject *subject;
	size_t i;

	for (i = 0; i < session->subject_count; i++) {
		subject = &session->subjects[i];
		if (subject->row != NULL && !subject->evidence.restarted &&
		    subject->now.rebuild == state)
			return true;
	}
	return false;
}

/* The ledger's rows of the targets as the run begins. */
static struct ledger_case *
make_rows(struct removal *removal, size_t *count)
{
	struct session *session = removal->session;
	bool *in_vain = arena_array(session->arena, removal->selection.count + 1, sizeof(bool));
	struct ledger_case *rows =
	    arena_array(session->arena, removal->selection.count + 1, sizeof(*rows));
	const struct case_facts *facts;
	struct subject *subject;
	struct ledger_case *row;
	bool named;
	size_t i;

	*count = 0;
	for (i = 0; i < removal->selection.count; i++) {
		subject = removal->selection.subjects[i];
		facts = &subject->evidence.facts;
		if (!facts->has_carrier || subject->evidence.apple)
			continue;
		in_vain[*count] =
		    subject->now.rebuild == REBUILD_FRUITLESS && subject->evidence.restarted;
		row = &rows[(*count)++];
		*row = subject->now;
		named = facts->listed || (facts->kept && late_gate_collection_unreadable(session));
		row->restart_needed =
		    (row->restart_needed && !subject->evidence.restarted) || facts->loaded || named;
		if (named &&
		    (row->rebuild == REBUILD_NOT_NEEDED || row->rebuild == REBUILD_CONVERGED))
			row->rebuild = REBUILD_WANTED;
		else if (!named && facts->kept && row->rebuild == REBUILD_NOT_NEEDED)
			row->rebuild = REBUILD_CONVERGED;
		row->boot_uuid = session->host.boot_uuid;
		row->build = session->host.build;
		row->was_clean = false;
		row->migrates = row->migrates || removal->migrates;
		row->standing = STANDING_REMOVING;
		row->since = session->now;
		row->return_cause = NULL;
	}
	removal->run.in_vain = in_vain;
	return rows;
}

/* Puts the run's end and its rows into the ledger, as one transaction. */
static int
record_end(struct removal *removal, struct ledger_case *rows, size_t count, int error)
{
	struct session *session = removal->session;
	size_t i;
	int exit = removal->run.failed > 0 ? 6 : 0;

	if (error == 0)
		error = store_begin(session->ledger.db);
	if (error != 0)
		return error;
	for (i = 0; error == 0 && i < count; i++) {
		error = ledger_case_put(&session->ledger, &rows[i]);
	}
	if (error == 0)
		error = ledger_run_end(&session->ledger, removal->run.id,
		    removal->run.failed > 0 ? "failed" : "done", exit);
	return store_commit(session->ledger.db, error);
}

/* What is here before the run takes it away, for the history. */
static int
record_before(struct session *session)
{
	int error = store_begin(session->ledger.db);

	return error != 0 ? error : store_commit(session->ledger.db, sightings_record(session));
}

static const char *
joined_targets(const struct options *options, struct arena *arena)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < options->target_count; i++)
		text = arena_printf(arena, "%s%s%s", text, i > 0 ? " " : "", options->targets[i]);
	return text;
}

static void
tell(const char *text, void *payload)
{
	struct buf line = {0};

	(void)payload;
	buf_text(&line, text);
	buf_text(&line, "\n");
	(void)!buf_flush(&line, STDERR_FILENO);
	buf_done(&line);
}

/* The same kexts, as the second look left them; a kext that is seen no more and has no
 * case is no subject any longer. */
static void
select_again(struct selection *selection, const char *const *keys, size_t count,
    const struct session *session)
{
	size_t i, j;

	selection->subjects =
	    arena_array(session->arena, session->subject_count + 1, sizeof(*selection->subjects));
	selection->count = 0;
	for (i = 0; i < session->subject_count; i++)
		for (j = 0; j < count; j++)
			if (strcmp(session->subjects[i].now.key, keys[j]) == 0) {
				selection->subjects[selection->count++] = &session->subjects[i];
				break;
			}
}

static void
look_again(struct removal *removal)
{
	struct session *session = removal->session;
	size_t count = removal->selection.count, i;
	const char **keys = arena_array(session->arena, count + 1, sizeof(*keys));

	for (i = 0; i < count; i++)
		keys[i] = removal->selection.subjects[i]->now.key;
	session_look_again(session);
	dexts_read(session, &removal->dexts);
	select_again(&removal->selection, keys, count, session);
}

/* The rebuild cannot succeed until somebody mends what stands in its way. */
static bool
is_in_vain(const struct run *run)
{
	return run->rebuild.outcome == KMUTIL_BUILD_FAILED || !run->rebuild.converges;
}

static int
exit_after_run(const struct removal *removal)
{
	const struct plan *plan = &removal->plan;
	int exit = 0;
	size_t i;

	for (i = 0; i < removal->selection.count; i++)
		exit = exit_worst(exit, replacement_exit(removal->session, &removal->dexts,
					    removal->selection.subjects[i]));
	for (i = 0; i < plan->step_count; i++)
		if (plan->steps[i].state == STEP_FAILED)
			exit = exit_worst(exit,
			    plan->steps[i].kind == STEP_REBUILD && is_in_vain(&removal->run) ? 5
											     : 6);
	return exit;
}

static bool
needs_run(const struct removal *removal)
{
	size_t i;

	if (removal_has_work(&removal->plan))
		return true;
	if (removal->plan.only_bundles)
		return false;
	/* A case that only waits for approval must still be known to the ledger. */
	for (i = 0; removal->plan.step_count > 0 && i < removal->selection.count; i++)
		if (removal->selection.subjects[i]->row == NULL &&
		    removal->selection.subjects[i]->evidence.facts.has_carrier)
			return true;
	return false;
}

static void
die_of_run(const struct removal *removal, int error)
{
	die(error == -ENOSPC ? EXIT_CANNOT_CREATE : EXIT_IO,
	    "%s/ledger.db: %s; run %lld stopped where it was; run the command again when the cause "
	    "is gone",
	    removal->session->ledger.folder, fault_sentence(error), (long long)removal->run.id);
}

/* The steps that come before the kexts are touched; then the cases enter the ledger, and
 * the rest follows. A run that is held leaves the cases as they were. */
static int
run_in_two(struct removal *removal, struct ledger_case *rows, size_t count)
{
	struct run *run = &removal->run;
	struct step *steps = removal->plan.steps;
	size_t first = 0, i;
	int error;

	while (first < removal->plan.step_count &&
	       (steps[first].kind == STEP_PREPARE || steps[first].kind == STEP_ACTIVATE))
		first++;
	if ((error = run_steps(run, steps, first)) != 0)
		return error;
	if (run->held == NULL) {
		if ((error = store_begin(removal->session->ledger.db)) != 0)
			return error;
		for (i = 0; error == 0 && i < count; i++)
			error = ledger_case_put(&removal->session->ledger, &rows[i]);
		if ((error = store_commit(removal->session->ledger.db, error)) != 0)
			return error;
	}
	return run_steps(run, steps + first, removal->plan.step_count - first);
}

void
removal_run(struct removal *removal)
{
	struct session *session = removal->session;
	struct ledger_run row = {
	    .command = removal->command,
	    .targets = joined_targets(session->options, session->arena),
	    .build = session->host.build,
	    .boot_uuid = session->host.boot_uuid,
	};
	struct ledger_case *rows;
	size_t count, i;
	int error;

	removal->exit = removal_expected_exit(removal);
	if (removal->plan.refusal_count > 0)
		return;
	if (needs_run(removal)) {
		rows = make_rows(removal, &count);
		removal->run.arena = session->arena;
		removal->run.ledger = &session->ledger;
		removal->run.gate = late_gate;
		removal->run.gate_payload = removal;
		removal->run.was_cut_off_in_boot = is_any_in_boot(session, REBUILD_ASKED);
		removal->run.asked_in_boot = is_any_in_boot(session, REBUILD_REFUSED) ||
					     is_any_in_boot(session, REBUILD_APPROVED);
		removal->run.tell =
		    !session->options->quiet && isatty(STDERR_FILENO) == 1 ? tell : NULL;
		removal->run.act = removal->act;
		removal->run.act_payload = removal->act_payload;
		error = record_before(session);
		if (error == 0)
			error = ledger_owned_put(&session->ledger, &removal->claims);
		if (error == 0)
			error = ledger_run_begin(&session->ledger, &row, removal->plan.steps,
			    removal->plan.step_count, rows, removal->migrates ? 0 : count);
		removal->run.id = row.id;
		removal->run.rows = rows;
		removal->run.row_count = count;
		for (i = 0; i < count; i++)
			rows[i].run = row.id;
		if (error == 0)
			error = run_in_two(removal, rows, count);
		error = record_end(removal, rows, removal->run.held == NULL ? count : 0, error);
		if (error != 0)
			die_of_run(removal, error);
		look_again(removal);
	}
	error = session_record(session);
	if (error != 0)
		die_of_run(removal, error);
	removal->exit = exit_after_run(removal);
	(void)standings_write(session, &removal->dexts);
}
