/* SPDX-License-Identifier: BSD-2-Clause */
/* Standing: every row of the contract's table, and each piece of evidence flipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "uninstall/standing.h"

/* A case that is really gone: live, restarted, rebuilt, nothing seen. */
static const struct evidence clean = {
    .live = true,
    .has_case = true,
    .has_rebuild = true,
    .restart_needed = true,
    .restarted = true,
    .rebuild = REBUILD_CONVERGED,
};

#define LISTED \
	{ \
		.has_carrier = true, .listed = true \
	}
#define LOADED \
	{ \
		.has_carrier = true, .loaded = true \
	}
#define STAGED \
	{ \
		.has_carrier = true, .staged = true \
	}
#define CASE .live = true, .has_case = true
#define AFTER CASE, .restart_needed = true, .restarted = true, .has_rebuild = true
#define BEFORE CASE, .restart_needed = true, .has_rebuild = true

static const struct row {
	const char *name;
	struct evidence evidence;
	enum standing standing;
	int exit;
} rows[] = {
    {"Apple's own", {.live = true, .apple = true, .facts = LOADED}, STANDING_APPLE, 0},
    {"Apple's in safe mode", {.live = true, .apple = true, .safe_mode = true}, STANDING_APPLE, 0},
    {"none seen, one unreadable", {CASE, .carrier_unreadable = true}, STANDING_UNKNOWN, 7},
    {"the same without a case", {.live = true, .carrier_unreadable = true}, STANDING_UNKNOWN, 7},
    {"the same in a copy", {.carrier_unreadable = true}, STANDING_UNKNOWN, 7},
    {"the ledger could not be read", {.live = true, .ledger_unread = true, .facts = LISTED},
	STANDING_UNKNOWN, 7},
    {"the ledger could not be read, nothing seen", {.live = true, .ledger_unread = true},
	STANDING_UNKNOWN, 7},
    {"safe mode", {AFTER, .safe_mode = true}, STANDING_UNKNOWN, 7},
    {"safe mode with carriers", {AFTER, .safe_mode = true, .facts = LISTED}, STANDING_UNKNOWN, 7},
    {"busy", {AFTER, .verifying = true}, STANDING_VERIFYING, 7},
    {"busy, a step begun", {AFTER, .verifying = true, .step_unfinished = true},
	STANDING_VERIFYING, 7},
    {"a step begun", {AFTER, .step_unfinished = true}, STANDING_REMOVING, 6},
    {"a step begun, loaded", {BEFORE, .step_unfinished = true, .facts = LOADED},
	STANDING_REMOVING, 6},
    {"carriers, no case", {.live = true, .facts = STAGED}, STANDING_INSTALLED, 1},
    {"carriers in a copy", {.facts = LISTED}, STANDING_INSTALLED, 1},
    {"carriers and one unreadable", {.live = true, .carrier_unreadable = true, .facts = STAGED},
	STANDING_INSTALLED, 1},
    {"memories only", {.live = true}, STANDING_NONE, 0},
    {"memories only in a copy", {.has_case = true}, STANDING_NONE, 0},
    {"loaded after the restart", {AFTER, .rebuild = REBUILD_CONVERGED, .facts = LOADED},
	STANDING_BLOCKED, 5},
    {"listed after an approved rebuild", {AFTER, .rebuild = REBUILD_APPROVED, .facts = LISTED},
	STANDING_BLOCKED, 5},
    {"listed after a rebuild in vain", {AFTER, .rebuild = REBUILD_FRUITLESS, .facts = LISTED},
	STANDING_BLOCKED, 5},
    {"clean, loaded again", {AFTER, .was_clean = true, .facts = LOADED}, STANDING_RETURNED, 1},
    {"clean, loadable again",
	{AFTER, .was_clean = true,
	    .facts = {.has_carrier = true, .listed = true, .loadable = true}},
	STANDING_RETURNED, 1},
    {"clean, its bundle again",
	{AFTER, .was_clean = true, .facts = {.has_carrier = true, .bundle = true}},
	STANDING_RETURNED, 1},
    {"brought back a third time", {AFTER, .was_clean = true, .returns = 2, .facts = LOADED},
	STANDING_BLOCKED, 5},
    {"brought back a second time", {AFTER, .was_clean = true, .returns = 1, .facts = LOADED},
	STANDING_RETURNED, 1},
    {"installed a third time",
	{AFTER, .was_clean = true, .returns = 2, .facts = {.has_carrier = true, .bundle = true}},
	STANDING_RETURNED, 1},
    {"not restarted, nobody asked", {BEFORE, .rebuild = REBUILD_WANTED, .facts = LISTED},
	STANDING_APPROVAL_PENDING, 3},
    {"not restarted, refused", {BEFORE, .rebuild = REBUILD_REFUSED, .facts = LISTED},
	STANDING_APPROVAL_PENDING, 3},
    {"not restarted, cut off while asked", {BEFORE, .rebuild = REBUILD_ASKED, .facts = LISTED},
	STANDING_APPROVAL_PENDING, 3},
    {"not restarted, approved", {BEFORE, .rebuild = REBUILD_APPROVED, .facts = LOADED},
	STANDING_RESTART_PENDING, 2},
    {"not restarted, no carrier left", {BEFORE, .rebuild = REBUILD_APPROVED},
	STANDING_RESTART_PENDING, 2},
    {"not restarted, never listed", {BEFORE, .facts = LOADED}, STANDING_RESTART_PENDING, 2},
    {"not restarted, no rebuild here",
	{CASE, .restart_needed = true, .rebuild = REBUILD_WANTED, .facts = LISTED},
	STANDING_RESTART_PENDING, 2},
    {"restarted, only listed", {AFTER, .rebuild = REBUILD_WANTED, .facts = LISTED},
	STANDING_INERT, 3},
    {"restarted, only listed, and one place unread",
	{AFTER, .rebuild = REBUILD_WANTED, .carrier_unreadable = true, .facts = LISTED},
	STANDING_UNKNOWN, 7},
    {"restarted, loaded, and one place unread",
	{AFTER, .was_clean = true, .carrier_unreadable = true, .facts = LOADED},
	STANDING_RETURNED, 1},
    {"restarted, only listed, no rebuild here",
	{CASE, .restart_needed = true, .restarted = true, .rebuild = REBUILD_WANTED,
	    .facts = LISTED},
	STANDING_INERT, 1},
    {"restarted, converged, in the stash",
	{AFTER, .rebuild = REBUILD_CONVERGED, .facts = {.has_carrier = true, .kept = true}},
	STANDING_INERT, 1},
    {"restarted, staged", {AFTER, .facts = STAGED}, STANDING_INERT, 3},
    {"restarted, only a job names it", {AFTER, .rebuild = REBUILD_CONVERGED,
					    .facts = {.has_carrier = true}},
	STANDING_INERT, 1},
    {"clean and still only listed", {AFTER, .was_clean = true, .facts = LISTED}, STANDING_INERT,
	3},
    {"nothing left", {AFTER, .rebuild = REBUILD_CONVERGED}, STANDING_GONE, 0},
    {"nothing left, no restart needed", {CASE, .has_rebuild = true}, STANDING_GONE, 0},
};

