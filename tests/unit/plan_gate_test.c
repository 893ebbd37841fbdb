/* SPDX-License-Identifier: BSD-2-Clause */
/* What forbids a plan. */
#include "tests/unit/plan_world.h"

#define JOB "/Library/LaunchDaemons/com.example.load.plist"

static struct dependent_list
hanging(const char *bundle_id, enum loss loss)
{
	static struct dependent item;

	item = (struct dependent){.bundle_id = bundle_id, .loss = loss, .text = "something hangs"};
	return (struct dependent_list){.items = &item, .count = 1, .asked = true};
}

static void
what_hangs_on_a_driver_keeps_it_unless_the_loss_is_accepted(void **state)
{
	static const struct {
		const char *class_name;
		bool named; /* the kext is known on which it hangs */
		enum loss loss;
		bool refused;
	} rows[] = {
	    {"storage", true, LOSS_STORAGE, true},
	    {"storage", false, LOSS_STORAGE, false},
	    {"filesystem", true, LOSS_STORAGE, true},
	    {"filesystem", false, LOSS_STORAGE, true},
	    {"filesystem", false, LOSS_NETWORK, false},
	    {"network", true, LOSS_NETWORK, true},
	    {"network", false, LOSS_NETWORK, true},
	    {"network", false, LOSS_STORAGE, false},
	    {"input", true, LOSS_INPUT, true},
	    {"network", true, LOSS_INPUT, true},
	    {"other", true, LOSS_STORAGE, true},
	    {"other", false, LOSS_STORAGE, false},
	};
	struct world *w = *state;
	struct dependent_list list;
	size_t i;

	see(w, TARGET, SOURCE_BUNDLE);
	w->input.dependents = &list;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		list = hanging(rows[i].named ? w->kexts[TARGET].bundle_id : NULL, rows[i].loss);
		w->rule.class_name = rows[i].class_name;
		w->input.accepted_losses = 7U & ~(1U << rows[i].loss);
		if (is_refused_for(w, "something hangs") != rows[i].refused)
			fail_msg("row %zu", i);
		w->input.accepted_losses = 1U << rows[i].loss;
		make(w);
		assert_int_equal(w->plan.refusal_count, 0);
		list = hanging("com.other.driver", rows[i].loss);
		make(w);
		assert_int_equal(w->plan.refusal_count, 0);
	}
	w->input.dependents = NULL;
}

/* No rule says what it drives: it may be any of them, and each is told once. */
static void
a_kext_of_no_class_is_judged_as_any(void **state)
{
	struct world *w = *state;
	struct dependent_list list = {.asked = true};
	size_t loss;

	see(w, TARGET, SOURCE_BUNDLE);
	w->rule.class_name = NULL;
	assert_true(is_refused_for(w, "it may be an input driver"));
	assert_int_equal(w->plan.refusal_count, LOSS_COUNT);
	w->kexts[TARGET].rule = NULL;
	w->input.dependents = &list;
	make(w);
	assert_int_equal(w->plan.refusal_count, 0);
	for (loss = 0; loss < LOSS_COUNT; loss++) {
		list = hanging(w->kexts[TARGET].bundle_id, (enum loss)loss);
		assert_true(is_refused_for(w, "something hangs"));
		assert_int_equal(w->plan.refusal_count, 1);
		list = hanging(NULL, (enum loss)loss);
		make(w);
		assert_int_equal(w->plan.refusal_count, loss != LOSS_INPUT);
		w->input.accepted_losses = 1U << loss;
		make(w);
		assert_int_equal(w->plan.refusal_count, 0);
		w->input.accepted_losses = 0;
	}
	w->input.dependents = NULL;
}

