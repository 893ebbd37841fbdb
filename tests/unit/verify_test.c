/* SPDX-License-Identifier: BSD-2-Clause */
/* What a look makes of the ledger's row when something could not be read. */
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_collection_that_could_not_be_read_proves_no_rebuild),
	    cmocka_unit_test(gone_begins_now_and_is_remembered_as_clean),
	    cmocka_unit_test(the_same_boot_changes_nothing),
	};

	return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
