/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence to standing and exit status: one row a fact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "uninstall/verify.h"

#define LISTED .has_carrier = true, .listed = true
#define LOADED .has_carrier = true, .loaded = true
#define BUNDLE .has_carrier = true, .bundle = true
#define CASE .live = true, .has_case = true
#define WAITS CASE, .restart_needed = true
#define RESTARTED WAITS, .restarted = true

static const struct {
	const char *fact;
	struct evidence evidence;
	enum standing standing;
	int exit;
} rows[] = {
    {"memories only, no case", {.live = true}, STANDING_NONE, 0},
    {"Apple's is Apple's, whatever else", {RESTARTED, .apple = true, .facts = {LOADED}},
	STANDING_APPLE, 0},
    {"carriers and no case", {.live = true, .facts = {BUNDLE}}, STANDING_INSTALLED, 1},
    {"a copy of a disk is never more than installed", {.has_case = true, .facts = {LISTED}},
	STANDING_INSTALLED, 1},
    {"a copy of a disk without carriers is never gone", {.has_case = true}, STANDING_NONE, 0},
    {"nothing seen, and a place could not be read",
	{RESTARTED, .carrier_unreadable = true}, STANDING_UNKNOWN, 7},
    {"a carrier seen outweighs a place that could not be read",
	{.live = true, .carrier_unreadable = true, .facts = {BUNDLE}}, STANDING_INSTALLED, 1},
    {"safe mode tells nothing", {RESTARTED, .safe_mode = true}, STANDING_UNKNOWN, 7},
    {"kernelmanagerd is busy", {RESTARTED, .verifying = true}, STANDING_VERIFYING, 7},
    {"a step was begun", {WAITS, .step_unfinished = true, .facts = {BUNDLE}},
	STANDING_REMOVING, 6},
    {"not restarted, rebuild not approved",
	{WAITS, .has_rebuild = true, .rebuild = REBUILD_WANTED, .facts = {LISTED}},
	STANDING_APPROVAL_PENDING, 3},
    {"not restarted, approval refused",
	{WAITS, .has_rebuild = true, .rebuild = REBUILD_REFUSED, .facts = {LISTED}},
	STANDING_APPROVAL_PENDING, 3},
    {"not restarted, rebuild approved",
	{WAITS, .has_rebuild = true, .rebuild = REBUILD_APPROVED, .facts = {LISTED}},
	STANDING_RESTART_PENDING, 2},
    {"not restarted, and this macOS has no rebuild",
	{WAITS, .rebuild = REBUILD_WANTED, .facts = {LISTED}}, STANDING_RESTART_PENDING, 2},
    {"not restarted, no carrier left: still not gone", {WAITS}, STANDING_RESTART_PENDING, 2},
    {"restarted, listed and refused, no rebuild on this macOS",
	{RESTARTED, .rebuild = REBUILD_WANTED, .facts = {LISTED}}, STANDING_INERT, 1},
    {"restarted, listed and refused, rebuild still wanted",
	{RESTARTED, .has_rebuild = true, .rebuild = REBUILD_WANTED, .facts = {LISTED}},
	STANDING_INERT, 3},
    {"restarted, out of the collection, still stashed",
	{RESTARTED, .has_rebuild = true, .rebuild = REBUILD_CONVERGED,
	    .facts = {.has_carrier = true, .kept = true}},
	STANDING_INERT, 1},
    {"restarted, approved, and listed again: it does not converge",
	{RESTARTED, .has_rebuild = true, .rebuild = REBUILD_APPROVED, .facts = {LISTED}},
	STANDING_BLOCKED, 5},
    {"restarted, and macOS saw nothing to change",
	{RESTARTED, .has_rebuild = true, .rebuild = REBUILD_FRUITLESS, .facts = {LISTED}},
	STANDING_BLOCKED, 5},
    {"restarted, and loaded all the same",
	{RESTARTED, .has_rebuild = true, .rebuild = REBUILD_APPROVED, .facts = {LOADED}},
	STANDING_BLOCKED, 5},
    {"it was gone, and is loaded", {RESTARTED, .was_clean = true, .facts = {LOADED}},
	STANDING_RETURNED, 1},
    {"it was gone, and its bundle is back", {RESTARTED, .was_clean = true, .facts = {BUNDLE}},
	STANDING_RETURNED, 1},
    {"it was inert, and is only listed", {RESTARTED, .was_clean = true, .facts = {LISTED}},
	STANDING_INERT, 1},
    {"restarted, no carrier", {RESTARTED}, STANDING_GONE, 0},
    {"no carrier, but the witnesses disagree", {RESTARTED, .witnesses_disagree = true},
	STANDING_UNKNOWN, 7},
    {"a kext that was on disk alone needs no restart", {CASE}, STANDING_GONE, 0},
};

