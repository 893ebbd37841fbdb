/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gates of a plan; what hangs on a driver stands in plan_cutoff.c.
 */
#include <string.h>

#include "kmutil-helpers/path.h"
#include "uninstall/plan_cutoff.h"
#include "uninstall/plan_gate.h"
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

void
plan_refuse(struct arena *arena, struct plan *plan, const char *sentence)
{
	const char **refusal = arena_push(
	    arena, &plan->refusals, &plan->refusal_count, &plan->refusal_room, sizeof(*refusal));

	*refusal = sentence;
}

/* What waits for a person counts: it will be taken. */
static bool
has_step(const struct plan *plan, enum step_kind kind)
{
	size_t i;

	if (plan->only_bundles && kind != STEP_VAULT)
		return false;
	for (i = 0; i < plan->step_count; i++)
		if (plan->steps[i].kind == kind)
			return true;
	return false;
}

static bool
asks_rebuild(const struct plan *plan)
{
	return !plan->nothing_to_drop && has_step(plan, STEP_REBUILD);
}

static void
add_bystander(struct arena *arena, struct plan *plan, const struct kext_case *kext,
    const char *effect, const char *why)
{
	struct bystander *bystander = arena_push(arena, &plan->bystanders, &plan->bystander_count,
	    &plan->bystander_room, sizeof(*bystander));

	*bystander = (struct bystander){.bundle_id = case_name(kext), .effect = effect, .why = why};
}

static bool
is_bundle_here(const struct trace *trace)
{
	return trace->source == SOURCE_BUNDLE && trace->keeper != KEEPER_OTHER_SYSTEM;
}

static bool
has_bundle_at(const struct kext_case *kext, const char *path)
{
	size_t i;

	for (i = 0; i < kext->trace_count; i++)
		if (is_bundle_here(kext->traces[i]) &&
		    path_is_below_folded(kext->traces[i]->path, path) &&
		    path_is_below_folded(path, kext->traces[i]->path))
			return true;
	return false;
}

/* Whether its bundle lies where the collection has it: a copy elsewhere is none to a
 * rebuild, which drops what was "deleted or moved" (kmutil(8)). */
static bool
is_at_home(const struct kext_case *kext, const struct case_facts *facts)
{
	const struct trace *trace;
	const char *home;
	size_t i;

	for (i = 0; i < kext->trace_count; i++) {
		trace = kext->traces[i];
		if ((trace->source != SOURCE_AUXKC && trace->source != SOURCE_PREBOOT) ||
		    trace->keeper == KEEPER_OTHER_SYSTEM)
			continue;
		home = trace_original_path(trace);
		if (home != NULL ? !has_bundle_at(kext, home) : !facts->bundle)
			return false;
	}
	return facts->bundle;
}

/* What goes and takes a bundle of the kext along: one that it is nested in, or a part of it,
 * because a package of the product lists it; NULL. */
static const char *
goes_along(const struct plan *plan, const struct kext_case *kext)
{
	const char *bundle, *gone;
	size_t i, j;

	for (i = 0; i < kext->trace_count; i++) {
		bundle = kext->traces[i]->path;
		for (j = 0; is_bundle_here(kext->traces[i]) && j < plan->step_count; j++) {
			gone = plan->steps[j].subject;
			if (plan->steps[j].kind == STEP_VAULT &&
			    (path_is_below_folded(gone, bundle) ||
				(path_has_suffix(gone, ".kext") &&
				    path_is_below_folded(bundle, gone))))
				return gone;
		}
	}
	return NULL;
}

/* What the steps do to another product's kext. NULL: nothing. */
static const char *
effect_on(
    struct arena *arena, const struct plan *plan, const struct kext_case *kext, const char **why)
{
	struct case_facts of_kext = case_get_facts(kext), *facts = &of_kext;
	const char *gone = goes_along(plan, kext);

	if (gone != NULL) {
		*why = arena_printf(arena, "%s goes, and its bundle with it", gone);
		return "lost";
	}
	if (asks_rebuild(plan) && facts->listed && !is_at_home(kext, facts)) {
		*why = facts->bundle
			   ? "the rebuild drops it: its bundle is not where the collection has it"
			   : "the rebuild drops it: its bundle is missing";
		return "lost";
	}
	if (asks_rebuild(plan) && facts->bundle && !facts->listed) {
		*why = "the rebuild may build it in: it is on disk and not in the collection";
		return "added";
	}
	if (has_step(plan, STEP_CLEAR_STAGING) && facts->staged && facts->listed &&
	    !is_at_home(kext, facts)) {
		*why = "its staged copy, the only one that is left, is cleared";
		return "lost";
	}
	if (has_step(plan, STEP_CLEAR_STAGING) && facts->staged) {
		*why = "its staged copy is cleared; macOS stages it again when it is loaded";
		return "restaged";
	}
	if (asks_rebuild(plan) && facts->listed) {
		*why = "it stays in the collection";
		return "kept";
	}
	return NULL;
}

static bool
is_leaving(const struct plan_input *input, const struct kext_case *kext)
{
	size_t i;

	for (i = 0; i < input->leaving_count; i++)
		if (input->leaving[i] == kext)
			return true;
	return false;
}

