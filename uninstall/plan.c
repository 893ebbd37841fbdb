/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan: what goes, in order. What forbids it stands in plan_gate.c. */
#include <string.h>

#include "kmutil-helpers/path.h"
#include "rules/apple.h"
#include "rules/places.h"
#include "uninstall/plan.h"
#include "uninstall/plan_gate.h"
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

static struct step *
add_step(struct arena *arena, struct plan *plan, enum step_kind kind, const char *subject,
    const char *why)
{
	struct step *step =
	    arena_push(arena, &plan->steps, &plan->step_count, &plan->step_room, sizeof(*step));

	*step =
	    (struct step){.n = (int)plan->step_count, .kind = kind, .subject = subject, .why = why};
	return step;
}

static void
add_kept(struct arena *arena, struct plan *plan, const char *path, const char *why)
{
	struct kept *kept =
	    arena_push(arena, &plan->kept, &plan->kept_count, &plan->kept_room, sizeof(*kept));

	*kept = (struct kept){.path = path, .why = why};
}

/* Whether the path lies in a bundle that goes. */
static bool
goes_with_bundle(const struct plan *plan, const char *path)
{
	size_t i;

	for (i = 0; i < plan->bundles_end; i++)
		if (plan->steps[i].kind == STEP_VAULT &&
		    path_is_below(path, plan->steps[i].subject))
			return true;
	return false;
}

/* Claims are sorted: what two receipts list stands side by side. */
static bool
is_last_step(const struct plan *plan, const char *path)
{
	const struct step *last;

	if (plan->step_count == 0)
		return false;
	last = &plan->steps[plan->step_count - 1];
	return last->kind == STEP_VAULT && strcmp(last->subject, path) == 0;
}

bool
plan_is_of_targets(const struct plan_input *input, const struct kext_case *kext)
{
	const struct kext_case *target;
	size_t i;

	for (i = 0; i < input->target_count; i++) {
		target = input->targets[i].kext;
		if (target == kext || (kext->rule != NULL && target->rule == kext->rule))
			return true;
	}
	return false;
}

static bool
is_to_keep(const struct plan_input *input, const char *path)
{
	const char *const *keep;

	for (keep = input->keep_below; keep != NULL && *keep != NULL; keep++)
		if (path_is_below_folded(path, *keep))
			return true;
	return false;
}

static bool
is_rule_of_targets(const struct plan_input *input, const struct rule *rule)
{
	size_t i;

	for (i = 0; i < input->rule_count; i++)
		if (input->rules[i] == rule)
			return true;
	return false;
}

static bool
has_package(const struct rule *rule, const char *package)
{
	size_t i;

	for (i = 0; i < rule->receipt_count; i++)
		if (strcmp(rule->receipts[i], package) == 0)
			return true;
	return false;
}

/* Another product's package that lists the bundle, also where no package of the targets
 * does; NULL: there is none. A package that no rule knows may be the product's own. */
static const char *
find_owner(const struct plan_input *input, const struct kext_case *kext, const char *path)
{
	const struct rule *rule;
	size_t i, j;

	for (i = 0; input->catalogue != NULL && i < input->catalogue->count; i++) {
		rule = &input->catalogue->rules[i];
		if (rule == kext->rule || is_rule_of_targets(input, rule))
			continue;
		for (j = 0; j < rule->receipt_count; j++)
			if (case_is_listed_by(kext, path, rule->receipts[j]) &&
			    (kext->rule == NULL || !has_package(kext->rule, rule->receipts[j])))
				return rule->receipts[j];
	}
	return NULL;
}

/* What Apple keeps, or has laid with macOS although it is another's. */
static const char *
reason_of_apple(const char *path)
{
	if (apple_keeps_path(path))
		return "it lies in a place that Apple keeps";
	return apple_ships_at(path) ? "it is of a kext that ships with macOS" : NULL;
}

/* Why a bundle stays; NULL when it goes. What another package lists in it is that
 * package's too: it may be the newer one. */
static const char *
reason_to_keep_bundle(struct arena *arena, const struct plan_input *input,
    const struct kext_case *kext, const struct trace *trace)
{
	const char *owner;
	size_t i;

	if (trace->keeper != KEEPER_ROOT || is_to_keep(input, trace->path))
		return "it is not this product's to give";
	if (reason_of_apple(trace->path) != NULL)
		return reason_of_apple(trace->path);
	for (i = 0; i < input->claims->count; i++)
		if (input->claims->items[i].other != NULL &&
		    path_is_below_folded(input->claims->items[i].path, trace->path))
			return arena_printf(
			    arena, "the package %s lists it too", input->claims->items[i].other);
	owner = find_owner(input, kext, trace->path);
	return owner != NULL
		   ? arena_printf(arena, "the package %s of another product lists it", owner)
		   : NULL;
}

