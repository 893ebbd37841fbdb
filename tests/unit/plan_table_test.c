/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan: what goes, what stays and why, and what forbids it all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kmutil-helpers/arena.h"
#include "uninstall/plan.h"
#include "uninstall/plan_gate.h"

#define KEXT "/Library/Extensions/capture.kext"
#define PACKAGE "com.example.capture.pkg"
#define TRACES_MAX 16
#define CLAIMS_MAX 8

/* One target and one bystander, with room for traces and claims. */
struct world {
	struct arena *arena;
	struct rule rule;
	struct trace traces[2][TRACES_MAX];
	const struct trace *pointers[2][TRACES_MAX];
	struct kext_case kexts[2];
	struct case_list cases;
	struct plan_target target;
	struct claim claims[CLAIMS_MAX];
	const char *receipts[1];
	struct claim_list claim_list;
	struct plan_input input;
	struct plan plan;
};

enum { TARGET, OTHER };

static struct trace *
see(struct world *w, int who, enum source_id source)
{
	struct kext_case *kext = &w->kexts[who];
	struct trace *trace = &w->traces[who][kext->trace_count];

	w->pointers[who][kext->trace_count++] = trace;
	*trace = (struct trace){.source = source,
	    .keeper = KEEPER_ROOT,
	    .loadable = UNKNOWN,
	    .bundle_id = kext->bundle_id,
	    .path = who == TARGET ? KEXT : "/Library/Extensions/other.kext"};
	return trace;
}

static struct claim *
claim(struct world *w, const char *path, enum claim_state state)
{
	struct claim *added = &w->claims[w->claim_list.count++];

	*added = (struct claim){.path = path, .receipt = PACKAGE, .state = state};
	return added;
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	int who;

	w->arena = arena_new(0);
	w->rule = (struct rule){.id = "example-capture", .class_name = "other"};
	for (who = TARGET; who <= OTHER; who++)
		w->kexts[who].traces = w->pointers[who];
	w->kexts[TARGET].bundle_id = "com.example.capture.driver";
	w->kexts[TARGET].rule = &w->rule;
	w->kexts[OTHER].bundle_id = "com.other.driver";
	w->cases = (struct case_list){.items = w->kexts, .count = 2};
	w->target = (struct plan_target){.kext = &w->kexts[TARGET],
	    .replacement = REPLACEMENT_READY, .rebuild = REBUILD_WANTED};
	w->receipts[0] = PACKAGE;
	w->claim_list = (struct claim_list){.items = w->claims, .receipts = w->receipts};
	w->input = (struct plan_input){.targets = &w->target,
	    .target_count = 1,
	    .cases = &w->cases,
	    .claims = &w->claim_list,
	    .macos_major = 15,
	    .has_rebuild = true,
	    .ask_approval = true};
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	arena_free(w->arena);
	free(w);
	return 0;
}

static const struct step *
find(const struct world *w, enum step_kind kind, const char *subject)
{
	size_t i;

	for (i = 0; i < w->plan.step_count; i++)
		if (w->plan.steps[i].kind == kind &&
		    (subject == NULL || (w->plan.steps[i].subject != NULL &&
					    strcmp(w->plan.steps[i].subject, subject) == 0)))
			return &w->plan.steps[i];
	return NULL;
}

static const char *
why_kept(const struct world *w, const char *path)
{
	size_t i;

	for (i = 0; i < w->plan.kept_count; i++)
		if (strcmp(w->plan.kept[i].path, path) == 0)
			return w->plan.kept[i].why;
	return "not kept";
}

static void
make(struct world *w)
{
	plan_make(w->arena, &w->input, &w->plan);
}

static bool
is_refused_for(struct world *w, const char *words)
{
	size_t i;

	make(w);
	for (i = 0; i < w->plan.refusal_count; i++)
		if (strstr(w->plan.refusals[i], words) != NULL)
			return true;
	return false;
}

