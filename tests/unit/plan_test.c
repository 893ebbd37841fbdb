/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan: what goes in which order, and what stays and why. */
#include "rules/places.h"
#include "tests/unit/plan_world.h"

static void
nothing_seen_is_nothing_to_do(void **state)
{
	struct world *w = *state;

	w->input.macos_major = 99;
	make(w);
	assert_int_equal(w->plan.step_count, 0);
	assert_int_equal(w->plan.refusal_count, 0);
}

static void
a_bundle_goes_to_the_vault(void **state)
{
	struct world *w = *state;

	see(w, TARGET, SOURCE_BUNDLE);
	make(w);
	assert_int_equal(w->plan.step_count, 1);
	assert_non_null(find(w, STEP_VAULT, KEXT));
	assert_int_equal(w->plan.refusal_count, 0);
	assert_false(w->plan.restart_needed);
}

static void
a_nested_bundle_goes_with_its_parent(void **state)
{
	struct world *w = *state;

	see(w, TARGET, SOURCE_BUNDLE);
	see(w, TARGET, SOURCE_BUNDLE)->path = KEXT "/Contents/PlugIns/event.kext";
	make(w);
	assert_int_equal(w->plan.step_count, 1);
}

static void
a_bundle_of_another_keeper_forbids_the_plan(void **state)
{
	struct world *w = *state;

	see(w, TARGET, SOURCE_BUNDLE);
	see(w, TARGET, SOURCE_BUNDLE)->path = "/Volumes/Old/y.kext";
	w->traces[TARGET][1].keeper = KEEPER_OTHER_SYSTEM;
	assert_true(is_refused_for(w, "/Volumes/Old/y.kext"));
	assert_null(find(w, STEP_VAULT, "/Volumes/Old/y.kext"));
}

/* The targets' own packages do not list it: then no claim speaks of it. */
static void
a_bundle_of_another_products_package_stays(void **state)
{
	static const char *theirs[] = {"com.other.pkg"}, *own[] = {PACKAGE};
	struct world *w = *state;
	struct rule rules[] = {{.id = "other", .receipts = theirs, .receipt_count = 1}};
	struct rule_set catalogue = {.rules = rules, .count = 1};

	see(w, TARGET, SOURCE_BUNDLE);
	(void)claim(w, "/usr/local/bin/a", CLAIM_AS_INSTALLED);
	see(w, TARGET, SOURCE_RECEIPT)->container = "/private/var/db/receipts/com.other.pkg.plist";
	w->input.catalogue = &catalogue;
	assert_true(is_refused_for(w, "com.other.pkg"));
	assert_null(find(w, STEP_VAULT, KEXT));
	rules[0].receipts = own;
	make(w);
	assert_non_null(find(w, STEP_VAULT, KEXT));
}

static void
files_stay_for_the_reason_that_is_true(void **state)
{
	static const char *const keep[] = {"/Applications/New.app", NULL};
	static const struct {
		const char *path, *other, *why;
		enum claim_state state;
	} rows[] = {
	    {"/usr/local/bin/a", NULL, "not kept", CLAIM_AS_INSTALLED},
	    {"/usr/local/bin/b", "com.other.pkg", "the package com.other.pkg lists it too",
		CLAIM_AS_INSTALLED},
	    {"/usr/local/bin/c", NULL, "it is not as the package installed it", CLAIM_CHANGED},
	    {"/usr/local/bin/d", NULL, "it could not be compared with what the package installed",
		CLAIM_UNKNOWN},
	    {"/usr/local/bin/e", NULL, "not kept", CLAIM_ABSENT},
	    {"/Applications/New.app/x", NULL,
		"it belongs to the replacement, or its rule says that it stays",
		CLAIM_AS_INSTALLED},
	    {"/Library/Apple/x", NULL, "it lies in a place that Apple keeps", CLAIM_AS_INSTALLED},
	    {"/Library/Extensions/HighPointRR.kext/Contents/Info.plist", NULL,
		"it is of a kext that ships with macOS", CLAIM_AS_INSTALLED},
	};
	struct world *w = *state;
	size_t i;

	w->input.keep_below = keep;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		claim(w, rows[i].path, rows[i].state)->other = rows[i].other;
	make(w);
	assert_int_equal(w->plan.step_count, 1);
	assert_non_null(find(w, STEP_VAULT, "/usr/local/bin/a"));
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(why_kept(w, rows[i].path), rows[i].why);
}