/* The bundles of the targets, outermost first: a nested one goes with its parent. */
static void
plan_bundles(struct arena *arena, const struct plan_input *input, struct plan *plan)
{
	const struct kext_case *kext;
	const struct trace *trace;
	const char *why;
	size_t i, j;

	for (i = 0; i < input->target_count; i++) {
		kext = input->targets[i].kext;
		for (j = 0; j < kext->trace_count; j++) {
			trace = kext->traces[j];
			if (trace->source != SOURCE_BUNDLE || goes_with_bundle(plan, trace->path))
				continue;
			why = reason_to_keep_bundle(arena, input, kext, trace);
			if (why != NULL)
				add_kept(arena, plan, trace->path, why);
			else
				(void)add_step(arena, plan, STEP_VAULT, trace->path,
				    arena_printf(arena, "the bundle of %s", case_name(kext)));
			plan->bundles_end = plan->step_count;
		}
	}
}

/* Another product's kext that the job installs or loads too; NULL: there is none. */
static const struct kext_case *
other_kext_of(const struct plan_input *input, const char *job)
{
	const struct kext_case *kext;
	size_t i, j;

	for (i = 0; i < input->cases->count; i++) {
		kext = &input->cases->items[i];
		for (j = 0; j < kext->trace_count; j++)
			if (kext->traces[j]->source == SOURCE_LAUNCHD &&
			    strcmp(kext->traces[j]->path, job) == 0 &&
			    !plan_is_of_targets(input, kext))
				return kext;
	}
	return NULL;
}

static const struct job *
find_job(const struct plan_input *input, const char *path)
{
	size_t i;

	for (i = 0; input->jobs != NULL && i < input->jobs->count; i++)
		if (strcmp(input->jobs->items[i].path, path) == 0)
			return &input->jobs->items[i];
	return NULL;
}

/* Why a job stays; NULL when it may go. */
static const char *
reason_to_keep_job(struct arena *arena, const struct plan_input *input, const struct claim *claim)
{
	const struct job *job = find_job(input, claim->path);
	const struct kext_case *other;

	if (job == NULL)
		return NULL;
	if (job->program != NULL && is_to_keep(input, job->program))
		return "it starts a program of the replacement";
	other = other_kext_of(input, claim->path);
	return other != NULL ? arena_printf(arena, "it loads %s too, which is another product's",
				   case_name(other))
			     : NULL;
}

/* Why a file that a receipt lists stays; NULL when it goes. */
static const char *
reason_to_keep(struct arena *arena, const struct plan_input *input, const struct claim *claim)
{
	if (reason_of_apple(claim->path) != NULL)
		return reason_of_apple(claim->path);
	if (is_to_keep(input, claim->path))
		return "it belongs to the replacement, or its rule says that it stays";
	if (input->claims->unreadable)
		return "a receipt could not be read, so that its owner is not known";
	if (claim->other != NULL)
		return arena_printf(arena, "the package %s lists it too", claim->other);
	if (claim->state == CLAIM_CHANGED)
		return "it is not as the package installed it";
	if (claim->state == CLAIM_UNKNOWN)
		return "it could not be compared with what the package installed";
	return reason_to_keep_job(arena, input, claim);
}

/* The product's jobs end before the files that they run go. */
static void
plan_jobs(struct arena *arena, const struct plan_input *input, struct plan *plan)
{
	const struct claim *claim;
	const struct job *job;
	const char **domain;
	size_t i;

	for (i = 0; i < input->claims->count; i++) {
		claim = &input->claims->items[i];
		job = find_job(input, claim->path);
		if (job == NULL || claim->state == CLAIM_ABSENT || claim->state == CLAIM_FOLDER ||
		    reason_to_keep(arena, input, claim) != NULL)
			continue;
		for (domain = job->domains; *domain != NULL; domain++)
			(void)add_step(arena, plan, STEP_STOP_JOB,
			    arena_printf(arena, "%s %s", *domain, job->path),
			    "launchd runs it, and its files go");
	}
}

