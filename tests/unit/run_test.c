/* SPDX-License-Identifier: BSD-2-Clause */
/* What the next run does with one that was cut off before a bundle of it had moved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/folder.h"
#include "uninstall/run.h"
#include "uninstall/vault_same.h"

#define BUNDLE "mac/x.kext"

struct world {
	struct folder folder;
	struct arena *arena;
	struct ledger ledger;
	struct ledger_run row;
	struct step steps[2];
	struct recovery recovery;
	bool inside_installer;
};

static const char *
at(struct world *w, const char *name)
{
	return arena_strdup(w->arena, folder_path(&w->folder, name));
}

/* A run that moves a bundle and a file, cut off when it had begun with the bundle. */
static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	folder_make(&w->folder);
	w->arena = arena_new(0);
	folder_add(&w->folder, BUNDLE "/Info.plist", "inside");
	folder_add(&w->folder, "mac/file", "bytes");
	assert_int_equal(ledger_open(w->arena, at(w, "state"), true, &w->ledger), 0);
	w->row = (struct ledger_run){.command = "uninstall", .targets = ""};
	w->steps[0] = (struct step){.kind = STEP_VAULT, .subject = at(w, BUNDLE)};
	w->steps[1] = (struct step){.kind = STEP_VAULT, .subject = at(w, "mac/file")};
	assert_int_equal(ledger_run_begin(&w->ledger, &w->row, w->steps, 2, NULL, 0), 0);
	w->steps[0].state = STEP_BEGUN;
	assert_int_equal(ledger_step_set(&w->ledger, w->row.id, &w->steps[0]), 0);
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

/* As the vault does before it moves what is there. */
static void
register_bundle(struct world *w)
{
	struct place place;
	char hex[SAME_DIGEST_BYTES];

	assert_int_equal(path_find_place(&w->ledger.root, at(w, BUNDLE), &place), 0);
	assert_int_equal(same_digest(&place, hex), 0);
	place_done(&place);
	assert_int_equal(ledger_vault_add(&w->ledger,
			     &(struct vaulted){.run = w->row.id,
				 .n = 1,
				 .path = at(w, BUNDLE),
				 .slot = "1/1",
				 .kind = "folder",
				 .digest = hex}),
	    0);
}

/* Recovers, and looks how the bundle's step ended. */
static void
expect_end(struct world *w, enum step_state state, const char *message, bool is_left)
{
	struct run run = {
	    .arena = w->arena, .ledger = &w->ledger, .installer = w->inside_installer};
	struct step *steps;
	struct stat st;
	size_t count;

	assert_int_equal(run_recover(&run, &w->recovery), 0);
	assert_int_equal(ledger_step_list(&w->ledger, w->arena, w->row.id, &steps, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(steps[0].state, state);
	assert_string_equal(steps[0].message, message);
	assert_int_equal(steps[1].state, STEP_SKIPPED);
	assert_string_equal(steps[1].message, "the run was cut off before this step");
	assert_int_equal(lstat(at(w, BUNDLE), &st) == 0, is_left);
	assert_int_equal(w->recovery.finished, state == STEP_DONE);
}

static void
what_was_registered_goes(void **state)
{
	struct world *w = *state;

	register_bundle(w);
	expect_end(w, STEP_DONE, "in the vault", false);
}

/* Who installs the product again meanwhile keeps it. */
static void
what_was_registered_and_is_another_thing_by_now_stays(void **state)
{
	struct world *w = *state;

	register_bundle(w);
	folder_add(&w->folder, BUNDLE "/Info.plist", "of a newer version");
	expect_end(
	    w, STEP_FAILED, "something else is there now; it was left where it is", true);
}

static void
what_was_never_registered_stays(void **state)
{
	struct world *w = *state;

	expect_end(w, STEP_FAILED, "the run was cut off before it moved anything", true);
}

static void
what_is_gone_by_now_is_done(void **state)
{
	struct world *w = *state;

	assert_int_equal(unlink(at(w, BUNDLE "/Info.plist")), 0);
	assert_int_equal(rmdir(at(w, BUNDLE)), 0);
	expect_end(w, STEP_DONE, "was gone already", false);
}

static void
a_bundle_that_it_had_not_come_to_is_left_undone(void **state)
{
	struct world *w = *state;

	w->steps[0].state = STEP_PLANNED;
	assert_int_equal(ledger_step_set(&w->ledger, w->row.id, &w->steps[0]), 0);
	expect_end(w, STEP_FAILED, "the run was cut off before this step", true);
}

/* Whom it would harm by now nobody has looked at. */
static void
what_touches_others_is_not_done_again(void **state)
{
	struct world *w = *state;

	w->steps[0].kind = STEP_CLEAR_STAGING;
	assert_int_equal(ledger_step_set(&w->ledger, w->row.id, &w->steps[0]), 0);
	expect_end(w, STEP_FAILED,
	    "cut off while macOS was asked; what came of it is not known", true);
}

/* No receipt is touched there, and macOS is asked for nothing. */
static void
inside_an_installer_only_what_moves_is_finished(void **state)
{
	struct world *w = *state;

	w->inside_installer = true;
	w->steps[0].kind = STEP_FORGET;
	assert_int_equal(ledger_step_set(&w->ledger, w->row.id, &w->steps[0]), 0);
	expect_end(w, STEP_SKIPPED,
	    "the run was cut off; not inside an installer: left to recheck", true);
}

static void
inside_an_installer_a_bundle_goes_all_the_same(void **state)
{
	struct world *w = *state;

	w->inside_installer = true;
	register_bundle(w);
	expect_end(w, STEP_DONE, "in the vault", false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_was_registered_goes, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		what_was_registered_and_is_another_thing_by_now_stays, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_was_never_registered_stays, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_is_gone_by_now_is_done, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_bundle_that_it_had_not_come_to_is_left_undone, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		what_touches_others_is_not_done_again, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		inside_an_installer_only_what_moves_is_finished, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		inside_an_installer_a_bundle_goes_all_the_same, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
