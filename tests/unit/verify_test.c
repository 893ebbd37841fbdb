/* SPDX-License-Identifier: BSD-2-Clause */
/* What a fresh look makes of the ledger's row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "uninstall/verify.h"

static const struct look look = {
    .build = "24G84", .boot_uuid = "B", .live = true, .has_rebuild = true};
static const struct ledger_case row = {.key = "a.b",
    .bundle_id = "a.b",
    .boot_uuid = "A",
    .build = "24G84",
    .since = "before",
    .restart_needed = true,
    .rebuild = REBUILD_APPROVED,
    .standing = STANDING_RESTART_PENDING};

static void
a_collection_that_could_not_be_read_proves_no_rebuild(void **state)
{
	struct look blind = look;
	struct ledger_case after;

	(void)state;
	blind.carrier_unreadable = true;
	after = verify_case(&blind, &row, NULL, false, "now");
	assert_int_equal(after.rebuild, REBUILD_APPROVED);
	assert_int_equal(after.standing, STANDING_UNKNOWN);
	assert_false(after.was_clean);
}

static void
gone_begins_now_and_is_remembered_as_clean(void **state)
{
	struct ledger_case after = verify_case(&look, &row, NULL, false, "now"), again;

	(void)state;
	assert_int_equal(after.standing, STANDING_GONE);
	assert_int_equal(after.rebuild, REBUILD_CONVERGED);
	assert_true(after.was_clean);
	assert_string_equal(after.since, "now");
	again = verify_case(&look, &after, NULL, false, "later");
	assert_string_equal(again.since, "now");
}

/* What took the kext out is remembered by how far the rebuild had come, and on which macOS. */
static void
the_rung_that_worked_is_remembered(void **state)
{
	static const struct {
		enum rebuild_state before;
		const char *build;
		enum rung rung;
	} rows[] = {
	    {REBUILD_APPROVED, "24G84", RUNG_REBUILD},
	    {REBUILD_APPROVED, "24G99", RUNG_REBUILD},
	    {REBUILD_NOT_NEEDED, "24G84", RUNG_RESTART},
	    {REBUILD_WANTED, "24G84", RUNG_OTHERS},
	    {REBUILD_REFUSED, "24G84", RUNG_OTHERS},
	    {REBUILD_FRUITLESS, "24G84", RUNG_OTHERS},
	    {REBUILD_ASKED, "24G84", RUNG_REBUILD},
	    {REBUILD_ASKED, "24G99", RUNG_UPDATE},
	    {REBUILD_WANTED, "24G99", RUNG_UPDATE},
	};
	struct ledger_case before, after;
	struct look now;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		before = row;
		before.rebuild = rows[i].before;
		now = look;
		now.build = rows[i].build;
		after = verify_case(&now, &before, NULL, false, "now");
		assert_int_equal(after.standing, STANDING_GONE);
		assert_int_equal(after.rung, rows[i].rung);
		/* A later look, on another macOS too, leaves it. */
		now.build = "25A1";
		assert_int_equal(
		    verify_case(&now, &after, NULL, false, "later").rung, rows[i].rung);
	}
}

static void
the_same_boot_changes_nothing(void **state)
{
	struct look same = look;
	struct ledger_case after;

	(void)state;
	same.boot_uuid = "A";
	after = verify_case(&same, &row, NULL, false, "now");
	assert_int_equal(after.standing, STANDING_RESTART_PENDING);
	assert_int_equal(after.rebuild, REBUILD_APPROVED);
	assert_string_equal(after.since, "before");
}