static void
evidence_gives_the_standing_of_the_contract(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		enum standing standing = standing_judge(&rows[i].evidence);

		if (standing != rows[i].standing ||
		    standing_exit(standing, &rows[i].evidence) != rows[i].exit)
			fail_msg("%s: %s, exit %d", rows[i].fact,
			    standing != STANDING_NONE ? standing_name(standing) : "null",
			    standing_exit(standing, &rows[i].evidence));
	}
}

/* Nothing else may make "gone" out of evidence that has a carrier or a doubt. */
static void
gone_needs_a_restart_and_no_carrier_and_no_doubt(void **state)
{
	unsigned int bits;

	(void)state;
	for (bits = 0; bits < 1U << 14; bits++) {
		struct evidence e = {
		    .live = bits & 1,
		    .has_case = bits >> 1 & 1,
		    .restart_needed = bits >> 2 & 1,
		    .restarted = bits >> 3 & 1,
		    .safe_mode = bits >> 4 & 1,
		    .verifying = bits >> 5 & 1,
		    .witnesses_disagree = bits >> 6 & 1,
		    .carrier_unreadable = bits >> 7 & 1,
		    .step_unfinished = bits >> 8 & 1,
		    .was_clean = bits >> 9 & 1,
		    .has_rebuild = bits >> 10 & 1,
		    .facts = {.has_carrier = bits >> 11 & 1, .listed = bits >> 11 & 1},
		    .rebuild = (enum rebuild_state)(bits >> 12 & 3),
		};

		if (standing_judge(&e) != STANDING_GONE)
			continue;
		assert_true(e.live && e.has_case && (e.restarted || !e.restart_needed));
		assert_false(e.facts.has_carrier || e.carrier_unreadable || e.safe_mode);
		assert_false(e.verifying || e.witnesses_disagree || e.step_unfinished);
	}
}

static void
of_several_exits_the_first_of_6_5_7_3_2_4_1_0_wins(void **state)
{
	static const int order[] = {6, 5, 7, 3, 2, 4, 1, 0};
	size_t i, j;

	(void)state;
	for (i = 0; i < 8; i++)
		for (j = 0; j < 8; j++)
			assert_int_equal(
			    exit_worst(order[i], order[j]), order[i < j ? i : j]);
}

static void
names_are_read_back(void **state)
{
	int i;

	(void)state;
	for (i = 1; i < STANDING_COUNT; i++)
		assert_int_equal(standing_parse(standing_name((enum standing)i)), i);
	for (i = 0; i < REBUILD_STATE_COUNT; i++)
		assert_int_equal(
		    rebuild_state_parse(rebuild_state_name((enum rebuild_state)i)), i);
	assert_int_equal(standing_parse(NULL), STANDING_NONE);
	assert_int_equal(standing_parse("nonsense"), STANDING_NONE);
}

/* --- verify: the ledger's row and a fresh look --- */

static const struct look after_restart = {
    .build = "24G222", .boot_uuid = "B", .live = true, .has_rebuild = true};

static struct ledger_case
row_of(enum rebuild_state rebuild)
{
	return (struct ledger_case){.key = "k", .boot_uuid = "A", .restart_needed = true,
	    .rebuild = rebuild, .standing = STANDING_RESTART_PENDING, .since = "then",
	    .build = "24G222"};
}

/* A kext with one trace of that source; borrowed until the next call. */
static const struct kext_case *
kext_with(enum source_id source)
{
	static struct trace trace;
	static const struct trace *traces[1];
	static struct kext_case kext;

	trace = (struct trace){.source = source, .keeper = KEEPER_REBUILD, .loadable = NO};
	traces[0] = &trace;
	kext = (struct kext_case){.bundle_id = "k", .traces = traces, .trace_count = 1};
	return &kext;
}