/* --- what goes, what stays --- */

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
	    {"/usr/local/bin/d", NULL,
		"it could not be compared with what the package installed", CLAIM_UNKNOWN},
	    {"/usr/local/bin/e", NULL, "not kept", CLAIM_ABSENT},
	    {"/Applications/New.app/x", NULL, "it belongs to the replacement",
		CLAIM_AS_INSTALLED},
	    {"/Library/Apple/x", NULL, "it lies in a place that Apple keeps",
		CLAIM_AS_INSTALLED},
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
	claim(w, "/Library/Extensions", CLAIM_FOLDER);
	claim(w, "/opt/both", CLAIM_FOLDER)->other = "com.other.pkg";
	claim(w, "/usr/local/lib", CLAIM_FOLDER);
	make(w);
	assert_int_equal(w->plan.step_count, 0);
	assert_true(plan_is_shared_folder("/Library/Application Support"));
	assert_false(plan_is_shared_folder("/Library/Application Support/Example"));
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
    {SOURCE_STASHED, REBUILD_WANTED, true, true, false, true, true},
    {SOURCE_KCGEN, REBUILD_WANTED, true, true, false, true, true},
    {SOURCE_UAKL, REBUILD_NOT_NEEDED, true, true, false, true, true},
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

/* --- refusals --- */

static void
classes_that_cannot_be_judged_are_refused(void **state)
{
	static const struct {
		const char *name;
		bool refused;
	} rows[] = {{"storage", true}, {"filesystem", true}, {"network", true}, {"input", true},
	    {"security", true}, {"display", false}, {"audio", false}, {"serial", false},
	    {"virtualisation", false}, {"other", false}, {NULL, true}};
	struct world *w = *state;
	size_t i;

	see(w, TARGET, SOURCE_BUNDLE);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		w->rule.class_name = rows[i].name;
		make(w);
		assert_int_equal(w->plan.refusal_count, rows[i].refused);
	}
	w->kexts[TARGET].rule = NULL;
	assert_true(is_refused_for(w, "no rule says what it drives"));
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
		bool loaded, without, refused;
	} rows[] = {
	    {REPLACEMENT_READY, true, false, false},
	    {REPLACEMENT_NOT_READY, true, false, true},
	    {REPLACEMENT_NOT_KNOWN, true, false, true},
	    {REPLACEMENT_NOT_READY, true, true, false},
	    {REPLACEMENT_NOT_KNOWN, false, false, false},
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
		if (is_refused_for(w, "--without-replacement") != rows[i].refused)
			fail_msg("row %zu", i);
	}
}

static void
each_effect_on_a_bystander_is_told_and_refused(void **state)
{
	static const struct {
		enum source_id target, other[2];
		const char *effect; /* NULL: none */
	} rows[] = {
	    {SOURCE_AUXKC, {SOURCE_AUXKC, SOURCE_AUXKC}, "lost"},
	    {SOURCE_AUXKC, {SOURCE_BUNDLE, SOURCE_AUXKC}, "kept"},
	    {SOURCE_AUXKC, {SOURCE_BUNDLE, SOURCE_BUNDLE}, "added"},
	    {SOURCE_STAGED, {SOURCE_BUNDLE, SOURCE_STAGED}, "restaged"},
	    {SOURCE_STAGED, {SOURCE_BUNDLE, SOURCE_AUXKC}, NULL},
	    {SOURCE_BUNDLE, {SOURCE_BUNDLE, SOURCE_AUXKC}, NULL},
	    {SOURCE_AUXKC, {SOURCE_RECEIPT, SOURCE_POLICY}, NULL},
	};
	struct world *w = *state;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		w->kexts[TARGET].trace_count = w->kexts[OTHER].trace_count = 0;
		see(w, TARGET, rows[i].target);
		see(w, OTHER, rows[i].other[0]);
		see(w, OTHER, rows[i].other[1]);
		if (is_refused_for(w, "com.other.driver") != (rows[i].effect != NULL))
			fail_msg("row %zu", i);
		assert_int_equal(w->plan.bystander_count, rows[i].effect != NULL);
		if (rows[i].effect != NULL)
			assert_string_equal(w->plan.bystanders[0].effect, rows[i].effect);
	}
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
	} rows[] = {{0, true}, {10, true}, {11, false}, {27, false}, {28, true}};
	struct world *w = *state;
	size_t i;

	see(w, TARGET, SOURCE_BUNDLE);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		w->input.macos_major = rows[i].major;
		assert_int_equal(is_refused_for(w, "this macOS"), rows[i].refused);
	}
}