static void
what_cannot_be_told_keeps_a_driver_that_can_cut_off(void **state)
{
	static const struct {
		const char *class_name;
		enum loss loss; /* LOSS_COUNT: none */
	} rows[] = {{"storage", LOSS_STORAGE}, {"filesystem", LOSS_STORAGE},
	    {"network", LOSS_NETWORK}, {"input", LOSS_INPUT}, {"display", LOSS_COUNT},
	    {"audio", LOSS_COUNT}, {"serial", LOSS_COUNT}, {"virtualisation", LOSS_COUNT},
	    {"other", LOSS_COUNT}};
	struct world *w = *state;
	size_t i, loss;

	see(w, TARGET, SOURCE_BUNDLE);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		w->rule.class_name = rows[i].class_name;
		w->input.dependents = NULL;
		assert_int_equal(is_refused_for(w, "cannot be told"), rows[i].loss != LOSS_COUNT);
		for (loss = 0; loss < LOSS_COUNT; loss++) {
			struct dependent_list list = {.asked = true};

			list.unknown[loss] = "ioreg: it hangs";
			w->input.dependents = &list;
			if (is_refused_for(w, "ioreg: it hangs") != (loss == rows[i].loss))
				fail_msg("row %zu, loss %zu", i, loss);
		}
	}
	w->input.dependents = NULL;
}

static void
a_security_product_whose_agent_is_there_is_not_touched(void **state)
{
	const char *domains[] = {NULL};
	struct job job = {.path = JOB, .domains = domains};
	struct job_list jobs = {.items = &job, .count = 1};
	struct world *w = *state;

	see(w, TARGET, SOURCE_BUNDLE);
	w->rule.class_name = "security";
	assert_true(is_refused_for(w, "no rule says what uses it"));
	w->target.agent_known = true;
	make(w);
	assert_int_equal(w->plan.refusal_count, 0);
	w->input.jobs = &jobs;
	assert_true(is_refused_for(w, "its launchd job " JOB " is installed"));
	w->input.jobs = NULL;
	w->target.agent = "/Applications/Guard.app is installed";
	assert_true(is_refused_for(w, "/Applications/Guard.app is installed"));
	w->rule.class_name = "other";
	make(w);
	assert_int_equal(w->plan.refusal_count, 0);
}

static void
a_rule_that_only_detects_is_refused(void **state)
{
	struct world *w = *state;
	const struct rule *rules[] = {&w->rule};

	w->rule.detects_only = true;
	w->input.rules = rules;
	w->input.rule_count = 1;
	assert_false(is_refused_for(w, "only detects"));
	see(w, TARGET, SOURCE_BUNDLE);
	assert_true(is_refused_for(w, "the rule example-capture only detects"));
	assert_int_equal(w->plan.refusal_count, 1);
	w->kexts[TARGET].trace_count = 0;
	claim(w, "/opt/capture/a", CLAIM_AS_INSTALLED);
	w->input.target_count = 0;
	assert_true(is_refused_for(w, "only detects"));
	assert_int_equal(w->plan.refusal_count, 1);
	w->rule.detects_only = false;
	make(w);
	assert_int_equal(w->plan.refusal_count, 0);
}

static void
apple_s_is_never_touched(void **state)
{
	struct world *w = *state;

	see(w, TARGET, SOURCE_BUNDLE);
	w->kexts[TARGET].apple = true;
	assert_true(is_refused_for(w, "never touched"));
}

static void
a_loaded_kext_waits_for_its_replacement(void **state)
{
	static const struct {
		enum replacement_state replacement;
		bool loaded, unread, without, refused;
	} rows[] = {
	    {REPLACEMENT_READY, true, false, false, false},
	    {REPLACEMENT_NOT_READY, true, false, false, true},
	    {REPLACEMENT_NOT_KNOWN, true, false, false, true},
	    {REPLACEMENT_NOT_READY, true, false, true, false},
	    {REPLACEMENT_NOT_KNOWN, false, false, false, false},
	    {REPLACEMENT_NOT_KNOWN, false, true, false, true},
	    {REPLACEMENT_NOT_KNOWN, false, true, true, false},
	    {REPLACEMENT_READY, false, true, false, false},
	};
	struct world *w = *state;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		w->kexts[TARGET].trace_count = 0;
		see(w, TARGET, SOURCE_BUNDLE);
		if (rows[i].loaded)
			see(w, TARGET, SOURCE_LOADED);
		w->target.replacement = rows[i].replacement;
		w->input.without_replacement = rows[i].without;
		w->input.loaded_unreadable = rows[i].unread;
		if (is_refused_for(w, "--without-replacement") != rows[i].refused)
			fail_msg("row %zu", i);
	}
}