static void
no_file_goes_on_the_word_of_a_receipt_that_broke_off(void **state)
{
	struct world *w = *state;

	claim(w, "/opt/capture", CLAIM_FOLDER);
	claim(w, "/opt/capture/a", CLAIM_AS_INSTALLED);
	w->claim_list.unreadable = true;
	w->claim_list.receipt_count = 1;
	make(w);
	assert_int_equal(w->plan.step_count, 0);
	assert_non_null(strstr(why_kept(w, "/opt/capture/a"), "could not be read"));
}

static void
folders_go_after_what_they_hold_innermost_first(void **state)
{
	struct world *w = *state;

	claim(w, "/opt/capture", CLAIM_FOLDER);
	claim(w, "/opt/capture/in", CLAIM_FOLDER);
	claim(w, "/opt/capture/in/a", CLAIM_AS_INSTALLED);
	make(w);
	assert_int_equal(w->plan.step_count, 3);
	assert_string_equal(w->plan.steps[0].subject, "/opt/capture/in/a");
	assert_string_equal(w->plan.steps[1].subject, "/opt/capture/in");
	assert_string_equal(w->plan.steps[2].subject, "/opt/capture");
}

static void
a_folder_stays_with_what_stays_in_it(void **state)
{
	struct world *w = *state;

	claim(w, "/opt/capture", CLAIM_FOLDER);
	claim(w, "/opt/capture/a", CLAIM_CHANGED);
	make(w);
	assert_int_equal(w->plan.step_count, 0);
	assert_string_equal(why_kept(w, "/opt/capture"), "something that stays lies in it");
}

static void
folders_of_everybody_and_of_others_are_left_alone(void **state)
{
	struct world *w = *state;

	claim(w, "/Library", CLAIM_FOLDER);
	claim(w, "/Library/Apple/x", CLAIM_FOLDER);
	claim(w, "/Library/Extensions/HighPointRR.kext", CLAIM_FOLDER);
	claim(w, "/Library/Extensions", CLAIM_FOLDER);
	claim(w, "/opt/both", CLAIM_FOLDER)->other = "com.other.pkg";
	claim(w, "/usr/local/lib", CLAIM_FOLDER);
	make(w);
	assert_int_equal(w->plan.step_count, 0);
	assert_true(places_is_shared("/Library/Application Support"));
	assert_true(places_is_shared("/private/etc/sudoers.d")); /* macOS has it empty */
	assert_false(places_is_shared("/Library/Application Support/Example"));
}

static void
what_two_receipts_list_goes_once(void **state)
{
	struct world *w = *state;

	claim(w, "/opt/capture", CLAIM_FOLDER);
	claim(w, "/opt/capture", CLAIM_FOLDER)->receipt = PACKAGE ".two";
	claim(w, "/opt/capture/a", CLAIM_AS_INSTALLED);
	claim(w, "/opt/capture/a", CLAIM_AS_INSTALLED)->receipt = PACKAGE ".two";
	w->claim_list.receipt_count = 1;
	make(w);
	assert_int_equal(w->plan.step_count, 3);
	assert_string_equal(w->plan.steps[0].subject, "/opt/capture/a");
	assert_string_equal(w->plan.steps[1].subject, "/opt/capture");
	assert_string_equal(w->plan.steps[2].subject, PACKAGE);
}

/* Each claim is judged by itself: half a million of them took minutes, squared. */
static void
a_package_may_be_large(void **state)
{
	struct world *w = *state;
	size_t count = 500000, i;
	struct claim *claims = calloc(count, sizeof(*claims));

	see(w, TARGET, SOURCE_BUNDLE);
	for (i = 0; i < count; i++)
		claims[i] = (struct claim){
		    .path = arena_printf(w->arena, "/opt/capture/%06zu", i),
		    .receipt = PACKAGE,
		    .state = CLAIM_AS_INSTALLED};
	w->claim_list = (struct claim_list){
	    .items = claims, .count = count, .receipts = w->receipts, .receipt_count = 1};
	make(w);
	assert_int_equal(w->plan.step_count, count + 2);
	free(claims);
}