static bool
is_harm(const char *effect)
{
	return strcmp(effect, "lost") == 0 || strcmp(effect, "added") == 0;
}

/* What a person can do instead. */
static const char *
remedy_of(const struct plan *plan, const struct kext_case *kext, const char *effect)
{
	if (strcmp(effect, "lost") != 0)
		return "let its vendor's installer finish, or remove it first";
	return goes_along(plan, kext) != NULL ? "name it as a TARGET too if it may go"
					      : "install it again first if it is still wanted";
}

/* Whoever would be lost, or would newly enter the kernel, stops the plan; who is merely
 * restaged or stays is listed. */
static void
check_bystanders(struct arena *arena, const struct plan_input *input, struct plan *plan)
{
	const struct kext_case *kext;
	const char *effect, *why = NULL;
	size_t i;

	for (i = 0; i < input->cases->count; i++) {
		kext = &input->cases->items[i];
		if (kext->apple || plan_is_of_targets(input, kext) || is_leaving(input, kext))
			continue;
		effect = effect_on(arena, plan, kext, &why);
		if (effect == NULL)
			continue;
		add_bystander(arena, plan, kext, effect, why);
		if (!input->accept_bystanders && is_harm(effect))
			plan_refuse(arena, plan,
			    arena_printf(arena,
				"%s, which is another product's, would be %s: %s; %s, or go on "
				"with --accept-bystanders",
				case_name(kext), effect, why, remedy_of(plan, kext, effect)));
	}
}

/* A rule that only detects takes nothing away, not even a package's files. */
static void
check_acts(struct arena *arena, const struct rule *rule, struct plan *plan)
{
	if (rule != NULL && rule->detects_only)
		plan_refuse(arena, plan,
		    arena_printf(arena,
			"the rule %s only detects: what it knows is not good enough to remove "
			"anything by; use the vendor's own uninstaller, or complete the rule",
			rule->id));
}

/* The rules that a person named and that no target has: their packages' files. */
static void
check_rules(struct arena *arena, const struct plan_input *input, struct plan *plan)
{
	size_t i, j;

	for (i = 0; i < input->rule_count; i++) {
		for (j = 0; j < input->target_count; j++)
			if (input->targets[j].kext->rule == input->rules[i])
				break;
		if (j == input->target_count)
			check_acts(arena, input->rules[i], plan);
	}
}

static void
check_replacement(struct arena *arena, const struct plan_input *input,
    const struct plan_target *target, struct plan *plan)
{
	struct case_facts facts = case_get_facts(target->kext);

	bool may_run = facts.loaded || (input->loaded_unreadable && facts.has_carrier);

	if (input->without_replacement || !may_run || target->replacement == REPLACEMENT_READY)
		return;
	plan_refuse(arena, plan,
	    arena_printf(arena,
		"%s %s and %s; install the replacement first%s, or go on with "
		"--without-replacement",
		case_name(target->kext),
		facts.loaded ? "is loaded" : "may be loaded, which could not be told,",
		target->replacement_text != NULL ? target->replacement_text
						 : "no replacement is known",
		target->replacement == REPLACEMENT_NOT_READY ? " and let migrate activate it"
							     : ""));
}

static bool
is_vaulted(const struct plan *plan, const char *path)
{
	size_t i;

	for (i = 0; i < plan->step_count; i++)
		if (plan->steps[i].kind == STEP_VAULT && plan->steps[i].state != STEP_SKIPPED &&
		    strcmp(plan->steps[i].subject, path) == 0)
			return true;
	return false;
}

static const char *
why_kept(const struct plan *plan, const char *path)
{
	size_t i;

	for (i = 0; i < plan->step_count; i++)
		if (plan->steps[i].kind == STEP_VAULT && plan->steps[i].message != NULL &&
		    strcmp(plan->steps[i].subject, path) == 0)
			return plan->steps[i].message;
	for (i = 0; i < plan->kept_count; i++)
		if (strcmp(plan->kept[i].path, path) == 0)
			return plan->kept[i].why;
	return "it is not this product's to give";
}

/* A job of launchd that stays would bring the kext back, or keep it in use. */
static void
check_jobs(struct arena *arena, const struct kext_case *kext, struct plan *plan)
{
	const struct trace *trace;
	size_t i;

	for (i = 0; i < kext->trace_count && !kext->apple; i++) {
		trace = kext->traces[i];
		if (trace->source == SOURCE_LAUNCHD && !is_vaulted(plan, trace->path))
			plan_refuse(arena, plan,
			    arena_printf(arena,
				"%s is installed or loaded by the launchd job %s, which stays: %s; "
				"stop and remove it first",
				case_name(kext), trace->path, why_kept(plan, trace->path)));
	}
}

static void
check_target(struct arena *arena, const struct plan_input *input, const struct plan_target *target,
    struct plan *plan)
{
	if (target->kext->apple) {
		plan_refuse(arena, plan,
		    arena_printf(arena, "%s is Apple's, or ships with macOS: it is never touched",
			case_name(target->kext)));
		return;
	}
	check_acts(arena, target->kext->rule, plan);
	plan_check_cutoff(arena, input, target, plan);
	check_replacement(arena, input, target, plan);
}

