/* SPDX-License-Identifier: BSD-2-Clause */
/* Ledger and vault in a temporary folder: what moves comes back the same. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/xattr.h>
#include <cmocka.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/os.h"
#include "tests/unit/folder.h"
#include "uninstall/vault.h"

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
	folder_add(&w->folder, "mac/file", "bytes");
	folder_add(&w->folder, "mac/x.kext/Info.plist", "inside");
	folder_link(&w->folder, "mac", "way");
	assert_int_equal(mkdir(folder_path(&w->folder, "mac/empty"), 0750), 0);
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

static const char *
at(struct world *w, const char *name)
{
	return arena_strdup(w->arena, folder_path(&w->folder, name));
}

static int
put(struct world *w, int n, const char *name, bool only_empty)
{
	return vault_put(&w->ledger, w->arena, 1, n, at(w, name), only_empty);
}

static bool
exists(struct world *w, const char *name)
{
	struct stat st;

	return lstat(folder_path(&w->folder, name), &st) == 0;
}

static struct vaulted *
items(struct world *w, size_t expected)
{
	struct vaulted *found;
	size_t count;

	assert_int_equal(ledger_vault_list(&w->ledger, w->arena, 1, &found, &count), 0);
	assert_int_equal(count, expected);
	return found;
}

static void
a_file_comes_back_as_the_same_file(void **state)
{
	struct world *w = *state;
	struct stat before, after;

	assert_int_equal(chmod(at(w, "mac/file"), 0640), 0);
	assert_int_equal(lstat(at(w, "mac/file"), &before), 0);
	assert_int_equal(put(w, 3, "mac/file", false), 0);
	assert_false(exists(w, "mac/file"));
	assert_true(exists(w, "state/vault/1/3"));
	assert_int_equal(vault_restore(&w->ledger, items(w, 1)), 0);
	assert_int_equal(lstat(at(w, "mac/file"), &after), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_mode, before.st_mode);
	assert_int_equal(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
	assert_false(exists(w, "state/vault/1/3"));
}

static void
a_bundle_loses_its_suffix_in_the_vault(void **state)
{
	struct world *w = *state;

	assert_int_equal(put(w, 1, "mac/x.kext", false), 0);
	assert_true(exists(w, "state/vault/1/1/Info.plist"));
	assert_string_equal(items(w, 1)->kind, "folder");
	assert_string_equal(items(w, 1)->slot, "1/1");
}

static void
what_is_gone_already_is_one(void **state)
{
	struct world *w = *state;

	assert_int_equal(put(w, 1, "mac/no", false), 1);
	assert_int_equal(put(w, 1, "no/no", false), 1);
	assert_int_equal(put(w, 1, "mac/file", false), 0);
	assert_int_equal(put(w, 1, "mac/file", false), 1);
	(void)items(w, 1);
}

static void
a_folder_that_is_not_empty_stays(void **state)
{
	struct world *w = *state;

	assert_int_equal(put(w, 1, "mac/x.kext", true), -ENOTEMPTY);
	assert_true(exists(w, "mac/x.kext/Info.plist"));
	(void)items(w, 0);
	assert_int_equal(put(w, 2, "mac/empty", true), 0);
	assert_false(exists(w, "mac/empty"));
}

static void
no_link_is_followed_on_the_way_and_a_link_moves_itself(void **state)
{
	struct world *w = *state;

	assert_int_equal(put(w, 1, "way/file", false), -FAULT_LINK);
	assert_true(exists(w, "mac/file"));
	assert_int_equal(put(w, 2, "way", false), 0);
	assert_true(exists(w, "mac/file"));
	assert_string_equal(items(w, 1)->kind, "link");
}

static void
a_restore_never_replaces_anything(void **state)
{
	struct world *w = *state;

	assert_int_equal(put(w, 1, "mac/file", false), 0);
	folder_add(&w->folder, "mac/file", "newer");
	assert_int_equal(vault_restore(&w->ledger, items(w, 1)), -EEXIST);
	assert_true(exists(w, "state/vault/1/1"));
}

static void
a_restore_can_be_repeated(void **state)
{
	struct world *w = *state;

	assert_int_equal(put(w, 1, "mac/file", false), 0);
	assert_int_equal(vault_restore(&w->ledger, items(w, 1)), 0);
	assert_int_equal(vault_restore(&w->ledger, items(w, 1)), 0);
	assert_int_equal(unlink(at(w, "mac/file")), 0);
	assert_int_equal(vault_restore(&w->ledger, items(w, 1)), -ENOENT);
}

static void
a_copy_leaves_the_file_and_gives_it_back(void **state)
{
	struct world *w = *state;
	const char *path = at(w, "mac/file");

	assert_int_equal(vault_copy(&w->ledger, w->arena, 1, 1, path, "plist"), 0);
	assert_int_equal(vault_copy(&w->ledger, w->arena, 1, 1, path, "plist"), 0);
	assert_true(exists(w, "mac/file"));
	assert_string_equal(items(w, 1)->kind, "copy");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(vault_restore(&w->ledger, items(w, 1)), 0);
	assert_true(exists(w, "mac/file"));
	assert_true(exists(w, "state/vault/1/1-plist"));
	assert_false(exists(w, "mac/.kextirpate-file"));
	assert_int_equal(vault_restore(&w->ledger, items(w, 1)), 0);
	folder_add(&w->folder, "mac/file", "of a newer package");
	assert_int_equal(vault_restore(&w->ledger, items(w, 1)), -EEXIST);
}

static void
vault_and_ledger_are_their_owner_s_alone(void **state)
{
	struct world *w = *state;
	struct stat st;

	assert_int_equal(lstat(at(w, "state"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(lstat(at(w, "state/vault"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(lstat(at(w, "state/ledger.db"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

/* A crash may come between the two marks that keep others out of the vault. */
static void
a_vault_is_kept_out_of_backups_from_the_next_run_on(void **state)
{
	struct world *w = *state;
	char value[sizeof(OS_BACKUP_VALUE)];
	int fd = open(at(w, "state/vault"), O_RDONLY);

	assert_true(exists(w, "state/vault/.metadata_never_index"));
	if (os_read_attribute(fd, OS_BACKUP_ATTRIBUTE, value, sizeof(value)) < 0)
		skip();
	assert_int_equal(removexattr(at(w, "state/vault"), "user." OS_BACKUP_ATTRIBUTE), 0);
	ledger_close(&w->ledger);
	assert_int_equal(ledger_open(w->arena, at(w, "state"), true, &w->ledger), 0);
	assert_true(os_read_attribute(fd, OS_BACKUP_ATTRIBUTE, value, sizeof(value)) > 0);
	assert_string_equal(value, OS_BACKUP_VALUE);
	assert_int_equal(close(fd), 0);
}

