/* SPDX-License-Identifier: BSD-2-Clause */
/* Traces to cases, cases to plans: what goes, what stays, what forbids it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "uninstall/plan.h"
#include "uninstall/source.h"

#define EXT "/Library/Extensions/"

static struct rule_kext rule_kexts[] = {{.bundle_id = "com.v.a"}};
static struct rule rule = {.id = "v", .vendor = "V", .product = "P", .class_name = "other",
    .kexts = rule_kexts, .kext_count = 1};
static struct rule_set rules = {.rules = &rule, .count = 1};

/* A Mac with these traces, and a plan against com.v.a. */
struct mac {
	struct arena *arena;
	struct trace_list traces;
	struct case_list cases;
	struct claim_list claims;
	struct plan_target target;
	struct plan_input input;
	struct plan plan;
};

static void
add(struct mac *mac, enum source_id source, const char *id, const char *path)
{
	struct trace *grown = arena_grow(mac->arena, mac->traces.items, mac->traces.count,
	    mac->traces.count + 1, sizeof(*grown));

	mac->traces.items = grown;
	grown[mac->traces.count++] = (struct trace){.source = source,
	    .keeper = source_get(source)->keeper, .bundle_id = id, .path = path,
	    .loadable = UNKNOWN};
}

static void
claim(struct mac *mac, const char *path, enum claim_state state, const char *other)
{
	struct claim *grown = arena_grow(mac->arena, mac->claims.items, mac->claims.count,
	    mac->claims.count + 1, sizeof(*grown));

	mac->claims.items = grown;
	grown[mac->claims.count++] =
	    (struct claim){.path = path, .receipt = "pkg", .state = state, .other = other};
}

static void
begin(struct mac *mac)
{
	static const char *receipts[] = {"pkg"};

	*mac = (struct mac){.arena = arena_new(0)};
	mac->claims.receipts = receipts;
	mac->claims.receipt_count = 1;
	mac->target.replacement = REPLACEMENT_READY;
	mac->target.replacement_text = "its replacement is there";
	mac->input = (struct plan_input){.macos_major = 15, .has_rebuild = true,
	    .ask_approval = true};
}

static void
plan(struct mac *mac)
{
	cases_join(mac->arena, &mac->traces, &rules, &mac->cases);
	mac->target.kext = cases_find(&mac->cases, "com.v.a");
	mac->input.targets = &mac->target;
	mac->input.target_count = mac->target.kext != NULL;
	mac->input.cases = &mac->cases;
	mac->input.claims = &mac->claims;
	plan_make(mac->arena, &mac->input, &mac->plan);
}

static const struct step *
step_of(const struct mac *mac, enum step_kind kind, const char *subject)
{
	size_t i;

	for (i = 0; i < mac->plan.step_count; i++)
		if (mac->plan.steps[i].kind == kind &&
		    (subject == NULL || (mac->plan.steps[i].subject != NULL &&
					    strcmp(mac->plan.steps[i].subject, subject) == 0)))
			return &mac->plan.steps[i];
	return NULL;
}

static const char *
kept_why(const struct mac *mac, const char *path)
{
	size_t i;

	for (i = 0; i < mac->plan.kept_count; i++)
		if (strcmp(mac->plan.kept[i].path, path) == 0)
			return mac->plan.kept[i].why;
	return NULL;
}

static void
end(struct mac *mac)
{
	arena_free(mac->arena);
}

/* Everything that a kext of the user's report leaves. */
static void
add_all(struct mac *mac)
{
	add(mac, SOURCE_BUNDLE, "com.v.a", EXT "A.kext");
	add(mac, SOURCE_RECEIPT, NULL, EXT "A.kext");
	add(mac, SOURCE_PREBOOT, "com.v.a", EXT "A.kext");
	add(mac, SOURCE_STAGED, "com.v.a", "/Library/StagedExtensions" EXT "A.kext");
	add(mac, SOURCE_LOADED, "com.v.a", NULL);
}

static void
traces_join_by_id_else_by_path_else_by_rule(void **state)
{
	struct mac mac;

	(void)state;
	begin(&mac);
	add_all(&mac);
	add(&mac, SOURCE_RECEIPT, NULL, EXT "Unknown.kext");
	plan(&mac);
	assert_int_equal(mac.cases.count, 2);
	assert_int_equal(mac.target.kext->trace_count, 5);
	assert_string_equal(mac.target.kext->path, EXT "A.kext");
	assert_ptr_equal(mac.target.kext->rule, &rule);
	end(&mac);
}