static void
a_receipt_is_forgotten_when_all_its_files_go(void **state)
{
	struct world *w = *state;

	w->claim_list.receipt_count = 1;
	claim(w, "/opt/a", CLAIM_AS_INSTALLED);
	claim(w, "/opt/b", CLAIM_ABSENT);
	make(w);
	assert_non_null(find(w, STEP_FORGET, PACKAGE));
	assert_string_equal(w->plan.steps[w->plan.step_count - 1].subject, PACKAGE);
}

static void
a_receipt_stays_with_a_file_that_stays(void **state)
{
	struct world *w = *state;

	w->claim_list.receipt_count = 1;
	claim(w, "/opt/a", CLAIM_CHANGED);
	make(w);
	assert_null(find(w, STEP_FORGET, NULL));
	assert_string_equal(why_kept(w, "receipt:" PACKAGE), "it lists /opt/a, which stays");
}

static void
receipts_stay_when_asked_to(void **state)
{
	struct world *w = *state;

	w->claim_list.receipt_count = 1;
	w->input.keep_receipts = true;
	make(w);
	assert_null(find(w, STEP_FORGET, NULL));
}

/* --- jobs --- */

static void
jobs_end_where_they_run_before_their_files_go(void **state)
{
	static const char *const keep[] = {"/Applications/New.app", NULL};
	const char *both[] = {"gui/501", "gui/502", NULL}, *none[] = {NULL};
	struct job items[] = {
	    {.path = "/Library/LaunchAgents/a.plist", .label = "a", .domains = both},
	    {.path = "/Library/LaunchDaemons/b.plist", .label = "b", .domains = none},
	    {.path = "/Library/LaunchDaemons/c.plist",
		.label = "c",
		.domains = both,
		.program = "/Applications/New.app/Contents/MacOS/helper"},
	};
	struct job_list jobs = {.items = items, .count = 3};
	struct world *w = *state;
	size_t i;

	w->input.jobs = &jobs;
	w->input.keep_below = keep;
	for (i = 0; i < 3; i++)
		claim(w, items[i].path, CLAIM_AS_INSTALLED);
	make(w);
	assert_int_equal(w->plan.step_count, 4);
	assert_string_equal(w->plan.steps[0].subject, "gui/501 /Library/LaunchAgents/a.plist");
	assert_string_equal(w->plan.steps[1].subject, "gui/502 /Library/LaunchAgents/a.plist");
	assert_non_null(find(w, STEP_VAULT, "/Library/LaunchDaemons/b.plist"));
	assert_string_equal(why_kept(w, items[2].path), "it starts a program of the replacement");
}

static void
a_path_that_no_receipt_lists_goes_for_its_own_reason(void **state)
{
	struct world *w = *state;
	struct claim *extra = claim(w, "/Library/LaunchDaemons/b.plist", CLAIM_AS_INSTALLED);

	extra->receipt = NULL;
	extra->why = "the launchd job that loads it";
	w->claim_list.receipt_count = 1;
	make(w);
	assert_string_equal(find(w, STEP_VAULT, extra->path)->why, extra->why);
	assert_non_null(find(w, STEP_FORGET, PACKAGE));
}