static void
a_job_that_loads_the_kext_goes_or_forbids_the_plan(void **state)
{
	struct world *w = *state;

	see(w, TARGET, SOURCE_LAUNCHD)->path = JOB;
	assert_true(is_refused_for(w, "launchd job " JOB ", which stays"));
	assert_int_equal(w->plan.step_count, 0);
	claim(w, JOB, CLAIM_AS_INSTALLED);
	make(w);
	assert_int_equal(w->plan.refusal_count, 0);
	assert_non_null(find(w, STEP_VAULT, JOB));
	w->claims[0].other = "com.other.pkg";
	assert_true(is_refused_for(w, "com.other.pkg lists it too"));
	assert_int_equal(w->plan.refusal_count, 1);
	w->kexts[TARGET].trace_count = 0;
	see(w, TARGET, SOURCE_BUNDLE);
	see(w, OTHER, SOURCE_LAUNCHD);
	make(w);
	assert_int_equal(w->plan.refusal_count, 0);
}

static void
a_job_of_another_product_s_kext_too_stays(void **state)
{
	const char *domains[] = {"system", NULL};
	struct job job = {.path = JOB, .label = "com.example.load", .domains = domains};
	struct job_list jobs = {.items = &job, .count = 1};
	struct world *w = *state;

	w->input.jobs = &jobs;
	claim(w, JOB, CLAIM_AS_INSTALLED);
	see(w, TARGET, SOURCE_LAUNCHD)->path = JOB;
	make(w);
	assert_non_null(find(w, STEP_STOP_JOB, "system " JOB));
	see(w, OTHER, SOURCE_LAUNCHD)->path = JOB;
	assert_true(is_refused_for(w, "it loads com.other.driver too"));
	assert_null(find(w, STEP_STOP_JOB, NULL));
}

static void
each_effect_on_a_bystander_is_told_and_harm_is_refused(void **state)
{
	static const struct {
		enum source_id target, other[2];
		const char *effect; /* NULL: none */
		bool refused;
	} rows[] = {
	    {SOURCE_AUXKC, {SOURCE_AUXKC, SOURCE_AUXKC}, "lost", true},
	    {SOURCE_AUXKC, {SOURCE_BUNDLE, SOURCE_AUXKC}, "kept", false},
	    {SOURCE_AUXKC, {SOURCE_BUNDLE, SOURCE_BUNDLE}, "added", true},
	    {SOURCE_AUXKC, {SOURCE_BUNDLE, SOURCE_POLICY}, "added", true},
	    {SOURCE_STAGED, {SOURCE_BUNDLE, SOURCE_STAGED}, "restaged", false},
	    {SOURCE_STAGED, {SOURCE_STAGED, SOURCE_AUXKC}, "lost", true},
	    {SOURCE_STAGED, {SOURCE_BUNDLE, SOURCE_AUXKC}, NULL, false},
	    {SOURCE_BUNDLE, {SOURCE_BUNDLE, SOURCE_AUXKC}, NULL, false},
	    {SOURCE_AUXKC, {SOURCE_RECEIPT, SOURCE_POLICY}, NULL, false},
	};
	struct world *w = *state;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		w->kexts[TARGET].trace_count = w->kexts[OTHER].trace_count = 0;
		see(w, TARGET, rows[i].target);
		see(w, OTHER, rows[i].other[0]);
		see(w, OTHER, rows[i].other[1]);
		if (is_refused_for(w, "com.other.driver") != rows[i].refused)
			fail_msg("row %zu", i);
		assert_int_equal(w->plan.bystander_count, rows[i].effect != NULL);
		if (rows[i].effect != NULL)
			assert_string_equal(w->plan.bystanders[0].effect, rows[i].effect);
	}
}