/* What lies where the product's receipt says may be what the installer has just laid. */
static void
keep_for_installer(struct arena *arena, const struct plan_input *input, struct plan *plan)
{
	const struct claim *claim;
	size_t i;

	for (i = 0; i < input->claims->count; i++) {
		claim = &input->claims->items[i];
		if (claim->state != CLAIM_ABSENT && claim->state != CLAIM_FOLDER &&
		    !goes_with_bundle(plan, claim->path))
			add_kept(arena, plan, claim->path, "inside an installer only bundles go");
	}
	for (i = 0; i < input->claims->receipt_count; i++)
		add_kept(arena, plan, arena_printf(arena, "receipt:%s", input->claims->receipts[i]),
		    "inside an installer no receipt is touched");
}

static void
plan_files(struct arena *arena, const struct plan_input *input, struct plan *plan)
{
	const struct claim *claim;
	const char *why;
	size_t i;

	for (i = 0; i < input->claims->count; i++) {
		claim = &input->claims->items[i];
		if (claim->state == CLAIM_ABSENT || claim->state == CLAIM_FOLDER ||
		    goes_with_bundle(plan, claim->path) || is_last_step(plan, claim->path))
			continue;
		why = reason_to_keep(arena, input, claim);
		if (why != NULL)
			add_kept(arena, plan, claim->path, why);
		else
			(void)add_step(arena, plan, STEP_VAULT, claim->path,
			    claim->receipt == NULL ? claim->why
			    : claim->remembered
				? arena_printf(arena,
				      "only the package %s listed it, as the ledger remembers; its "
				      "receipt is gone",
				      claim->receipt)
				: arena_printf(
				      arena, "only the package %s lists it", claim->receipt));
	}
}

/* Whether anything that stays lies in the folder. What no receipt lists shows only
 * when the step looks: a folder that is not empty then stays. */
static bool
holds_kept(const struct plan *plan, const char *folder)
{
	size_t i;

	for (i = 0; i < plan->kept_count; i++)
		if (path_is_below_folded(plan->kept[i].path, folder))
			return true;
	return false;
}

/* Folders, innermost first: sorted paths put a folder before what it holds. */
static void
plan_folders(struct arena *arena, const struct plan_input *input, struct plan *plan)
{
	const struct claim *claim;
	size_t i;

	for (i = input->claims->count; i > 0; i--) {
		claim = &input->claims->items[i - 1];
		if (claim->state != CLAIM_FOLDER || claim->other != NULL ||
		    input->claims->unreadable || goes_with_bundle(plan, claim->path) ||
		    is_last_step(plan, claim->path) ||
		    is_to_keep(input, claim->path) || reason_of_apple(claim->path) != NULL ||
		    places_is_shared(claim->path))
			continue;
		if (holds_kept(plan, claim->path))
			add_kept(arena, plan, claim->path, "something that stays lies in it");
		else
			(void)add_step(arena, plan, STEP_VAULT, claim->path,
			    "the product's folder; it goes only when it is empty");
	}
}

/* A receipt is forgotten only when no file that it lists is left. */
static void
plan_receipts(struct arena *arena, const struct plan_input *input, struct plan *plan)
{
	const struct claim *claim;
	const char *left;
	size_t i, j;

	for (i = 0; !input->keep_receipts && i < input->claims->receipt_count; i++) {
		left = NULL;
		for (j = 0; j < input->claims->count && left == NULL; j++) {
			claim = &input->claims->items[j];
			if (claim->receipt != NULL &&
			    strcmp(claim->receipt, input->claims->receipts[i]) == 0 &&
			    claim->state != CLAIM_ABSENT && claim->state != CLAIM_FOLDER &&
			    !goes_with_bundle(plan, claim->path) &&
			    reason_to_keep(arena, input, claim) != NULL)
				left = claim->path;
		}
		if (left != NULL || input->claims->unreadable)
			add_kept(arena, plan,
			    arena_printf(arena, "receipt:%s", input->claims->receipts[i]),
			    left != NULL ? arena_printf(arena, "it lists %s, which stays", left)
					 : "a receipt could not be read");
		else
			(void)add_step(arena, plan, STEP_FORGET, input->claims->receipts[i],
			    "no file that it lists is left");
	}
}

/* What comes behind the one burst of files: macOS gets quiet, then the receipts go, then what
 * it does itself for the whole machine. */