static void
what_lies_elsewhere_joins_by_the_bundle_that_it_means(void **state)
{
	const struct kext_case *job;
	struct mac mac;

	(void)state;
	begin(&mac);
	add(&mac, SOURCE_BUNDLE, "com.v.a", EXT "A.kext");
	add(&mac, SOURCE_LAUNCHD, NULL, "/Library/LaunchDaemons/a.plist");
	mac.traces.items[1].kext_path = EXT "A.kext";
	add(&mac, SOURCE_INSTALL_HISTORY, NULL, NULL);
	mac.traces.items[2].kext_path = EXT "A.kext";
	add(&mac, SOURCE_LAUNCHD, "com.v.job", "/Library/LaunchDaemons/job.plist");
	plan(&mac);
	assert_int_equal(mac.cases.count, 2);
	assert_int_equal(mac.target.kext->trace_count, 3);
	assert_string_equal(mac.target.kext->path, EXT "A.kext");
	job = cases_find(&mac.cases, "com.v.job");
	assert_null(job->path);
	assert_true(case_get_facts(job).has_carrier);
	assert_false(case_get_facts(job).bundle);
	end(&mac);
}

static void
apple_is_by_place_and_a_mere_id_is_a_claim(void **state)
{
	struct mac mac;

	(void)state;
	begin(&mac);
	add(&mac, SOURCE_BUNDLE, "com.apple.fake", EXT "Fake.kext");
	add(&mac, SOURCE_PREBOOT, "com.apple.nke.rvi",
	    "/Library/Apple/System/Library/Extensions/RemoteVirtualInterface.kext");
	add(&mac, SOURCE_BUNDLE, "com.softraid.driver.SoftRAID", EXT "SoftRAID.kext");
	add(&mac, SOURCE_LOADED, "com.apple.kpi.bsd", NULL);
	plan(&mac);
	assert_false(cases_find(&mac.cases, "com.apple.fake")->apple);
	assert_true(cases_find(&mac.cases, "com.apple.fake")->claims_apple_id);
	assert_true(cases_find(&mac.cases, "com.apple.nke.rvi")->apple);
	assert_true(cases_find(&mac.cases, "com.softraid.driver.SoftRAID")->apple);
	assert_true(cases_find(&mac.cases, "com.apple.kpi.bsd")->apple);
	end(&mac);
}

static void
another_systems_collection_is_no_carrier_here(void **state)
{
	struct mac mac;
	struct case_facts facts;

	(void)state;
	begin(&mac);
	mac.claims.receipt_count = 0;
	add(&mac, SOURCE_PREBOOT, "com.v.a", EXT "A.kext");
	mac.traces.items[0].keeper = KEEPER_OTHER_SYSTEM;
	plan(&mac);
	facts = case_get_facts(mac.target.kext);
	assert_false(facts.has_carrier);
	assert_int_equal(mac.plan.step_count, 0);
	end(&mac);
}

static void
the_whole_plan_in_order(void **state)
{
	static const enum step_kind wanted[] = {STEP_VAULT, STEP_VAULT, STEP_FORGET, STEP_SETTLE,
	    STEP_CLEAR_STAGING, STEP_REBUILD};
	struct mac mac;
	size_t i;

	(void)state;
	begin(&mac);
	add_all(&mac);
	claim(&mac, EXT "A.kext/Contents/Info.plist", CLAIM_AS_INSTALLED, NULL);
	claim(&mac, "/Library/Application Support/V/file", CLAIM_AS_INSTALLED, NULL);
	plan(&mac);
	assert_int_equal(mac.plan.refusal_count, 0);
	assert_int_equal(mac.plan.step_count, 6);
	for (i = 0; i < 6; i++)
		assert_int_equal(mac.plan.steps[i].kind, wanted[i]);
	assert_true(mac.plan.wants_rebuild && mac.plan.restart_needed);
	end(&mac);
}

