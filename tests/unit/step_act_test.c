/* SPDX-License-Identifier: BSD-2-Clause */
/* What a step looks at before it asks a tool of Apple's, which is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/bom_make.h"
#include "tests/unit/folder.h"
#include "uninstall/run.h"

#define PACKAGE "com.example.pkg"

struct world {
	struct folder mac;
	struct arena *arena;
	struct ledger ledger;
	struct run run;
};

/* A Mac with a receipt that lists /opt and /opt/x. */
static int
set_up(void **state)
{
	static const struct row rows[] = {{1, 0, "."}, {3, 2, "x"}, {2, 1, "opt"}};
	struct world *w = calloc(1, sizeof(*w));
	struct bytes bom;
	FILE *file;

	folder_make(&w->mac);
	folder_make_parents(&w->mac, "private/var/db/receipts/");
	bom_make(&bom, rows, sizeof(rows) / sizeof(*rows));
	file = fopen(folder_path(&w->mac, "private/var/db/receipts/" PACKAGE ".bom"), "wb");
	if (file == NULL || fwrite(bom.data, 1, bom.len, file) != bom.len || fclose(file) != 0)
		return -1;
	w->arena = arena_new(0);
	w->run = (struct run){.arena = w->arena, .ledger = &w->ledger};
	*state = w;
	return root_init(&w->ledger.root, w->mac.path, NULL, NULL);
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	root_done(&w->ledger.root);
	arena_free(w->arena);
	folder_remove(&w->mac);
	free(w);
	return 0;
}

/* Between the plan and the step a file may have come back, or may not have gone. */
static void
a_receipt_is_kept_while_a_file_of_it_is_there(void **state)
{
	struct world *w = *state;
	struct step step = {.kind = STEP_FORGET, .subject = PACKAGE};

	folder_add(&w->mac, "opt/x", "it is");
	assert_int_equal(step_act(&w->run, &step), 0);
	assert_int_equal(step.state, STEP_SKIPPED);
	assert_string_equal(step.message, "kept: it lists /opt/x, which is still there");
}

/* No link is followed, so that nobody knows what is there. */
static void
a_receipt_is_kept_while_nobody_can_look_for_a_file_of_it(void **state)
{
	struct world *w = *state;
	struct step step = {.kind = STEP_FORGET, .subject = PACKAGE};

	w->ledger.root.live = true;
	folder_link(&w->mac, "elsewhere", "opt");
	assert_int_equal(step_act(&w->run, &step), 0);
	assert_int_equal(step.state, STEP_SKIPPED);
	assert_string_equal(step.message,
	    "kept: it lists /opt/x, which is reached through a symbolic link, which is not "
	    "followed");
}

static void
a_receipt_that_is_not_there_was_forgotten_by_somebody_else(void **state)
{
	struct world *w = *state;
	struct step step = {.kind = STEP_FORGET, .subject = "com.example.none"};

	assert_int_equal(step_act(&w->run, &step), 0);
	assert_int_equal(step.state, STEP_DONE);
	assert_string_equal(step.message, "was forgotten already");
}

static void
a_receipt_that_nobody_can_look_for_is_not_called_forgotten(void **state)
{
	struct world *w = *state;
	struct step step = {.kind = STEP_FORGET, .subject = PACKAGE};

	w->ledger.root.live = true;
	assert_int_equal(rename(folder_path(&w->mac, "private/var/db/receipts"),
			     arena_strdup(w->arena, folder_path(&w->mac, "moved"))),
	    0);
	folder_link(&w->mac, "../../../moved", "private/var/db/receipts");
	assert_int_equal(step_act(&w->run, &step), 0);
	assert_int_equal(step.state, STEP_FAILED);
	assert_string_equal(step.message,
	    "is reached through a symbolic link, which is not followed; the receipt was kept");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_receipt_is_kept_while_a_file_of_it_is_there),
	    TEST(a_receipt_is_kept_while_nobody_can_look_for_a_file_of_it),
	    TEST(a_receipt_that_is_not_there_was_forgotten_by_somebody_else),
	    TEST(a_receipt_that_nobody_can_look_for_is_not_called_forgotten),
	};

	return cmocka_run_group_tests_name("step_act", tests, NULL, NULL);
}
