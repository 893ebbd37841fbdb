/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeping a damaged ledger, and beginning a new one with what can be read of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/os.h"
#include "uninstall/ledger_mend.h"
#include "uninstall/vault_strays.h"
#include "kmutil-helpers/banned.h"

#define LEDGER_FILE "ledger.db"
#define NEW_FILE "ledger.db.new"
#define SAME_SECOND_MAX 100

/* A table, and how its rows move, column by column: a later rung has added some at the
 * end, which an older ledger has not: NULL, or the rung's default. The order is that of what refers
 * to what. */
static const struct salvage_row {
	const char *select, *insert;
} salvage_rows[] = {
    {"SELECT * FROM mac", "INSERT OR IGNORE INTO mac VALUES (?1, ?2)"},
    {"SELECT * FROM run", "INSERT OR IGNORE INTO run"
			  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"},
    {"SELECT * FROM step", "INSERT OR IGNORE INTO step VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
    {"SELECT * FROM vaulted",
	"INSERT OR IGNORE INTO vaulted VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
	" ?12, coalesce(?13, 0), ?14, ?15, ?16, ?17)"},
    {"SELECT * FROM kext_case",
	"INSERT OR IGNORE INTO kext_case"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"},
    {"SELECT * FROM standing",
	"INSERT OR IGNORE INTO standing VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"},
    {"SELECT * FROM sighting",
	"INSERT OR IGNORE INTO sighting VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"},
    {"SELECT * FROM expiring", "INSERT OR IGNORE INTO expiring VALUES (?1, ?2, ?3, ?4)"},
    {"SELECT * FROM owned", "INSERT OR IGNORE INTO owned VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"},
};
#define SALVAGE_ROWS (sizeof(salvage_rows) / sizeof(*salvage_rows))

static const char sql_end_steps[] =
    "UPDATE step SET state = CASE state WHEN 'begun' THEN 'failed' ELSE 'skipped' END,"
    " message = 'the ledger was damaged before the run had ended'"
    " WHERE state IN ('begun', 'planned')";
static const char sql_end_runs[] = "UPDATE run SET state = 'failed', exit = 6"
				   " WHERE state = 'running'";
/* What lies in the vault can be given back although its run's row is lost. */
static const char sql_stub_runs[] =
    "INSERT OR IGNORE INTO run (id, command, targets, began_at, state)"
    " SELECT DISTINCT run, 'lost', '', '', 'failed' FROM vaulted";

static const char *
beside(struct arena *arena, const struct ledger *ledger, const char *name)
{
	return arena_printf(arena, "%s/%s", ledger->folder, name);
}

static int
salvage_all(sqlite3 *from, sqlite3 *to, bool *lost)
{
	size_t i, copied;
	int error = 0;

	for (i = 0; error == 0 && i < SALVAGE_ROWS; i++) {
		error = store_salvage(
		    from, salvage_rows[i].select, to, salvage_rows[i].insert, &copied);
		*lost |= error == -FAULT_DAMAGED;
		if (error == -FAULT_DAMAGED)
			error = 0;
	}
	if (error == 0)
		error = store_run(store_prepare(to, sql_end_steps));
	if (error == 0)
		error = store_run(store_prepare(to, sql_end_runs));
	if (error == 0)
		error = store_run(store_prepare(to, sql_stub_runs));
	return error;
}

/* What of the old one can be read, in one transaction. SQLite would throw away the journal
 * of a file without a byte, where all of it may be in there: that one is not opened. */
static int
salvage(struct arena *arena, struct ledger *ledger, sqlite3 *to)
{
	const char *file = beside(arena, ledger, LEDGER_FILE);
	sqlite3 *from = NULL;
	struct stat st;
	int error;

	if (path_stat(&ledger->root, file, &st) != 0 || st.st_size == 0 ||
	    store_open(file, true, NULL, 0, &from) != 0) {
		ledger->lost = true;
		return 0;
	}
	error = store_begin(to);
	if (error == 0)
		error = store_commit(to, salvage_all(from, to, &ledger->lost));
	store_close(from);
	return error;
}

/* Gives the ledger a name that nothing has; several of one second are counted. Where there
 * is no ledger, only the name is found. */
static int
keep_ledger(struct arena *arena, int folder, const char **kept)
{
	time_t now = time(NULL);
	char stamp[32];
	struct tm tm;
	int i, error = -EEXIST;

	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm) == 0)
		return -ERANGE;
	*kept = arena_printf(arena, LEDGER_FILE ".damaged-%s", stamp);
	for (i = 2; i <= SAME_SECOND_MAX; i++) {
		error = os_rename_new(folder, LEDGER_FILE, folder, *kept);
		if (error != -EEXIST)
			break;
		*kept = arena_printf(arena, LEDGER_FILE ".damaged-%s.%d", stamp, i);
	}
	return error == -ENOENT ? 0 : error;
}

/* What SQLite had left beside it, so that both can still be opened together. */
static int
keep_journal(struct arena *arena, int folder, const char *kept, const char *suffix)
{
	int error = os_rename_new(folder, arena_printf(arena, LEDGER_FILE "%s", suffix), folder,
	    arena_printf(arena, "%s%s", kept, suffix));

	return error == -ENOENT ? 0 : error;
}

bool
ledger_mend_is_cut_off(struct arena *arena, const struct ledger *ledger)
{
	return !path_exists(&ledger->root, beside(arena, ledger, LEDGER_FILE)) &&
	       path_exists(&ledger->root, beside(arena, ledger, NEW_FILE));
}

/* SQLite throws away a journal that it finds without its file, so that the file goes
 * first: never does an old journal lie beside the new ledger. */
int
ledger_mend_finish(struct arena *arena, struct ledger *ledger)
{
	int folder, error = path_open_folder(&ledger->root, ledger->folder, &folder);

	if (error != 0)
		return error;
	error = keep_ledger(arena, folder, &ledger->kept_as);
	if (error == 0)
		error = keep_journal(arena, folder, ledger->kept_as, "-journal");
	if (error == 0)
		error = keep_journal(arena, folder, ledger->kept_as, "-wal");
	if (error == 0)
		error = os_rename_new(folder, NEW_FILE, folder, LEDGER_FILE);
	if (error == 0)
		error = os_sync(folder);
	(void)close(folder);
	return error;
}

int
ledger_mend(struct arena *arena, struct ledger *ledger)
{
	const char *file = beside(arena, ledger, NEW_FILE);
	sqlite3 *db = NULL;
	int error = unlink(file) == 0 || errno == ENOENT ? 0 : -errno;

	if (error == 0)
		error = ledger_open_file(file, false, &db);
	if (error == 0)
		error = salvage(arena, ledger, db);
	store_close(db);
	(void)unlink(arena_printf(arena, "%s-journal", file));
	return error != 0 ? error : ledger_mend_finish(arena, ledger);
}