static void
a_file_that_is_changed_shared_or_unknown_stays_and_its_receipt_too(void **state)
{
	struct mac mac;

	(void)state;
	begin(&mac);
	add_all(&mac);
	claim(&mac, "/Library/V", CLAIM_FOLDER, NULL);
	claim(&mac, "/Library/V/changed", CLAIM_CHANGED, NULL);
	claim(&mac, "/Library/V/gone", CLAIM_ABSENT, NULL);
	claim(&mac, "/Library/V/shared", CLAIM_AS_INSTALLED, "other.pkg");
	claim(&mac, "/Library/V/unreadable", CLAIM_UNKNOWN, NULL);
	plan(&mac);
	assert_null(step_of(&mac, STEP_FORGET, NULL));
	assert_null(step_of(&mac, STEP_VAULT, "/Library/V/shared"));
	assert_non_null(strstr(kept_why(&mac, "/Library/V/changed"), "not as the package"));
	assert_non_null(strstr(kept_why(&mac, "/Library/V/shared"), "other.pkg"));
	assert_non_null(kept_why(&mac, "/Library/V/unreadable"));
	assert_non_null(kept_why(&mac, "/Library/V"));
	assert_non_null(kept_why(&mac, "receipt:pkg"));
	assert_null(kept_why(&mac, "/Library/V/gone"));
	end(&mac);
}

static void
a_bundle_that_another_package_lists_stays_and_stops_the_plan(void **state)
{
	struct mac mac;

	(void)state;
	begin(&mac);
	add_all(&mac);
	claim(&mac, EXT "A.kext/Contents/Info.plist", CLAIM_AS_INSTALLED, "newer.pkg");
	plan(&mac);
	assert_null(step_of(&mac, STEP_VAULT, EXT "A.kext"));
	assert_non_null(strstr(kept_why(&mac, EXT "A.kext"), "newer.pkg"));
	assert_true(mac.plan.refusal_count > 0);
	end(&mac);
}

static void
a_shared_folder_is_never_the_products(void **state)
{
	struct mac mac;

	(void)state;
	begin(&mac);
	add_all(&mac);
	claim(&mac, "/Library", CLAIM_FOLDER, NULL);
	claim(&mac, "/Library/Extensions", CLAIM_FOLDER, NULL);
	claim(&mac, "/Library/V", CLAIM_FOLDER, NULL);
	plan(&mac);
	assert_null(step_of(&mac, STEP_VAULT, "/Library"));
	assert_null(step_of(&mac, STEP_VAULT, "/Library/Extensions"));
	assert_non_null(step_of(&mac, STEP_VAULT, "/Library/V"));
	end(&mac);
}

static void
without_a_person_the_rebuild_waits(void **state)
{
	struct mac mac;

	(void)state;
	begin(&mac);
	mac.input.ask_approval = false;
	add_all(&mac);
	plan(&mac);
	assert_int_equal(step_of(&mac, STEP_REBUILD, NULL)->state, STEP_SKIPPED);
	assert_int_equal(step_of(&mac, STEP_VAULT, NULL)->state, STEP_PLANNED);
	end(&mac);
}

static void
macos_before_14_has_no_rebuild_step(void **state)
{
	struct mac mac;

	(void)state;
	begin(&mac);
	mac.input.macos_major = 13;
	mac.input.has_rebuild = false;
	add_all(&mac);
	plan(&mac);
	assert_null(step_of(&mac, STEP_REBUILD, NULL));
	assert_non_null(step_of(&mac, STEP_CLEAR_STAGING, NULL));
	end(&mac);
}

static void
a_rebuild_that_is_approved_is_not_asked_for_again(void **state)
{
	struct mac mac;

	(void)state;
	begin(&mac);
	mac.claims.receipt_count = 0;
	mac.target.rebuild = REBUILD_APPROVED;
	add(&mac, SOURCE_PREBOOT, "com.v.a", EXT "A.kext");
	plan(&mac);
	assert_int_equal(mac.plan.step_count, 0);
	end(&mac);
}

/* --- refusals --- */

static size_t
refusals_with(void (*change)(struct mac *))
{
	struct mac mac;
	size_t count;
	struct rule before = rule;

	begin(&mac);
	add_all(&mac);
	change(&mac);
	plan(&mac);
	count = mac.plan.refusal_count;
	rule = before;
	end(&mac);
	return count;
}

static void
nothing(struct mac *mac)
{
	(void)mac;
}