static unsigned int seed;

static unsigned int
dice(unsigned int sides)
{
	seed = seed * 1103515245U + 12345U;
	return (seed >> 16) % sides;
}

static void
roll_trace(struct world *w)
{
	static const enum keeper keepers[] = {KEEPER_ROOT, KEEPER_ROOT, KEEPER_OTHER_SYSTEM};
	static const char *const paths[] = {KEXT, "/Library/Extensions/b.kext", "/opt/c.kext"};
	struct trace *trace =
	    see(w, dice(2) ? TARGET : OTHER, (enum source_id)dice(SOURCE_COUNT));

	trace->keeper = keepers[dice(3)];
	trace->loadable = (enum tristate)((int)dice(3) - 1);
	trace->path = paths[dice(3)];
}

static void
more_evidence_never_yields_fewer_refusals(void **state)
{
	static const char *const classes[] = {"other", "storage", NULL};
	struct world *w = *state;
	bool was_refused;
	unsigned int round, i;

	for (round = 0; round < 4000; round++) {
		seed = round;
		w->kexts[TARGET].trace_count = w->kexts[OTHER].trace_count = 0;
		w->rule.class_name = classes[dice(8) > 5 ? dice(3) : 0];
		w->target.replacement = (enum replacement_state)dice(3);
		w->target.rebuild = (enum rebuild_state)dice(REBUILD_STATE_COUNT);
		w->input.has_rebuild = dice(2);
		w->input.ask_approval = dice(2);
		w->input.accept_bystanders = dice(2);
		w->input.collection_unreadable = dice(4) == 0;
		was_refused = false;
		for (i = 0; i < 6; i++) {
			roll_trace(w);
			make(w);
			if (was_refused && w->plan.refusal_count == 0)
				fail_msg("seed %u: trace %u lifts a refusal", round, i + 1);
			was_refused = w->plan.refusal_count > 0;
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nothing_seen_is_nothing_to_do),
	    TEST(a_bundle_goes_to_the_vault),
	    TEST(a_nested_bundle_goes_with_its_parent),
	    TEST(a_bundle_of_another_keeper_forbids_the_plan),
	    TEST(files_stay_for_the_reason_that_is_true),
	    TEST(no_file_goes_on_the_word_of_a_receipt_that_broke_off),
	    TEST(folders_go_after_what_they_hold_innermost_first),
	    TEST(a_folder_stays_with_what_stays_in_it),
	    TEST(folders_of_everybody_and_of_others_are_left_alone),
	    TEST(a_receipt_is_forgotten_when_all_its_files_go),
	    TEST(a_receipt_stays_with_a_file_that_stays),
	    TEST(receipts_stay_when_asked_to),
	    TEST(machine_wide_steps_follow_the_traces),
	    TEST(another_system_s_traces_ask_for_nothing),
	    TEST(steps_come_in_the_ladder_s_order),
	    TEST(with_nobody_to_ask_the_rebuild_waits_and_nothing_settles),
	    TEST(classes_that_cannot_be_judged_are_refused),
	    TEST(apple_s_is_never_touched),
	    TEST(a_loaded_kext_waits_for_its_replacement),
	    TEST(each_effect_on_a_bystander_is_told_and_refused),
	    TEST(accepted_bystanders_are_listed_and_no_refusal),
	    TEST(apple_s_kexts_are_no_bystanders),
	    TEST(no_rebuild_of_a_collection_that_was_not_read),
	    TEST(a_macos_that_is_not_known_is_refused),
	    TEST(more_evidence_never_yields_fewer_refusals),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