static void
an_approved_rebuild_that_took_it_out_has_converged(void **state)
{
	struct ledger_case row = row_of(REBUILD_APPROVED), now;

	(void)state;
	now = verify_case(&after_restart, &row, NULL, false, "now");
	assert_int_equal(now.rebuild, REBUILD_CONVERGED);
	assert_int_equal(now.standing, STANDING_GONE);
	assert_true(now.was_clean);
	assert_string_equal(now.since, "now");
}

static void
a_kext_that_is_listed_again_wants_a_rebuild_again(void **state)
{
	struct ledger_case row = row_of(REBUILD_CONVERGED), now;

	(void)state;
	row.standing = STANDING_GONE;
	row.was_clean = true;
	now = verify_case(&after_restart, &row, kext_with(SOURCE_PREBOOT), false, "now");
	assert_int_equal(now.rebuild, REBUILD_WANTED);
	assert_int_equal(now.standing, STANDING_INERT);
}

static void
an_approved_rebuild_that_left_it_listed_may_be_asked_for_again(void **state)
{
	struct ledger_case row = row_of(REBUILD_APPROVED), now;

	(void)state;
	now = verify_case(&after_restart, &row, kext_with(SOURCE_PREBOOT), false, "now");
	assert_int_equal(now.rebuild, REBUILD_FRUITLESS);
	assert_int_equal(now.standing, STANDING_BLOCKED);
}

static void
a_refusal_is_forgotten_at_the_restart(void **state)
{
	struct ledger_case row = row_of(REBUILD_REFUSED), now;

	(void)state;
	now = verify_case(&after_restart, &row, kext_with(SOURCE_PREBOOT), false, "now");
	assert_int_equal(now.rebuild, REBUILD_WANTED);
	row.boot_uuid = "B";
	now = verify_case(&after_restart, &row, kext_with(SOURCE_PREBOOT), false, "now");
	assert_int_equal(now.rebuild, REBUILD_REFUSED);
}

static void
an_unknown_boot_counts_as_the_same_one(void **state)
{
	struct ledger_case row = row_of(REBUILD_APPROVED), now;
	struct look look = after_restart;

	(void)state;
	look.boot_uuid = NULL;
	now = verify_case(&look, &row, NULL, false, "now");
	assert_int_equal(now.standing, STANDING_RESTART_PENDING);
}

static void
a_bundle_that_came_back_was_reinstalled_a_listing_relinked(void **state)
{
	struct ledger_case row = row_of(REBUILD_CONVERGED), now;
	struct kext_case kext;
	struct trace loaded = {.source = SOURCE_LOADED, .keeper = KEEPER_RESTART}, more;
	const struct trace *traces[] = {&loaded, &more};

	(void)state;
	row.was_clean = true;
	kext = (struct kext_case){.bundle_id = "k", .traces = traces, .trace_count = 2};
	more = (struct trace){.source = SOURCE_BUNDLE, .keeper = KEEPER_ROOT};
	now = verify_case(&after_restart, &row, &kext, false, "now");
	assert_string_equal(now.return_cause, "reinstalled");
	more = (struct trace){.source = SOURCE_PREBOOT, .keeper = KEEPER_REBUILD, .loadable = NO};
	now = verify_case(&after_restart, &row, &kext, false, "now");
	assert_string_equal(now.return_cause, "relinked");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(evidence_gives_the_standing_of_the_contract),
	    cmocka_unit_test(gone_needs_a_restart_and_no_carrier_and_no_doubt),
	    cmocka_unit_test(of_several_exits_the_first_of_6_5_7_3_2_4_1_0_wins),
	    cmocka_unit_test(names_are_read_back),
	    cmocka_unit_test(an_approved_rebuild_that_took_it_out_has_converged),
	    cmocka_unit_test(a_kext_that_is_listed_again_wants_a_rebuild_again),
	    cmocka_unit_test(an_approved_rebuild_that_left_it_listed_may_be_asked_for_again),
	    cmocka_unit_test(a_refusal_is_forgotten_at_the_restart),
	    cmocka_unit_test(an_unknown_boot_counts_as_the_same_one),
	    cmocka_unit_test(a_bundle_that_came_back_was_reinstalled_a_listing_relinked),
	};

	return cmocka_run_group_tests_name("standing", tests, NULL, NULL);
}