/* The row of a case whose rebuild has come that far. */
static struct ledger_case
row_of(enum rebuild_state rebuild)
{
	struct ledger_case known = row;

	known.rebuild = rebuild;
	return known;
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
a_kext_that_is_listed_again_wants_a_rebuild_again(void **state)
{
	struct ledger_case known = row_of(REBUILD_CONVERGED), now;

	(void)state;
	known.standing = STANDING_GONE;
	known.was_clean = true;
	now = verify_case(&look, &known, kext_with(SOURCE_PREBOOT), false, "now");
	assert_int_equal(now.rebuild, REBUILD_WANTED);
	assert_int_equal(now.standing, STANDING_INERT);
}

static void
an_approved_rebuild_that_left_it_listed_may_be_asked_for_again(void **state)
{
	struct ledger_case known = row_of(REBUILD_APPROVED), now;

	(void)state;
	now = verify_case(&look, &known, kext_with(SOURCE_PREBOOT), false, "now");
	assert_int_equal(now.rebuild, REBUILD_FRUITLESS);
	assert_int_equal(now.standing, STANDING_BLOCKED);
}

/* Of this boot only, before and after the restart: the rebuild may be asked for again. */
static void
assert_forgotten_at_the_restart(enum rebuild_state rebuild, enum standing before)
{
	struct ledger_case known = row_of(rebuild), now;

	now = verify_case(&look, &known, kext_with(SOURCE_PREBOOT), false, "now");
	assert_int_equal(now.rebuild, REBUILD_WANTED);
	assert_int_equal(now.standing, STANDING_INERT);
	known.boot_uuid = "B";
	now = verify_case(&look, &known, kext_with(SOURCE_PREBOOT), false, "now");
	assert_int_equal(now.rebuild, rebuild);
	assert_int_equal(now.standing, before);
}

static void
what_came_of_asking_is_forgotten_at_the_restart(void **state)
{
	(void)state;
	assert_forgotten_at_the_restart(REBUILD_REFUSED, STANDING_APPROVAL_PENDING);
	/* Nobody knows the answer of a run that was cut off. */
	assert_forgotten_at_the_restart(REBUILD_ASKED, STANDING_APPROVAL_PENDING);
	assert_forgotten_at_the_restart(REBUILD_GATED, STANDING_BLOCKED);
}

/* In the stash alone: no rebuild is waited for until the collection lists it again. */
static void
what_only_the_stash_names_waits_for_nobody(void **state)
{
	static const enum rebuild_state before[] = {
	    REBUILD_NOT_NEEDED, REBUILD_WANTED, REBUILD_REFUSED, REBUILD_FRUITLESS};
	struct ledger_case known, now;
	struct look blind = look;
	struct evidence evidence;
	size_t i;

	(void)state;
	blind.carrier_unreadable = true;
	for (i = 0; i < sizeof(before) / sizeof(*before); i++) {
		known = row_of(before[i]);
		now = verify_case(&look, &known, kext_with(SOURCE_STASHED), false, "now");
		assert_int_equal(now.standing, STANDING_INERT);
		assert_int_equal(now.rebuild, REBUILD_CONVERGED);
		evidence = verify_evidence(&look, &known, kext_with(SOURCE_STASHED), false);
		assert_int_equal(standing_exit(now.standing, &evidence), 1);
		now = verify_case(&blind, &known, kext_with(SOURCE_STASHED), false, "now");
		assert_int_not_equal(now.rebuild, REBUILD_CONVERGED);
	}
}

static void
an_unknown_boot_counts_as_the_same_one(void **state)
{
	struct ledger_case known = row_of(REBUILD_APPROVED), now;
	struct look other = look;

	(void)state;
	other.boot_uuid = NULL;
	now = verify_case(&other, &known, NULL, false, "now");
	assert_int_equal(now.standing, STANDING_RESTART_PENDING);
}

static void
a_bundle_that_came_back_was_reinstalled_a_listing_relinked(void **state)
{
	struct ledger_case known = row_of(REBUILD_CONVERGED), now;
	struct kext_case kext;
	struct trace loaded = {.source = SOURCE_LOADED, .keeper = KEEPER_RESTART}, more;
	const struct trace *traces[] = {&loaded, &more};

	(void)state;
	known.was_clean = true;
	kext = (struct kext_case){.bundle_id = "k", .traces = traces, .trace_count = 2};
	more = (struct trace){.source = SOURCE_BUNDLE, .keeper = KEEPER_ROOT};
	now = verify_case(&look, &known, &kext, false, "now");
	assert_string_equal(now.return_cause, "reinstalled");
	more = (struct trace){.source = SOURCE_PREBOOT, .keeper = KEEPER_REBUILD, .loadable = NO};
	now = verify_case(&look, &known, &kext, false, "now");
	assert_string_equal(now.return_cause, "relinked");
}

static void
what_is_seen_in_safe_mode_or_while_macos_works_counts_for_nothing(void **state)
{
	struct trace listed = {.source = SOURCE_PREBOOT, .keeper = KEEPER_REBUILD, .loadable = NO};
	const struct trace *traces[] = {&listed};
	struct kext_case kext = {.bundle_id = "a.b", .traces = traces, .trace_count = 1};
	struct look odd = look;
	struct ledger_case now;

	(void)state;
	odd.verifying = true;
	now = verify_case(&odd, &row, &kext, false, "now");
	assert_int_equal(now.standing, STANDING_VERIFYING);
	assert_int_equal(now.rebuild, REBUILD_APPROVED);
	odd = look;
	odd.safe_mode = true;
	now = verify_case(&odd, &row, NULL, false, "now");
	assert_int_equal(now.standing, STANDING_UNKNOWN);
	assert_int_equal(now.rebuild, REBUILD_APPROVED);
	assert_false(now.was_clean);
	now = verify_case(&look, &row, &kext, false, "now");
	assert_int_equal(now.rebuild, REBUILD_FRUITLESS);
}

static void
the_return_that_is_recorded_is_not_one_of_those_before(void **state)
{
	struct ledger_case known = row;

	(void)state;
	known.returns = 3;
	assert_int_equal(verify_evidence(&look, &known, NULL, false).returns, 3);
	known.standing = STANDING_RETURNED;
	assert_int_equal(verify_evidence(&look, &known, NULL, false).returns, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_seen_in_safe_mode_or_while_macos_works_counts_for_nothing),
	    cmocka_unit_test(the_return_that_is_recorded_is_not_one_of_those_before),
	    cmocka_unit_test(a_collection_that_could_not_be_read_proves_no_rebuild),
	    cmocka_unit_test(gone_begins_now_and_is_remembered_as_clean),
	    cmocka_unit_test(the_rung_that_worked_is_remembered),
	    cmocka_unit_test(the_same_boot_changes_nothing),
	    cmocka_unit_test(a_kext_that_is_listed_again_wants_a_rebuild_again),
	    cmocka_unit_test(an_approved_rebuild_that_left_it_listed_may_be_asked_for_again),
	    cmocka_unit_test(what_came_of_asking_is_forgotten_at_the_restart),
	    cmocka_unit_test(what_only_the_stash_names_waits_for_nobody),
	    cmocka_unit_test(an_unknown_boot_counts_as_the_same_one),
	    cmocka_unit_test(a_bundle_that_came_back_was_reinstalled_a_listing_relinked),
	};

	return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
