/* SPDX-License-Identifier: BSD-2-Clause */
/* Traces to cases: what joins, what is Apple's, and whose a bundle is. */
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
static struct rule rule = {.id = "v",
    .vendor = "V",
    .product = "P",
    .class_name = "other",
    .kexts = rule_kexts,
    .kext_count = 1};
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
	    .keeper = source_get(source)->keeper,
	    .bundle_id = id,
	    .path = path,
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
	mac->input =
	    (struct plan_input){.macos_major = 15, .has_rebuild = true, .ask_approval = true};
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
	const struct kext_case *kext;
	struct mac mac;
	size_t i;

	(void)state;
	begin(&mac);
	add(&mac, SOURCE_BUNDLE, "com.apple.fake", EXT "Fake.kext");
	add(&mac, SOURCE_PREBOOT, "com.apple.nke.rvi",
	    "/Library/Apple/System/Library/Extensions/RemoteVirtualInterface.kext");
	add(&mac, SOURCE_BUNDLE, "com.softraid.driver.SoftRAID", EXT "SoftRAID.kext");
	add(&mac, SOURCE_LOADED, "com.apple.kpi.bsd", NULL);
	/* Its Info.plist could not be read. */
	add(&mac, SOURCE_BUNDLE, NULL, EXT "HighPointRR.kext");
	add(&mac, SOURCE_BUNDLE, NULL, EXT "Somebody.kext");
	plan(&mac);
	for (i = 0; i < mac.cases.count; i++) {
		kext = &mac.cases.items[i];
		if (kext->bundle_id == NULL)
			assert_int_equal(kext->apple, strstr(kext->path, "HighPointRR") != NULL);
		assert_int_equal(case_keeper(kext, kext->traces[0]) == KEEPER_APPLE, kext->apple);
	}
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(traces_join_by_id_else_by_path_else_by_rule),
	    cmocka_unit_test(what_lies_elsewhere_joins_by_the_bundle_that_it_means),
	    cmocka_unit_test(apple_is_by_place_and_a_mere_id_is_a_claim),
	    cmocka_unit_test(another_systems_collection_is_no_carrier_here),
	    cmocka_unit_test(a_bundle_that_another_package_lists_stays_and_stops_the_plan),
	};

	return cmocka_run_group_tests_name("case", tests, NULL, NULL);
}