/* A rebuild drops what was "deleted or moved": a copy elsewhere is no bundle to it. */
static void
a_bystander_s_bundle_counts_where_the_collection_has_it(void **state)
{
	struct world *w = *state;

	see(w, TARGET, SOURCE_AUXKC);
	see(w, OTHER, SOURCE_AUXKC);
	see(w, OTHER, SOURCE_BUNDLE)->path = "/Users/Shared/other.kext";
	assert_true(is_refused_for(w, "its bundle is not where the collection has it"));
	assert_string_equal(w->plan.bystanders[0].effect, "lost");
	see(w, OTHER, SOURCE_BUNDLE)->path = "/library/extensions/OTHER.kext";
	make(w);
	assert_int_equal(w->plan.refusal_count, 0);
	assert_string_equal(w->plan.bystanders[0].effect, "kept");
	w->kexts[OTHER].trace_count = 0;
	see(w, OTHER, SOURCE_AUXKC)->path =
	    "/Library/StagedExtensions/Library/Extensions/other.kext";
	see(w, OTHER, SOURCE_BUNDLE);
	make(w);
	assert_int_equal(w->plan.refusal_count, 0);
	see(w, OTHER, SOURCE_PREBOOT)->path = "/opt/other.kext";
	assert_true(is_refused_for(w, "its bundle is not where the collection has it"));
	w->traces[OTHER][2].keeper = KEEPER_OTHER_SYSTEM;
	make(w);
	assert_int_equal(w->plan.refusal_count, 0);
}

/* What is nested in a bundle that goes, goes with it: whatever the collection says. */
static void
a_bystander_in_a_bundle_that_goes_is_lost(void **state)
{
	struct world *w = *state;

	see(w, TARGET, SOURCE_BUNDLE);
	see(w, OTHER, SOURCE_BUNDLE)->path = KEXT "/Contents/PlugIns/other.kext";
	assert_true(is_refused_for(w, KEXT " goes, and its bundle with it; name it as a TARGET"));
	assert_string_equal(w->plan.bystanders[0].effect, "lost");
	w->input.accept_bystanders = true;
	make(w);
	assert_int_equal(w->plan.refusal_count, 0);
	w->input.accept_bystanders = false;
	see(w, OTHER, SOURCE_BUNDLE);
	make(w);
	assert_int_equal(w->plan.refusal_count, 1);
	w->traces[TARGET][0].keeper = KEEPER_OTHER_SYSTEM;
	make(w);
	assert_int_equal(w->plan.bystander_count, 0);
}

/* A package of the product lists a kext that its rule does not name. */
static void
a_bystander_is_not_taken_apart(void **state)
{
	struct world *w = *state;

	see(w, TARGET, SOURCE_BUNDLE);
	see(w, OTHER, SOURCE_BUNDLE);
	claim(w, "/Library/Extensions/other.kext/Contents/Info.plist", CLAIM_AS_INSTALLED);
	assert_true(is_refused_for(w,
	    "com.other.driver, which is another product's, would be lost: "
	    "/Library/Extensions/other.kext/Contents/Info.plist goes, and its bundle with it"));
	/* APFS finds it so, too. */
	w->claims[0].path = "/Library/extensions/Other.kext/Contents/Info.plist";
	make(w);
	assert_int_equal(w->plan.bystander_count, 1);
	w->claims[0].other = "com.other.pkg";
	make(w);
	assert_int_equal(w->plan.bystander_count, 0);
	w->claims[0].other = NULL;
	w->kexts[OTHER].rule = &w->rule;
	make(w);
	assert_int_equal(w->plan.bystander_count, 0);
}

static void
accepted_bystanders_are_listed_and_no_refusal(void **state)
{
	struct world *w = *state;

	see(w, TARGET, SOURCE_AUXKC);
	see(w, OTHER, SOURCE_AUXKC);
	w->input.accept_bystanders = true;
	make(w);
	assert_int_equal(w->plan.bystander_count, 1);
	assert_int_equal(w->plan.refusal_count, 0);
}