static void
check_collection(struct arena *arena, const struct plan_input *input, struct plan *plan)
{
	if (asks_rebuild(plan) && input->collection_unreadable)
		plan_refuse(arena, plan,
		    "the collection could not be read, so that nobody can say what a rebuild "
		    "would do to other products");
}

/* What the step rests on and this Mac contradicts, or what says nothing about this
 * macOS; ASSUMPTION_COUNT when nothing is against it. */
static enum assumption_id
contradicted(const struct plan_input *input, const struct plan *plan, enum step_kind kind)
{
	const struct step_row *row = step_get(kind);
	size_t i;

	for (i = 0; i < row->assumption_count; i++) {
		if (!plan->only_bundles &&
		    !assumption_covers(row->assumptions[i], input->macos_major))
			return row->assumptions[i];
		if (input->beliefs != NULL && input->beliefs->of[row->assumptions[i]].holds == NO)
			return row->assumptions[i];
	}
	return ASSUMPTION_COUNT;
}

/* A step is not taken where what it rests on does not hold. Once for each kind. */
static void
check_beliefs(struct arena *arena, const struct plan_input *input, struct plan *plan)
{
	const struct assumption *assumption;
	const char *evidence;
	enum assumption_id id;
	int kind;

	for (kind = 0; kind < STEP_KIND_COUNT; kind++) {
		if (!has_step(plan, (enum step_kind)kind) ||
		    (input->installer && kind != STEP_VAULT))
			continue;
		id = contradicted(input, plan, (enum step_kind)kind);
		if (id == ASSUMPTION_COUNT)
			continue;
		assumption = assumption_get(id);
		evidence = input->beliefs != NULL ? input->beliefs->of[id].evidence : NULL;
		plan_refuse(arena, plan,
		    arena_printf(arena,
			"the step %s rests on %s (%s), which does not hold here: %s; kextirpate "
			"doctor tells more",
			step_get((enum step_kind)kind)->name, assumption->id, assumption->says,
			evidence != NULL ? evidence : "it says nothing about this macOS"));
	}
}

void
plan_check_gates(struct arena *arena, const struct plan_input *input, struct plan *plan)
{
	size_t i;

	/* Even where there is nothing else to do: a job alone is something left. */
	for (i = 0; i < input->target_count && !input->installer; i++)
		check_jobs(arena, input->targets[i].kext, plan);
	if (plan->step_count == 0)
		return;
	check_rules(arena, input, plan);
	check_beliefs(arena, input, plan);
	for (i = 0; i < input->target_count; i++)
		check_target(arena, input, &input->targets[i], plan);
	for (i = 0; i < plan->kept_count; i++)
		if (path_has_suffix(plan->kept[i].path, ".kext"))
			plan_refuse(arena, plan,
			    arena_printf(arena, "%s: %s", plan->kept[i].path, plan->kept[i].why));
	check_bystanders(arena, input, plan);
	check_collection(arena, input, plan);
	if (input->macos_major < KNOWN_MACOS_FIRST)
		plan_refuse(arena, plan,
		    arena_printf(arena,
			"this macOS (%d) is not one of those that the assumptions speak of "
			"(%d to %d)",
			input->macos_major, KNOWN_MACOS_FIRST, KNOWN_MACOS_LAST));
}

void
plan_check_on_disk(struct arena *arena, const struct plan_input *input, struct plan *plan)
{
	const struct kext_case *kext;
	size_t i, j;

	for (i = 0; i < input->target_count; i++) {
		kext = input->targets[i].kext;
		for (j = 0; j < kext->trace_count && !is_bundle_here(kext->traces[j]); j++)
			continue;
		if (j < kext->trace_count)
			plan_refuse(arena, plan,
			    arena_printf(arena,
				"%s is on disk, at %s, so that a rebuild would keep it; kextirpate "
				"uninstall takes it away first",
				case_name(kext), kext->traces[j]->path));
	}
}

/* What happened to a bystander before stays told. */
static void
note_bystander(struct arena *arena, struct plan *plan, const struct bystander *late)
{
	struct bystander *added;
	size_t i;

	for (i = 0; i < plan->bystander_count; i++)
		if (strcmp(plan->bystanders[i].bundle_id, late->bundle_id) == 0)
			return;
	added = arena_push(arena, &plan->bystanders, &plan->bystander_count, &plan->bystander_room,
	    sizeof(*added));
	*added = *late;
}

const char *
plan_check_late(struct arena *arena, const struct plan_input *input, struct plan *plan)
{
	struct plan late = {.steps = plan->steps, .step_count = plan->step_count};
	size_t i;

	plan_check_on_disk(arena, input, &late);
	check_bystanders(arena, input, &late);
	check_collection(arena, input, &late);
	for (i = 0; i < late.bystander_count; i++)
		note_bystander(arena, plan, &late.bystanders[i]);
	return late.refusal_count > 0 ? late.refusals[0] : NULL;
}
