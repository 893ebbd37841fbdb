/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * More evidence never yields fewer refusals. Evidence is thrown at a plan piece by piece:
 * traces of the target and of a bystander, claims, what hangs on the target, jobs, what
 * this Mac contradicts. After each piece there are as many refusals as before, or more;
 * or a step that was refused is none any more.
 *
 * Settled beforehand, because its absence is evidence too: whether the bystander has a
 * bundle at home, and whether the collection lists it; and that the job which loads the
 * target is the product's (a claim says so, or nothing does).
 */
#include "kmutil-helpers/path.h"
#include "tests/unit/plan_world.h"

#define JOB "/Library/LaunchDaemons/com.example.load.plist"
#define ROUNDS 20000
#define PIECES 10
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static unsigned int seed;

static unsigned int
dice(size_t sides)
{
	seed = seed * 1103515245U + 12345U;
	return (seed >> 16) % (unsigned int)sides;
}

#define PICK(array) (array)[dice(COUNT(array))]

/* What is thrown besides traces and claims. */
struct thrown {
	struct dependent items[PIECES];
	struct dependent_list dependents;
	const char *domains[2];
	struct job job;
	struct job_list jobs;
	struct belief_list beliefs;
};

/* Whether the collection has the bystander at that path. */
static bool
is_home(const struct world *w, const char *path)
{
	size_t i;

	for (i = 0; i < w->kexts[OTHER].trace_count; i++)
		if ((w->traces[OTHER][i].source == SOURCE_AUXKC ||
			w->traces[OTHER][i].source == SOURCE_PREBOOT) &&
		    strcmp(w->traces[OTHER][i].path, path) == 0)
			return true;
	return false;
}

static bool
unsettles(const struct world *w, const struct trace *trace)
{
	struct case_facts facts = case_get_facts(&w->kexts[OTHER]);

	if (trace->keeper == KEEPER_OTHER_SYSTEM)
		return false;
	if (trace->source == SOURCE_BUNDLE)
		return is_home(w, trace->path);
	return (trace->source == SOURCE_AUXKC || trace->source == SOURCE_PREBOOT) && !facts.listed;
}

static void
roll_trace(struct world *w)
{
	static const enum keeper keepers[] = {KEEPER_ROOT, KEEPER_ROOT, KEEPER_OTHER_SYSTEM};
	static const char *const paths[] = {KEXT, "/Library/Extensions/b.kext", "/opt/c.kext",
	    "/Library/Extensions/other.kext", KEXT "/Contents/PlugIns/d.kext"};
	int who = dice(2) ? TARGET : OTHER;
	struct trace rolled = {.source = (enum source_id)dice(SOURCE_COUNT),
	    .keeper = PICK(keepers),
	    .loadable = (enum tristate)((int)dice(3) - 1),
	    .path = PICK(paths),
	    .bundle_id = w->kexts[who].bundle_id};

	if (rolled.source == SOURCE_LAUNCHD)
		rolled.path = JOB;
	/* One bundle has one keeper. */
	if (rolled.source == SOURCE_BUNDLE)
		rolled.keeper =
		    strcmp(rolled.path, "/opt/c.kext") == 0 ? KEEPER_OTHER_SYSTEM : KEEPER_ROOT;
	if (w->kexts[who].trace_count < TRACES_MAX && (who == TARGET || !unsettles(w, &rolled)))
		*see(w, who, rolled.source) = rolled;
}

static bool
has_bundle(const struct world *w)
{
	const struct trace *first = &w->traces[TARGET][0];

	return w->kexts[TARGET].trace_count > 0 && first->source == SOURCE_BUNDLE &&
	       strcmp(first->path, KEXT) == 0;
}

static void
roll_claim(struct world *w)
{
	static const char *const paths[] = {
	    "/opt/capture/a", "/opt/capture", KEXT, KEXT "/Contents/Info.plist"};
	static const char *const others[] = {NULL, NULL, "com.other.pkg"};
	struct claim *rolled;

	if (w->claim_list.count == CLAIMS_MAX)
		return;
	/* What lies in a bundle says nothing until that is known to be one. */
	rolled = claim(w, paths[dice(has_bundle(w) ? COUNT(paths) : 2)],
	    (enum claim_state)dice(CLAIM_UNKNOWN + 1));
	if (path_has_suffix(rolled->path, ".kext"))
		rolled->state = CLAIM_FOLDER;
	rolled->other = PICK(others);
}