/* What an earlier run took away, and a rebuild at last lets go. */
static void
what_a_run_took_away_is_no_bystander(void **state)
{
	struct world *w = *state;
	const struct kext_case *leaving[] = {&w->kexts[OTHER]};

	see(w, TARGET, SOURCE_AUXKC);
	see(w, OTHER, SOURCE_AUXKC);
	assert_true(is_refused_for(w, "com.other.driver"));
	w->input.leaving = leaving;
	w->input.leaving_count = 1;
	make(w);
	assert_int_equal(w->plan.refusal_count, 0);
	assert_int_equal(w->plan.bystander_count, 0);
	w->input.leaving = NULL;
	w->input.leaving_count = 0;
}

static void
apple_s_kexts_are_no_bystanders(void **state)
{
	struct world *w = *state;

	see(w, TARGET, SOURCE_AUXKC);
	see(w, OTHER, SOURCE_AUXKC);
	w->kexts[OTHER].apple = true;
	make(w);
	assert_int_equal(w->plan.bystander_count, 0);
}

static void
no_rebuild_of_a_collection_that_was_not_read(void **state)
{
	struct world *w = *state;

	w->input.collection_unreadable = true;
	see(w, TARGET, SOURCE_BUNDLE);
	make(w);
	assert_int_equal(w->plan.refusal_count, 0);
	see(w, TARGET, SOURCE_KCGEN);
	assert_true(is_refused_for(w, "the collection could not be read"));
}

static void
a_macos_that_is_not_known_is_refused(void **state)
{
	static const struct {
		int major;
		bool refused;
	} rows[] = {{0, true}, {10, true}, {11, false}, {27, false}, {28, false}};
	struct world *w = *state;
	size_t i;

	see(w, TARGET, SOURCE_BUNDLE);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		w->input.macos_major = rows[i].major;
		assert_int_equal(is_refused_for(w, "this macOS"), rows[i].refused);
	}
}

/* Nobody knows what a newer one does: bundles go, all else is listed and not taken. */
static void
on_a_newer_macos_only_bundles_go(void **state)
{
	struct world *w = *state;
	size_t i;

	see(w, TARGET, SOURCE_BUNDLE);
	see(w, TARGET, SOURCE_AUXKC);
	see(w, TARGET, SOURCE_STAGED);
	see(w, OTHER, SOURCE_AUXKC);
	w->input.macos_major = 28;
	w->input.has_rebuild = false;
	make(w);
	assert_int_equal(w->plan.refusal_count, 0);
	assert_int_equal(w->plan.bystander_count, 0);
	assert_true(w->plan.only_bundles && w->plan.restart_needed);
	assert_int_equal(find(w, STEP_VAULT, KEXT)->state, STEP_PLANNED);
	assert_non_null(find(w, STEP_REBUILD, NULL));
	assert_non_null(find(w, STEP_CLEAR_STAGING, NULL));
	for (i = 0; i < w->plan.step_count; i++)
		if (w->plan.steps[i].kind != STEP_VAULT) {
			assert_int_equal(w->plan.steps[i].state, STEP_SKIPPED);
			assert_non_null(
			    strstr(w->plan.steps[i].message, "which says nothing about macOS 28"));
		}
	w->input.macos_major = 27;
	w->input.has_rebuild = true;
	make(w);
	assert_int_equal(w->plan.refusal_count, 1);
}

/* A kext that appears while the steps are taken: the same gates, asked again. */
static void
a_bystander_that_arrives_late_stops_the_rebuild(void **state)
{
	struct world *w = *state;
	const char *why;

	see(w, TARGET, SOURCE_AUXKC);
	make(w);
	assert_int_equal(w->plan.refusal_count, 0);
	assert_null(plan_check_late(w->arena, &w->input, &w->plan));
	see(w, OTHER, SOURCE_BUNDLE);
	why = plan_check_late(w->arena, &w->input, &w->plan);
	assert_non_null(why);
	assert_non_null(strstr(why, "com.other.driver"));
	assert_int_equal(w->plan.bystander_count, 1);
	assert_string_equal(w->plan.bystanders[0].effect, "added");
	w->input.accept_bystanders = true;
	assert_null(plan_check_late(w->arena, &w->input, &w->plan));
	w->input.collection_unreadable = true;
	assert_non_null(plan_check_late(w->arena, &w->input, &w->plan));
	w->input.collection_unreadable = false;
	see(w, TARGET, SOURCE_BUNDLE)->keeper = KEEPER_OTHER_SYSTEM;
	assert_null(plan_check_late(w->arena, &w->input, &w->plan));
	see(w, TARGET, SOURCE_BUNDLE);
	why = plan_check_late(w->arena, &w->input, &w->plan);
	assert_non_null(strstr(why, "com.example.capture.driver is on disk, at " KEXT));
}