static void
inside_an_installer_only_bundles_go(void **state)
{
	struct world *w = *state;
	size_t i;

	see(w, TARGET, SOURCE_BUNDLE);
	see(w, TARGET, SOURCE_AUXKC);
	see(w, TARGET, SOURCE_STAGED);
	see(w, TARGET, SOURCE_LAUNCHD)->path = "/Library/LaunchDaemons/b.plist";
	claim(w, "/Library/LaunchDaemons/b.plist", CLAIM_AS_INSTALLED);
	claim(w, "/opt/a", CLAIM_AS_INSTALLED);
	w->claim_list.receipt_count = 1;
	w->input.installer = true;
	make(w);
	assert_int_equal(w->plan.refusal_count, 0);
	assert_null(find(w, STEP_FORGET, NULL));
	assert_null(find(w, STEP_STOP_JOB, NULL));
	assert_true(w->plan.wants_rebuild);
	for (i = 0; i < w->plan.step_count; i++)
		assert_int_equal(w->plan.steps[i].state,
		    w->plan.steps[i].kind == STEP_VAULT ? STEP_PLANNED : STEP_SKIPPED);
	assert_string_equal(w->plan.steps[0].subject, KEXT);
	assert_int_equal(w->plan.steps[1].kind, STEP_SETTLE);
	assert_string_equal(why_kept(w, "/opt/a"), "inside an installer only bundles go");
}

/* --- machine-wide steps --- */

static const struct machine_row {
	enum source_id source;
	enum rebuild_state rebuild;
	bool has_rebuild;
	bool settles, clears, rebuilds, restart;
} machine_rows[] = {
    {SOURCE_BUNDLE, REBUILD_WANTED, true, false, false, false, false},
    {SOURCE_STAGED, REBUILD_WANTED, true, true, true, false, false},
    {SOURCE_AUXKC, REBUILD_WANTED, true, true, false, true, true},
    {SOURCE_AUXKC, REBUILD_APPROVED, true, false, false, false, true},
    {SOURCE_AUXKC, REBUILD_WANTED, false, false, false, false, true},
    {SOURCE_PREBOOT, REBUILD_REFUSED, true, true, false, true, true},
    /* The collection does not list it: a rebuild has nothing to drop, and is only named. */
    {SOURCE_STASHED, REBUILD_WANTED, true, false, false, true, false},
    {SOURCE_KCGEN, REBUILD_WANTED, true, false, false, true, false},
    {SOURCE_UAKL, REBUILD_NOT_NEEDED, true, false, false, true, false},
    {SOURCE_UAKL, REBUILD_NOT_NEEDED, false, false, false, false, false},
    {SOURCE_KCGEN, REBUILD_APPROVED, true, false, false, false, false},
    {SOURCE_LOADED, REBUILD_WANTED, true, false, false, false, true},
    {SOURCE_RECEIPT, REBUILD_WANTED, true, false, false, false, false},
    {SOURCE_POLICY, REBUILD_WANTED, true, false, false, false, false},
};

static void
machine_wide_steps_follow_the_traces(void **state)
{
	const struct machine_row *row;
	struct world *w = *state;
	size_t i;

	for (i = 0; i < sizeof(machine_rows) / sizeof(*machine_rows); i++) {
		row = &machine_rows[i];
		w->kexts[TARGET].trace_count = 0;
		see(w, TARGET, row->source);
		w->input.has_rebuild = row->has_rebuild;
		w->target.rebuild = row->rebuild;
		make(w);
		if ((find(w, STEP_SETTLE, NULL) != NULL) != row->settles ||
		    (find(w, STEP_CLEAR_STAGING, NULL) != NULL) != row->clears ||
		    (find(w, STEP_REBUILD, NULL) != NULL) != row->rebuilds ||
		    w->plan.restart_needed != row->restart)
			fail_msg("row %zu", i);
	}
}

/* After the old script: the collection is gone, stash and instructions name the kext. A
 * rebuild compares the collection with the disk. */