static void
each_row_of_the_contract_has_its_standing(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (standing_judge(&rows[i].evidence) != rows[i].standing)
			fail_msg("%s: %s", rows[i].name,
			    standing_name(standing_judge(&rows[i].evidence)));
}

static void
each_row_of_the_contract_has_its_exit_status(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (standing_exit(rows[i].standing, &rows[i].evidence) != rows[i].exit)
			fail_msg("%s: %d", rows[i].name,
			    standing_exit(rows[i].standing, &rows[i].evidence));
}

static void
every_standing_has_a_row(void **state)
{
	bool seen[STANDING_COUNT] = {false};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		seen[rows[i].standing] = true;
	for (i = 0; i < STANDING_COUNT; i++)
		assert_true(seen[i]);
}

/* Any single thing that speaks against it takes "gone" away. */
static void
nothing_may_speak_against_gone(void **state)
{
	struct evidence against[] = {clean, clean, clean, clean, clean, clean, clean, clean, clean,
	    clean};
	size_t i;

	(void)state;
	assert_int_equal(standing_judge(&clean), STANDING_GONE);
	against[0].live = false;
	against[1].safe_mode = true;
	against[2].verifying = true;
	against[3].step_unfinished = true;
	against[4].carrier_unreadable = true;
	against[5].witnesses_disagree = true;
	against[6].facts.has_carrier = true;
	against[7].restarted = false;
	against[8].has_case = false;
	against[9].apple = true;
	for (i = 0; i < sizeof(against) / sizeof(*against); i++)
		if (standing_judge(&against[i]) == STANDING_GONE)
			fail_msg("evidence %zu leaves it gone", i);
}