static void
storage(struct mac *mac)
{
	(void)mac;
	rule.class_name = "storage";
}

static void
no_class(struct mac *mac)
{
	(void)mac;
	rule.class_name = NULL;
}

static void
no_replacement(struct mac *mac)
{
	mac->target.replacement = REPLACEMENT_NOT_READY;
}

static void
unreadable_collection(struct mac *mac)
{
	mac->input.collection_unreadable = true;
}

static void
unknown_macos(struct mac *mac)
{
	mac->input.macos_major = 28;
}

static void
bystander_without_bundle(struct mac *mac)
{
	add(mac, SOURCE_PREBOOT, "org.other", EXT "Other.kext");
}

static void
bystander_not_built_in(struct mac *mac)
{
	add(mac, SOURCE_BUNDLE, "org.other", EXT "Other.kext");
}

static void
bystander_staged(struct mac *mac)
{
	add(mac, SOURCE_STAGED, "org.other", "/Library/StagedExtensions" EXT "Other.kext");
}

static void
apples_own_is_no_bystander(struct mac *mac)
{
	add(mac, SOURCE_BUNDLE, "com.softraid.driver.SoftRAID", EXT "SoftRAID.kext");
}

static void
what_cannot_be_judged_is_refused(void **state)
{
	(void)state;
	assert_int_equal(refusals_with(nothing), 0);
	assert_int_equal(refusals_with(apples_own_is_no_bystander), 0);
	assert_int_equal(refusals_with(storage), 1);
	assert_int_equal(refusals_with(no_class), 1);
	assert_int_equal(refusals_with(no_replacement), 1);
	assert_int_equal(refusals_with(unreadable_collection), 1);
	assert_int_equal(refusals_with(unknown_macos), 1);
	assert_int_equal(refusals_with(bystander_without_bundle), 1);
	assert_int_equal(refusals_with(bystander_not_built_in), 1);
	assert_int_equal(refusals_with(bystander_staged), 1);
}

/* More evidence never yields fewer refusals: the traces come one by one. */
static void
more_evidence_never_yields_fewer_refusals(void **state)
{
	static const enum source_id sources[] = {SOURCE_BUNDLE, SOURCE_PREBOOT, SOURCE_STAGED,
	    SOURCE_KCGEN, SOURCE_RECEIPT};
	unsigned int seed, i;
	size_t before;
	struct mac mac;

	(void)state;
	for (seed = 1; seed <= 200; seed++) {
		begin(&mac);
		mac.target.replacement =
		    seed % 2 != 0 ? REPLACEMENT_READY : REPLACEMENT_NOT_READY;
		add_all(&mac);
		srand(seed);
		for (before = 0, i = 0; i < 12; i++) {
			/* Each other kext is all that it will be before the next comes, since a
			 * bundle that turns up explains a member that had none. */
			add(&mac, sources[(unsigned int)rand() % 5],
			    arena_printf(mac.arena, "org.other%u", i),
			    arena_printf(mac.arena, EXT "Other%u.kext", i));
			plan(&mac);
			assert_true(mac.plan.refusal_count >= before);
			before = mac.plan.refusal_count;
		}
		end(&mac);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(traces_join_by_id_else_by_path_else_by_rule),
	    cmocka_unit_test(what_lies_elsewhere_joins_by_the_bundle_that_it_means),
	    cmocka_unit_test(apple_is_by_place_and_a_mere_id_is_a_claim),
	    cmocka_unit_test(another_systems_collection_is_no_carrier_here),
	    cmocka_unit_test(the_whole_plan_in_order),
	    cmocka_unit_test(a_file_that_is_changed_shared_or_unknown_stays_and_its_receipt_too),
	    cmocka_unit_test(a_bundle_that_another_package_lists_stays_and_stops_the_plan),
	    cmocka_unit_test(a_shared_folder_is_never_the_products),
	    cmocka_unit_test(without_a_person_the_rebuild_waits),
	    cmocka_unit_test(macos_before_14_has_no_rebuild_step),
	    cmocka_unit_test(a_rebuild_that_is_approved_is_not_asked_for_again),
	    cmocka_unit_test(what_cannot_be_judged_is_refused),
	    cmocka_unit_test(more_evidence_never_yields_fewer_refusals),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