/* What this Mac contradicts is not rested on; what it does not tell is. */
static void
a_step_that_rests_on_what_does_not_hold_is_not_taken(void **state)
{
	static const struct {
		enum assumption_id id;
		const char *step;
	} rows[] = {
	    {ASSUMPTION_EXTENSIONS_ARE_ROOTS, "the step vault rests on extensions-are-roots"},
	    {ASSUMPTION_REBUILD_SINCE_14, "the step rebuild rests on rebuild-since-14"},
	    {ASSUMPTION_CLEAR_STAGING_EMPTIES_ALL,
		"the step clear-staging rests on clear-staging-empties-all"},
	};
	struct world *w = *state;
	struct belief_list beliefs;
	size_t i;
	int id;

	(void)see(w, TARGET, SOURCE_BUNDLE);
	(void)see(w, TARGET, SOURCE_AUXKC);
	(void)see(w, TARGET, SOURCE_STAGED);
	for (id = 0; id < ASSUMPTION_COUNT; id++)
		beliefs.of[id] = (struct belief){.holds = UNKNOWN};
	w->input.beliefs = &beliefs;
	make(w);
	assert_int_equal(w->plan.refusal_count, 0);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		beliefs.of[rows[i].id] = (struct belief){.holds = NO, .evidence = "it was seen"};
		make(w);
		assert_int_equal(w->plan.refusal_count, 1);
		assert_non_null(strstr(w->plan.refusals[0], rows[i].step));
		assert_non_null(strstr(w->plan.refusals[0], "it was seen"));
		beliefs.of[rows[i].id].holds = YES;
		make(w);
		assert_int_equal(w->plan.refusal_count, 0);
	}
	/* Nothing rests on this one here. */
	beliefs.of[ASSUMPTION_FORGET_WORKS] = (struct belief){.holds = NO};
	make(w);
	assert_int_equal(w->plan.refusal_count, 0);
	w->input.beliefs = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_kext_of_no_class_is_judged_as_any),
	    TEST(what_hangs_on_a_driver_keeps_it_unless_the_loss_is_accepted),
	    TEST(what_cannot_be_told_keeps_a_driver_that_can_cut_off),
	    TEST(a_security_product_whose_agent_is_there_is_not_touched),
	    TEST(a_rule_that_only_detects_is_refused),
	    TEST(apple_s_is_never_touched),
	    TEST(a_loaded_kext_waits_for_its_replacement),
	    TEST(a_job_that_loads_the_kext_goes_or_forbids_the_plan),
	    TEST(a_job_of_another_product_s_kext_too_stays),
	    TEST(each_effect_on_a_bystander_is_told_and_harm_is_refused),
	    TEST(a_bystander_s_bundle_counts_where_the_collection_has_it),
	    TEST(a_bystander_in_a_bundle_that_goes_is_lost),
	    TEST(a_bystander_is_not_taken_apart),
	    TEST(accepted_bystanders_are_listed_and_no_refusal),
	    TEST(what_a_run_took_away_is_no_bystander),
	    TEST(apple_s_kexts_are_no_bystanders),
	    TEST(no_rebuild_of_a_collection_that_was_not_read),
	    TEST(a_macos_that_is_not_known_is_refused),
	    TEST(on_a_newer_macos_only_bundles_go),
	    TEST(a_bystander_that_arrives_late_stops_the_rebuild),
	    TEST(a_step_that_rests_on_what_does_not_hold_is_not_taken),
	};

	return cmocka_run_group_tests_name("plan_gate", tests, NULL, NULL);
}