static void
plan_rest(struct arena *arena, const struct plan_input *input, struct plan *plan)
{
	struct case_facts facts;
	struct step *step;
	bool staged = false, wanted = false, kept = false, droppable;
	size_t i;

	for (i = 0; i < input->target_count; i++) {
		facts = case_get_facts(input->targets[i].kext);
		/* What an unreadable collection lists is not known. */
		droppable = facts.listed || (facts.kept && input->collection_unreadable);
		staged |= facts.staged;
		kept |= facts.kept && input->targets[i].rebuild != REBUILD_APPROVED;
		plan->restart_needed |= facts.loaded || droppable || input->loaded_unreadable;
		plan->wants_rebuild |= droppable;
		wanted |= droppable && input->targets[i].rebuild != REBUILD_APPROVED;
	}
	plan->nothing_to_drop = kept && !plan->wants_rebuild;
	wanted = wanted && (input->has_rebuild || plan->only_bundles);
	if (staged || wanted)
		(void)add_step(arena, plan, STEP_SETTLE, NULL,
		    "macOS notices the change on disk by itself and must be done with it");
	if (!input->installer)
		plan_receipts(arena, input, plan);
	if (staged)
		(void)add_step(arena, plan, STEP_CLEAR_STAGING, NULL, "a staged copy is left");
	if (!wanted && !(plan->nothing_to_drop && input->has_rebuild))
		return;
	step = add_step(arena, plan, STEP_REBUILD, NULL,
	    "the collection, its instructions or its stash still name the kext");
	if (!wanted) {
		step->state = STEP_SKIPPED;
		step->message = "the collection does not list the kext: a rebuild has nothing to "
				"drop until an OS update lists it again, which recheck notices";
	} else if (input->safe_mode) {
		step->state = STEP_SKIPPED;
		step->message =
		    "in safe mode macOS sees nothing to change: start the Mac normally, then "
		    "kextirpate approve";
	} else if (!input->ask_approval) {
		step->state = STEP_SKIPPED;
		step->message = "needs a person's approval: kextirpate approve";
	}
}

/* An installer is no place to ask macOS for anything: kextcache calls of installers are
 * ignored, and the Mac is in the middle of a change. */
static void
skip_machine_steps(struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->step_count; i++)
		if (plan->steps[i].kind != STEP_VAULT) {
			plan->steps[i].state = STEP_SKIPPED;
			plan->steps[i].message = "not inside an installer: left to recheck";
		}
}

/* On a macOS that is newer than any assumption a bundle can still be moved and moved back;
 * nothing says what any other step would do there. */
static void
hold_steps(struct arena *arena, const struct plan_input *input, struct plan *plan)
{
	struct step *step = plan->steps, *end = plan->steps + plan->step_count;

	for (; step < end; step++) {
		if (step_takes_bundle(step))
			continue;
		step->state = STEP_SKIPPED;
		step->message = arena_printf(arena,
		    "not taken: it rests on %s, which says nothing about macOS %d; a newer "
		    "kextirpate may",
		    assumption_get(step_get(step->kind)->assumptions[0])->id, input->macos_major);
	}
}

/* A rebuild that waits for a person is no reason to settle. */
static void
drop_lonely_settle(struct plan *plan)
{
	size_t i, acting = 0;

	for (i = 0; i < plan->step_count; i++)
		acting +=
		    plan->steps[i].state == STEP_PLANNED && plan->steps[i].kind != STEP_SETTLE;
	if (acting == 0)
		for (i = 0; i < plan->step_count; i++)
			if (plan->steps[i].kind == STEP_SETTLE &&
			    plan->steps[i].state == STEP_PLANNED) {
				plan->steps[i].state = STEP_SKIPPED;
				plan->steps[i].message = "nothing was changed";
			}
}

void
plan_make(struct arena *arena, const struct plan_input *input, struct plan *plan)
{
	*plan = (struct plan){.only_bundles = input->macos_major > KNOWN_MACOS_LAST};
	if (!input->installer)
		plan_jobs(arena, input, plan);
	plan_bundles(arena, input, plan);
	if (input->installer) {
		keep_for_installer(arena, input, plan);
	} else {
		plan_files(arena, input, plan);
		plan_folders(arena, input, plan);
	}
	plan_rest(arena, input, plan);
	if (input->installer)
		skip_machine_steps(plan);
	if (plan->only_bundles)
		hold_steps(arena, input, plan);
	drop_lonely_settle(plan);
	plan_check_gates(arena, input, plan);
}
