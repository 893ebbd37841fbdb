/* SPDX-License-Identifier: BSD-2-Clause */
/* Which runs are one job: what one left, and another carries on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/folder.h"
#include "uninstall/ledger.h"

struct world {
	struct folder folder;
	struct arena *arena;
	struct ledger ledger;
};

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	folder_make(&w->folder);
	w->arena = arena_new(0);
	assert_int_equal(
	    ledger_open(w->arena, arena_strdup(w->arena, folder_path(&w->folder, "state")), true,
		&w->ledger),
	    0);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	ledger_close(&w->ledger);
	arena_free(w->arena);
	folder_remove(&w->folder);
	free(w);
	return 0;
}

/* A run that is to move the files named by the letters: it ends as the state says, and a
 * capital letter is one that it could not take. */
static int64_t
run(struct world *w, const char *letters, const char *state)
{
	struct ledger_run row = {.command = "uninstall", .targets = ""};
	struct step steps[8] = {0};
	size_t count = strlen(letters), i;

	for (i = 0; i < count; i++)
		steps[i] = (struct step){.kind = STEP_VAULT,
		    .subject = arena_printf(w->arena, "/%c", letters[i] | 0x20)};
	assert_int_equal(ledger_run_begin(&w->ledger, &row, steps, count, NULL, 0), 0);
	for (i = 0; i < count; i++) {
		steps[i].state = (letters[i] & 0x20) != 0 ? STEP_DONE : STEP_SKIPPED;
		assert_int_equal(ledger_step_set(&w->ledger, row.id, &steps[i]), 0);
	}
	assert_int_equal(ledger_run_end(&w->ledger, row.id, state, 0), 0);
	return row.id;
}

/* The job of a run as "3 2 1". */
static const char *
job(struct world *w, int64_t id)
{
	const char *text = "";
	struct ledger_run *runs;
	size_t count, i;

	assert_int_equal(ledger_job_list(&w->ledger, w->arena, id, &runs, &count), 0);
	for (i = 0; i < count; i++)
		text = arena_printf(w->arena, "%s%s%d", text, i > 0 ? " " : "", (int)runs[i].id);
	return text;
}

static void
what_was_cut_off_is_carried_on_by_whoever_takes_the_rest(void **state)
{
	struct world *w = *state;

	(void)run(w, "abCD", "failed");
	(void)run(w, "cD", "failed");
	(void)run(w, "x", "done");
	(void)run(w, "d", "done");
	assert_string_equal(job(w, 1), "4 2 1");
	assert_string_equal(job(w, 4), "4 2 1");
	assert_string_equal(job(w, 3), "3");
}

static void
one_run_may_carry_on_two_jobs(void **state)
{
	struct world *w = *state;

	(void)run(w, "aB", "failed");
	(void)run(w, "cD", "failed");
	(void)run(w, "bd", "done");
	assert_string_equal(job(w, 1), "3 2 1");
}

static void
what_came_to_its_end_is_not_carried_on(void **state)
{
	struct world *w = *state;

	(void)run(w, "aB", "done"); /* it left the file on purpose */
	(void)run(w, "ab", "done");
	assert_string_equal(job(w, 2), "2");
}

static void
a_product_that_came_back_is_another_job(void **state)
{
	struct world *w = *state;

	(void)run(w, "aB", "failed");
	(void)run(w, "aB", "failed");
	(void)run(w, "b", "done");
	assert_string_equal(job(w, 1), "1");
	assert_string_equal(job(w, 3), "3 2");
}

static void
what_is_undone_is_of_no_job(void **state)
{
	struct world *w = *state;

	(void)run(w, "aB", "failed");
	(void)run(w, "b", "done");
	assert_int_equal(ledger_run_end(&w->ledger, 2, "undone", 0), 0);
	assert_string_equal(job(w, 2), "1");
	assert_int_equal(ledger_run_end(&w->ledger, 1, "undone", 0), 0);
	(void)run(w, "ab", "done");
	assert_string_equal(job(w, 3), "3");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_was_cut_off_is_carried_on_by_whoever_takes_the_rest),
	    TEST(one_run_may_carry_on_two_jobs),
	    TEST(what_came_to_its_end_is_not_carried_on),
	    TEST(a_product_that_came_back_is_another_job),
	    TEST(what_is_undone_is_of_no_job),
	};

	return cmocka_run_group_tests_name("ledger job", tests, NULL, NULL);
}