static void
a_second_writer_is_turned_away(void **state)
{
	struct world *w = *state;
	struct ledger second;

	assert_int_equal(ledger_open(w->arena, at(w, "state"), true, &second), -EWOULDBLOCK);
}

/* Who holds it for too long keeps it from being read, which is no damage. */
static void
a_ledger_that_is_held_is_busy(void **state)
{
	struct world *w = *state;
	struct ledger_run *runs;
	sqlite3 *other;
	size_t count;

	assert_int_equal(sqlite3_open(at(w, "state/ledger.db"), &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_busy_timeout(w->ledger.db, 0);
	assert_int_equal(ledger_run_list(&w->ledger, w->arena, &runs, &count), -EBUSY);
	assert_int_equal(count, 0);
	assert_int_equal(sqlite3_close(other), SQLITE_OK);
	assert_int_equal(ledger_run_list(&w->ledger, w->arena, &runs, &count), 0);
}

static void
reading_an_absent_ledger_makes_nothing(void **state)
{
	struct world *w = *state;
	struct ledger reader;

	assert_int_equal(ledger_open(w->arena, at(w, "none"), false, &reader), 0);
	assert_true(reader.fresh);
	ledger_close(&reader);
	assert_false(exists(w, "none"));
}

static size_t
count_rows(sqlite3 *db, const char *table)
{
	char sql[128];
	sqlite3_stmt *stmt;
	size_t count;

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
	stmt = store_prepare(db, sql);
	assert_non_null(stmt);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	count = (size_t)sqlite3_column_int(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return count;
}

static void
a_file_that_is_no_ledger_is_told_by_readers_and_kept_by_writers(void **state)
{
	struct world *w = *state;
	struct ledger second;

	folder_add(&w->folder, "bad/ledger.db", "this is no database, and it is long enough");
	assert_int_equal(ledger_open(w->arena, at(w, "bad"), false, &second), -FAULT_DAMAGED);
	assert_int_equal(ledger_open(w->arena, at(w, "bad"), true, &second), 0);
	assert_non_null(second.kept_as);
	assert_true(second.lost);
	assert_int_equal(
	    access(arena_printf(w->arena, "%s/%s", at(w, "bad"), second.kept_as), F_OK), 0);
	ledger_close(&second);
}

/* All that it was may be in there. */
static void
the_journal_of_an_emptied_ledger_is_kept(void **state)
{
	struct world *w = *state;
	struct ledger second;

	folder_add(&w->folder, "bad/ledger.db", "");
	folder_add(&w->folder, "bad/ledger.db-journal", "pages");
	folder_add(&w->folder, "bad/vault/1/1", "what a run has moved");
	assert_int_equal(ledger_open(w->arena, at(w, "bad"), false, &second), -FAULT_DAMAGED);
	assert_int_equal(ledger_open(w->arena, at(w, "bad"), true, &second), 0);
	assert_true(second.lost);
	assert_int_equal(
	    access(arena_printf(w->arena, "%s/%s-journal", at(w, "bad"), second.kept_as), F_OK), 0);
	ledger_close(&second);
}

/* One row in each table of today's schema, whatever it is: a table or a column that
 * mending forgets is found here. */
static void
what_can_be_read_of_a_damaged_ledger_lives_on(void **state)
{
	struct world *w = *state;
	const char *const tables[] = {"mac", "run", "step", "vaulted", "kext_case", "standing",
	    "sighting", "owned", "expiring"};
	char sql[256], nonsense[4096];
	struct ledger second;
	sqlite3_stmt *stmt;
	size_t i;
	int fd, page;

	assert_int_equal(sqlite3_exec(w->ledger.db,
			     "PRAGMA foreign_keys = OFF; CREATE TABLE ballast (x);"
			     "INSERT INTO ballast VALUES (zeroblob(9000))",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	stmt = store_prepare(w->ledger.db,
	    "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name <> 'ballast'");
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(stmt, 0), sizeof(tables) / sizeof(*tables));
	(void)sqlite3_finalize(stmt);
	for (i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		(void)snprintf(sql, sizeof(sql),
		    "SELECT 'INSERT INTO %s VALUES (' || group_concat(1) || ')'"
		    " FROM pragma_table_info('%s')",
		    tables[i], tables[i]);
		stmt = store_prepare(w->ledger.db, sql);
		assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
		assert_int_equal(sqlite3_exec(w->ledger.db,
				     (const char *)sqlite3_column_text(stmt, 0), NULL, NULL, NULL),
		    SQLITE_OK);
		(void)sqlite3_finalize(stmt);
	}
	stmt = store_prepare(
	    w->ledger.db, "SELECT rootpage FROM sqlite_master WHERE name = 'ballast'");
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	page = sqlite3_column_int(stmt, 0);
	(void)sqlite3_finalize(stmt);
	ledger_close(&w->ledger);
	memset(nonsense, 0xa5, sizeof(nonsense));
	fd = open(at(w, "state/ledger.db"), O_WRONLY);
	assert_int_equal(pwrite(fd, nonsense, sizeof(nonsense), (page - 1) * 4096), 4096);
	(void)close(fd);

	assert_int_equal(ledger_open(w->arena, at(w, "state"), true, &second), 0);
	assert_non_null(second.kept_as);
	assert_false(second.lost);
	for (i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		if (count_rows(second.db, tables[i]) != 1)
			fail_msg("%s: its row is lost", tables[i]);
	ledger_close(&second);
}

static void
a_run_never_meets_what_is_in_the_vault(void **state)
{
	struct world *w = *state;
	struct ledger_run run = {.command = "uninstall", .targets = ""};

	assert_int_equal(mkdir(at(w, "state/vault/41"), 0700), 0);
	assert_int_equal(mkdir(at(w, "state/vault/99x"), 0700), 0);
	assert_int_equal(ledger_run_begin(&w->ledger, &run, NULL, 0, NULL, 0), 0);
	assert_int_equal(run.id, 42);
	assert_int_equal(ledger_run_begin(&w->ledger, &run, NULL, 0, NULL, 0), 0);
	assert_int_equal(run.id, 43);
}

static void
a_newer_ledger_is_left_alone(void **state)
{
	struct world *w = *state;
	struct ledger second;

	assert_int_equal(
	    sqlite3_exec(w->ledger.db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
	ledger_close(&w->ledger);
	assert_int_equal(ledger_open(w->arena, at(w, "state"), true, &second), -FAULT_NEWER);
}

/* As schema 5 had it: no flags, no digest, no crossing. */
static void
make_older(struct world *w)
{
	assert_int_equal(
	    sqlite3_exec(w->ledger.db,
		"CREATE TABLE older AS SELECT run, n, path, slot, kind, mode, uid, gid, size,"
		"  mtime_ns, inode, restored FROM vaulted;"
		"DROP TABLE vaulted; ALTER TABLE older RENAME TO vaulted;"
		"ALTER TABLE standing DROP COLUMN run; ALTER TABLE standing DROP COLUMN sighting;"
		"ALTER TABLE run DROP COLUMN job;"
		"DROP TABLE expiring;"
		"PRAGMA user_version = 5",
		NULL, NULL, NULL),
	    SQLITE_OK);
}

static void
what_an_older_ledger_knows_can_be_given_back(void **state)
{
	struct world *w = *state;
	struct ledger reader;
	struct vaulted *found;
	size_t count;

	assert_int_equal(put(w, 1, "mac/file", false), 0);
	make_older(w);
	ledger_close(&w->ledger);
	/* Who only reads changes nothing of it. */
	assert_int_equal(ledger_open(w->arena, at(w, "state"), false, &reader), 0);
	assert_int_equal(ledger_vault_list(&reader, w->arena, 1, &found, &count), 0);
	assert_int_equal(count, 1);
	ledger_close(&reader);
	assert_int_equal(ledger_open(w->arena, at(w, "state"), true, &w->ledger), 0);
	assert_null(items(w, 1)->digest);
	assert_int_equal(vault_restore(&w->ledger, items(w, 1)), 0);
	assert_true(exists(w, "mac/file"));
}

static void
what_is_registered_anew_is_what_stands_there_now(void **state)
{
	struct world *w = *state;
	struct vaulted stale = {.run = 1, .n = 1, .path = at(w, "mac/file"), .slot = "1/1",
	    .kind = "file", .digest = "0"};

	assert_int_equal(ledger_vault_add(&w->ledger, &stale), 0);
	assert_int_equal(put(w, 1, "mac/file", false), 0);
	assert_int_equal(vault_restore(&w->ledger, items(w, 1)), 0);
}

static int
drop(struct world *w)
{
	return vault_remove(&w->ledger, items(w, 1));
}

static void
what_expires_goes_for_good_and_is_not_missed_twice(void **state)
{
	struct world *w = *state;

	assert_int_equal(put(w, 1, "mac/x.kext", false), 0);
	assert_int_equal(drop(w), 0);
	assert_false(exists(w, "state/vault/1/1"));
	assert_true(exists(w, "state/vault/1"));
	assert_int_equal(drop(w), 1);
}

/* Cut off between its name and its contents, of which some are gone. */
static void
what_was_half_removed_is_removed(void **state)
{
	struct world *w = *state;

	assert_int_equal(put(w, 1, "mac/x.kext", false), 0);
	assert_int_equal(rename(at(w, "state/vault/1/1"), at(w, "state/vault/1/1.part")), 0);
	assert_int_equal(unlink(at(w, "state/vault/1/1.part/Info.plist")), 0);
	assert_int_equal(drop(w), 1);
	assert_false(exists(w, "state/vault/1/1.part"));
}

static void
what_is_not_what_went_in_is_never_removed(void **state)
{
	struct world *w = *state;

	assert_int_equal(put(w, 1, "mac/x.kext", false), 0);
	folder_add(&w->folder, "state/vault/1/1/more", "of somebody else");
	assert_int_equal(drop(w), -FAULT_TAMPERED);
	assert_int_equal(unlink(at(w, "state/vault/1/1/more")), 0);
	assert_int_equal(rename(at(w, "state/vault/1"), at(w, "mac/behind")), 0);
	folder_link(&w->folder, at(w, "mac/behind"), "state/vault/1");
	assert_int_equal(drop(w), -FAULT_LINK);
	assert_true(exists(w, "mac/behind/1/Info.plist"));
}

static void
a_case_is_read_back_and_each_change_of_standing_kept(void **state)
{
	struct world *w = *state;
	struct ledger_case row = {.key = "com.example",
	    .bundle_id = "com.example",
	    .run = 1,
	    .restart_needed = true,
	    .rebuild = REBUILD_WANTED,
	    .standing = STANDING_APPROVAL_PENDING,
	    .since = "a",
	    .build = "24G84"};
	struct ledger_standing *standings;
	struct ledger_case *rows;
	size_t count;

	assert_int_equal(ledger_case_put(&w->ledger, &row), 0);
	assert_int_equal(ledger_case_put(&w->ledger, &row), 0);
	row.standing = STANDING_GONE;
	row.was_clean = true;
	assert_int_equal(ledger_case_put(&w->ledger, &row), 0);
	assert_int_equal(ledger_case_list(&w->ledger, w->arena, &rows, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].standing, STANDING_GONE);
	assert_int_equal(rows[0].rebuild, REBUILD_WANTED);
	assert_true(rows[0].was_clean && rows[0].restart_needed);
	assert_int_equal(ledger_standing_list(&w->ledger, w->arena, &standings, &count), 0);
	assert_int_equal(count, 2);
}

static void
an_unfinished_run_is_found_with_its_steps(void **state)
{
	struct world *w = *state;
	struct ledger_run run = {.command = "uninstall", .began_at = "a", .targets = "x"}, *found;
	struct step steps[2] = {{.kind = STEP_VAULT, .subject = "/a"}, {.kind = STEP_REBUILD}};
	struct step *read_back;
	size_t count;

	assert_int_equal(ledger_run_begin(&w->ledger, &run, steps, 2, NULL, 0), 0);
	steps[1].state = STEP_BEGUN;
	assert_int_equal(ledger_step_set(&w->ledger, run.id, &steps[1]), 0);
	assert_int_equal(ledger_run_find(&w->ledger, w->arena, -1, &found), 0);
	assert_non_null(found);
	assert_int_equal(ledger_step_list(&w->ledger, w->arena, run.id, &read_back, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(read_back[1].n, 2);
	assert_int_equal(read_back[1].state, STEP_BEGUN);
	assert_int_equal(ledger_run_end(&w->ledger, run.id, "done", 2), 0);
	assert_int_equal(ledger_run_find(&w->ledger, w->arena, -1, &found), 0);
	assert_null(found);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_file_comes_back_as_the_same_file),
	    TEST(a_bundle_loses_its_suffix_in_the_vault),
	    TEST(what_is_gone_already_is_one),
	    TEST(a_folder_that_is_not_empty_stays),
	    TEST(no_link_is_followed_on_the_way_and_a_link_moves_itself),
	    TEST(a_restore_never_replaces_anything),
	    TEST(a_restore_can_be_repeated),
	    TEST(a_copy_leaves_the_file_and_gives_it_back),
	    TEST(vault_and_ledger_are_their_owner_s_alone),
	    TEST(a_vault_is_kept_out_of_backups_from_the_next_run_on),
	    TEST(a_second_writer_is_turned_away),
	    TEST(a_ledger_that_is_held_is_busy),
	    TEST(reading_an_absent_ledger_makes_nothing),
	    TEST(a_file_that_is_no_ledger_is_told_by_readers_and_kept_by_writers),
	    TEST(the_journal_of_an_emptied_ledger_is_kept),
	    TEST(what_can_be_read_of_a_damaged_ledger_lives_on),
	    TEST(a_run_never_meets_what_is_in_the_vault),
	    TEST(a_newer_ledger_is_left_alone),
	    TEST(what_an_older_ledger_knows_can_be_given_back),
	    TEST(what_expires_goes_for_good_and_is_not_missed_twice),
	    TEST(what_was_half_removed_is_removed),
	    TEST(what_is_not_what_went_in_is_never_removed),
	    TEST(what_is_registered_anew_is_what_stands_there_now),
	    TEST(a_case_is_read_back_and_each_change_of_standing_kept),
	    TEST(an_unfinished_run_is_found_with_its_steps),
	};

	return cmocka_run_group_tests_name("vault", tests, NULL, NULL);
}