static void
witnesses_that_disagree_leave_it_unknown(void **state)
{
	struct evidence e = clean;

	(void)state;
	e.witnesses_disagree = true;
	assert_int_equal(standing_judge(&e), STANDING_UNKNOWN);
	assert_int_equal(standing_exit(STANDING_UNKNOWN, &e), 7);
}

/* Every combination of evidence: gone never stands beside a carrier, a copy, safe
 * mode, work going on, something unread, or a restart that is due. */
static struct evidence
evidence_of_bits(uint32_t bits, enum rebuild_state rebuild)
{
	return (struct evidence){
	    .apple = bits & 1,
	    .live = bits >> 1 & 1,
	    .facts = {.has_carrier = bits >> 2 & 1, .loaded = (bits >> 2 & 3) == 3},
	    .carrier_unreadable = bits >> 4 & 1,
	    .safe_mode = bits >> 5 & 1,
	    .verifying = bits >> 6 & 1,
	    .witnesses_disagree = bits >> 7 & 1,
	    .has_case = bits >> 8 & 1,
	    .step_unfinished = bits >> 9 & 1,
	    .restart_needed = bits >> 10 & 1,
	    .restarted = bits >> 11 & 1,
	    .was_clean = bits >> 12 & 1,
	    .has_rebuild = bits >> 13 & 1,
	    .rebuild = rebuild,
	};
}

static void
gone_is_said_only_when_all_agrees(void **state)
{
	struct evidence e;
	uint32_t bits;
	int rebuild;

	(void)state;
	for (bits = 0; bits < 1U << 14; bits++)
		for (rebuild = 0; rebuild < REBUILD_STATE_COUNT; rebuild++) {
			e = evidence_of_bits(bits, (enum rebuild_state)rebuild);
			if (standing_judge(&e) == STANDING_INERT)
				assert_false(e.carrier_unreadable || e.facts.loaded);
			if (standing_judge(&e) != STANDING_GONE)
				continue;
			assert_true(e.live && e.has_case && !e.apple);
			assert_false(e.facts.has_carrier || e.carrier_unreadable || e.safe_mode);
			assert_false(e.verifying || e.witnesses_disagree || e.step_unfinished);
			assert_true(e.restarted || !e.restart_needed);
		}
}

static void
the_first_of_the_contract_s_order_wins(void **state)
{
	static const int order[] = {6, 5, 7, 3, 2, 4, 1, 0};
	size_t i, j;

	(void)state;
	for (i = 0; i < 8; i++)
		for (j = i; j < 8; j++) {
			assert_int_equal(exit_worst(order[i], order[j]), order[i]);
			assert_int_equal(exit_worst(order[j], order[i]), order[i]);
		}
}

static void
names_are_read_back(void **state)
{
	int i;

	(void)state;
	assert_null(standing_name(STANDING_NONE));
	for (i = 1; i < STANDING_COUNT; i++)
		assert_int_equal(standing_parse(standing_name((enum standing)i)), i);
	for (i = 0; i < REBUILD_STATE_COUNT; i++)
		assert_int_equal(
		    rebuild_state_parse(rebuild_state_name((enum rebuild_state)i)), i);
	assert_string_equal(standing_name(STANDING_APPROVAL_PENDING), "approval-pending");
	assert_int_equal(standing_parse("Gone"), STANDING_NONE);
	assert_int_equal(standing_parse(NULL), STANDING_NONE);
	assert_int_equal(rebuild_state_parse("?"), REBUILD_NOT_NEEDED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_row_of_the_contract_has_its_standing),
	    cmocka_unit_test(each_row_of_the_contract_has_its_exit_status),
	    cmocka_unit_test(every_standing_has_a_row),
	    cmocka_unit_test(nothing_may_speak_against_gone),
	    cmocka_unit_test(witnesses_that_disagree_leave_it_unknown),
	    cmocka_unit_test(gone_is_said_only_when_all_agrees),
	    cmocka_unit_test(the_first_of_the_contract_s_order_wins),
	    cmocka_unit_test(names_are_read_back),
	};

	return cmocka_run_group_tests_name("standing", tests, NULL, NULL);
}