static void
roll_dependent(struct world *w, struct dependent_list *list)
{
	if (dice(4) == 0)
		list->unknown[dice(LOSS_COUNT)] = "nobody answers";
	else
		list->items[list->count++] =
		    (struct dependent){.bundle_id = dice(3) ? w->kexts[dice(2)].bundle_id : NULL,
			.loss = (enum loss)dice(LOSS_COUNT),
			.text = "something hangs"};
}

static void
roll_piece(struct world *w, struct thrown *thrown)
{
	switch (dice(8)) {
	case 0:
		roll_dependent(w, &thrown->dependents);
		break;
	case 1:
		roll_claim(w);
		break;
	case 2:
		thrown->beliefs.of[dice(ASSUMPTION_COUNT)].holds = NO;
		break;
	case 3:
		if (dice(2))
			thrown->jobs.count = 1;
		else
			w->input.loaded_unreadable = true;
		break;
	default:
		roll_trace(w);
	}
}

static void
settle(struct world *w, struct thrown *thrown)
{
	static const char *const classes[] = {
	    "other", "other", "storage", "filesystem", "network", "input", "security", NULL};
	size_t i;

	*thrown = (struct thrown){.domains = {"system", NULL}};
	thrown->dependents = (struct dependent_list){.items = thrown->items, .asked = true};
	thrown->job = (struct job){.path = JOB, .label = "load", .domains = thrown->domains};
	thrown->jobs.items = &thrown->job;
	for (i = 0; i < ASSUMPTION_COUNT; i++)
		thrown->beliefs.of[i].holds = UNKNOWN;
	w->kexts[TARGET].trace_count = w->kexts[OTHER].trace_count = w->claim_list.count = 0;
	w->claim_list.receipt_count = dice(2);
	if (dice(2))
		(void)see(w, TARGET, SOURCE_BUNDLE);
	if (dice(2))
		(void)see(w, OTHER, SOURCE_BUNDLE);
	if (dice(2))
		(void)see(w, OTHER, SOURCE_AUXKC);
	if (dice(2))
		(void)claim(w, JOB, CLAIM_AS_INSTALLED);
	w->rule.class_name = PICK(classes);
	w->target.replacement = (enum replacement_state)dice(3);
	w->target.rebuild = (enum rebuild_state)dice(REBUILD_STATE_COUNT);
	w->target.agent_known = dice(2);
	w->input.has_rebuild = dice(2);
	w->input.ask_approval = dice(2);
	w->input.accept_bystanders = dice(4) == 0;
	w->input.without_replacement = dice(4) == 0;
	w->input.collection_unreadable = dice(4) == 0;
	w->input.accepted_losses = dice(8);
	w->input.loaded_unreadable = false;
	w->input.keep_receipts = dice(4) == 0;
	w->input.installer = dice(8) == 0;
	w->input.dependents = &thrown->dependents;
	w->input.jobs = &thrown->jobs;
	w->input.beliefs = &thrown->beliefs;
}

/* Whether the plan has all steps that it had. */
static bool
still_does(const struct world *w, const struct plan *before)
{
	size_t i;

	for (i = 0; i < before->step_count; i++)
		if (find(w, before->steps[i].kind, before->steps[i].subject) == NULL)
			return false;
	return true;
}

static void
more_evidence_never_yields_fewer_refusals(void **state)
{
	struct world *w = *state;
	struct thrown thrown;
	unsigned int round, refused = 0;
	struct plan before;
	int piece;

	for (round = 0; round < ROUNDS; round++) {
		seed = round;
		settle(w, &thrown);
		make(w);
		for (piece = 1; piece <= PIECES; piece++) {
			before = w->plan;
			roll_piece(w, &thrown);
			make(w);
			if (w->plan.refusal_count < before.refusal_count && still_does(w, &before))
				fail_msg("seed %u: piece %d lifts a refusal", round, piece);
		}
		refused += w->plan.refusal_count > 0;
		arena_free(w->arena);
		w->arena = arena_new(0);
	}
	/* It says something: plans go both ways. */
	assert_in_range(refused, ROUNDS / 4, ROUNDS - ROUNDS / 50);
	w->input.dependents = NULL;
	w->input.jobs = NULL;
	w->input.beliefs = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {TEST(more_evidence_never_yields_fewer_refusals)};

	return cmocka_run_group_tests_name("plan_evidence", tests, NULL, NULL);
}