static void
nobody_is_asked_for_a_rebuild_with_nothing_to_drop(void **state)
{
	struct world *w = *state;

	see(w, TARGET, SOURCE_STASHED)->keeper = KEEPER_REBUILD;
	see(w, OTHER, SOURCE_BUNDLE);
	w->input.ask_approval = false;
	make(w);
	assert_int_equal(find(w, STEP_REBUILD, NULL)->state, STEP_SKIPPED);
	assert_non_null(strstr(find(w, STEP_REBUILD, NULL)->message, "has nothing to drop"));
	assert_true(w->plan.nothing_to_drop);
	assert_false(w->plan.restart_needed);
	assert_int_equal(w->plan.bystander_count, 0);
	/* In the kernel it is until the restart. */
	see(w, TARGET, SOURCE_LOADED);
	make(w);
	assert_true(w->plan.restart_needed);
	/* What a collection lists that nobody could read is not known. */
	w->input.collection_unreadable = true;
	make(w);
	assert_false(w->plan.nothing_to_drop);
	assert_true(is_refused_for(w, "could not be read"));
	w->input.collection_unreadable = false;
	see(w, TARGET, SOURCE_PREBOOT);
	w->input.ask_approval = true;
	w->input.accept_bystanders = true;
	make(w);
	assert_int_equal(find(w, STEP_REBUILD, NULL)->state, STEP_PLANNED);
}

static void
another_system_s_traces_ask_for_nothing(void **state)
{
	struct world *w = *state;

	see(w, TARGET, SOURCE_PREBOOT)->keeper = KEEPER_OTHER_SYSTEM;
	make(w);
	assert_int_equal(w->plan.step_count, 0);
	assert_false(w->plan.restart_needed);
}

static void
steps_come_in_the_ladder_s_order(void **state)
{
	static const enum step_kind order[] = {
	    STEP_VAULT, STEP_SETTLE, STEP_CLEAR_STAGING, STEP_REBUILD};
	struct world *w = *state;
	int i;

	see(w, TARGET, SOURCE_AUXKC);
	see(w, TARGET, SOURCE_STAGED);
	see(w, TARGET, SOURCE_BUNDLE);
	make(w);
	assert_int_equal(w->plan.step_count, 4);
	for (i = 0; i < 4; i++) {
		assert_int_equal(w->plan.steps[i].kind, order[i]);
		assert_int_equal(w->plan.steps[i].n, i + 1);
		assert_int_equal(w->plan.steps[i].state, STEP_PLANNED);
	}
}

static void
with_nobody_to_ask_the_rebuild_waits_and_nothing_settles(void **state)
{
	struct world *w = *state;

	see(w, TARGET, SOURCE_AUXKC);
	w->input.ask_approval = false;
	make(w);
	assert_int_equal(find(w, STEP_REBUILD, NULL)->state, STEP_SKIPPED);
	assert_int_equal(find(w, STEP_SETTLE, NULL)->state, STEP_SKIPPED);
	assert_true(w->plan.wants_rebuild);
	see(w, TARGET, SOURCE_BUNDLE);
	make(w);
	assert_int_equal(find(w, STEP_SETTLE, NULL)->state, STEP_PLANNED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nothing_seen_is_nothing_to_do),
	    TEST(a_bundle_goes_to_the_vault),
	    TEST(a_nested_bundle_goes_with_its_parent),
	    TEST(a_bundle_of_another_keeper_forbids_the_plan),
	    TEST(a_bundle_of_another_products_package_stays),
	    TEST(files_stay_for_the_reason_that_is_true),
	    TEST(no_file_goes_on_the_word_of_a_receipt_that_broke_off),
	    TEST(folders_go_after_what_they_hold_innermost_first),
	    TEST(a_folder_stays_with_what_stays_in_it),
	    TEST(folders_of_everybody_and_of_others_are_left_alone),
	    TEST(what_two_receipts_list_goes_once),
	    TEST(a_package_may_be_large),
	    TEST(a_receipt_is_forgotten_when_all_its_files_go),
	    TEST(a_receipt_stays_with_a_file_that_stays),
	    TEST(receipts_stay_when_asked_to),
	    TEST(jobs_end_where_they_run_before_their_files_go),
	    TEST(a_path_that_no_receipt_lists_goes_for_its_own_reason),
	    TEST(inside_an_installer_only_bundles_go),
	    TEST(machine_wide_steps_follow_the_traces),
	    TEST(nobody_is_asked_for_a_rebuild_with_nothing_to_drop),
	    TEST(another_system_s_traces_ask_for_nothing),
	    TEST(steps_come_in_the_ladder_s_order),
	    TEST(with_nobody_to_ask_the_rebuild_waits_and_nothing_settles),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
