/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening the ledger: its folder, its lock, its schema. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/os.h"
#include "kmutil-helpers/snapshot.h"
#include "uninstall/ledger_mend.h"
#include "uninstall/vault_strays.h"
#include "kmutil-helpers/banned.h"

/* The only schema. A rung is never edited after a release; the ladder only grows. */
static const struct store_rung ledger_ladder[] = {
    {1, "CREATE TABLE run (id INTEGER PRIMARY KEY, command TEXT NOT NULL, targets TEXT NOT NULL,"
	"  began_at TEXT NOT NULL, ended_at TEXT, build TEXT, boot_uuid TEXT,"
	"  state TEXT NOT NULL, exit INTEGER);"
	"CREATE TABLE step (run INTEGER NOT NULL REFERENCES run, n INTEGER NOT NULL,"
	"  kind TEXT NOT NULL, subject TEXT, why TEXT, state TEXT NOT NULL, message TEXT,"
	"  PRIMARY KEY (run, n)) WITHOUT ROWID;"
	"CREATE TABLE vaulted (run INTEGER NOT NULL, n INTEGER NOT NULL, path TEXT NOT NULL,"
	"  slot TEXT NOT NULL, kind TEXT NOT NULL, mode INTEGER NOT NULL, uid INTEGER NOT NULL,"
	"  gid INTEGER NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,"
	"  inode INTEGER NOT NULL, restored INTEGER NOT NULL DEFAULT 0,"
	"  PRIMARY KEY (run, n, path)) WITHOUT ROWID;"
	"CREATE TABLE kext_case (key TEXT PRIMARY KEY, bundle_id TEXT, path TEXT, rule TEXT,"
	"  run INTEGER NOT NULL, boot_uuid TEXT, restart_needed INTEGER NOT NULL,"
	"  rebuild TEXT NOT NULL, was_clean INTEGER NOT NULL, migrates INTEGER NOT NULL,"
	"  standing TEXT, since TEXT, build TEXT, return_cause TEXT) WITHOUT ROWID;"
	"CREATE TABLE standing (id INTEGER PRIMARY KEY, key TEXT NOT NULL, at TEXT NOT NULL,"
	"  build TEXT, standing TEXT, cause TEXT);"
	"CREATE TABLE seen (one INTEGER PRIMARY KEY CHECK (one = 1), build TEXT, boot_uuid TEXT);"
	"PRAGMA user_version = 1"},
    {2, "CREATE INDEX standing_of ON standing (key);"
	"CREATE INDEX run_running ON run (state) WHERE state = 'running';"
	"DROP TABLE seen;"
	"PRAGMA user_version = 2"},
    {3, "CREATE TABLE sighting (id INTEGER PRIMARY KEY, key TEXT NOT NULL, at TEXT NOT NULL,"
	"  build TEXT, product_version TEXT, boot_uuid TEXT, run INTEGER NOT NULL, standing TEXT,"
	"  places INTEGER NOT NULL);"
	"CREATE INDEX sighting_key ON sighting (key);"
	"PRAGMA user_version = 3"},
    {4, "CREATE TABLE owned (receipt TEXT NOT NULL, path TEXT NOT NULL, other TEXT,"
	"  type INTEGER NOT NULL, mode INTEGER NOT NULL, size INTEGER NOT NULL,"
	"  checksum INTEGER NOT NULL, target TEXT, PRIMARY KEY (receipt, path)) WITHOUT ROWID;"
	"PRAGMA user_version = 4"},
    {5, "CREATE TABLE mac (one INTEGER PRIMARY KEY CHECK (one = 1), identity TEXT NOT NULL);"
	"ALTER TABLE kext_case ADD COLUMN rung TEXT;"
	"PRAGMA user_version = 5"},
    {6, "ALTER TABLE vaulted ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE vaulted ADD COLUMN digest TEXT;"
	"ALTER TABLE vaulted ADD COLUMN crossing TEXT;"
	"PRAGMA user_version = 6"},
    {7, "ALTER TABLE standing ADD COLUMN run INTEGER;"
	"PRAGMA user_version = 7"},
    {8, "CREATE INDEX IF NOT EXISTS standing_relinked ON standing (key)"
	"  WHERE standing = 'returned' AND cause = 'relinked';"
	"PRAGMA user_version = 8"},
    {9, "ALTER TABLE run ADD COLUMN job INTEGER;"
	"PRAGMA user_version = 9"},
    {10, "ALTER TABLE standing ADD COLUMN sighting INTEGER;"
	 "UPDATE standing SET sighting = (SELECT coalesce(max(id), 0) FROM sighting"
	 "  WHERE sighting.key = standing.key AND sighting.at < standing.at)"
	 "  WHERE standing = 'returned' AND cause = 'relinked';"
	 "PRAGMA user_version = 10"},
    {11, "ALTER TABLE vaulted ADD COLUMN expiry TEXT;"
	 "ALTER TABLE vaulted ADD COLUMN expired_at TEXT;"
	 "CREATE TABLE expiring (job INTEGER PRIMARY KEY, seconds INTEGER NOT NULL,"
	 "  boot_uuid TEXT NOT NULL, steady INTEGER NOT NULL);"
	 "PRAGMA user_version = 11"},
};
#define LEDGER_RUNGS (sizeof(ledger_ladder) / sizeof(*ledger_ladder))

static int
make_folder(const char *path, mode_t mode)
{
	return mkdir(path, mode) == 0 || errno == EEXIST ? 0 : -errno;
}

/* The first run's folder must outlive a power cut as what it holds does: its name is in
 * the folder above. */
static int
sync_folder_above(struct arena *arena, const char *path)
{
	const char *leaf = path_leaf(path);
	size_t len = leaf - path > 1 ? (size_t)(leaf - path) - 1 : 1;
	int error, fd = open(arena_strndup(arena, path, len),
		       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	error = os_sync(fd);
	(void)close(fd);
	return error;
}

int
ledger_lock(struct arena *arena, const char *folder, int *lock_fd)
{
	int fd = open(arena_printf(arena, "%s/lock", folder),
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		int error = -errno;

		(void)close(fd);
		return error;
	}
	*lock_fd = fd;
	return 0;
}

/* Spotlight and Time Machine pass over what waits in the vault: a kext found there
 * again would be a kext that came back. One of the two may be missing after a crash. */
static int
hide_vault(const char *vault, struct arena *arena)
{
	int file = open(arena_printf(arena, "%s/.metadata_never_index", vault),
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	char value[sizeof(OS_BACKUP_VALUE)];
	int folder, error = 0;

	if (file < 0 && errno != EEXIST)
		return -errno;
	if (file >= 0)
		(void)close(file);
	folder = open(vault, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return -errno;
	if (os_read_attribute(folder, OS_BACKUP_ATTRIBUTE, value, sizeof(value)) == -ENOENT)
		error = os_exclude_from_backup(folder);
	(void)close(folder);
	return error;
}

static const char sql_all_tables[] =
    "SELECT 1 FROM run, step, vaulted, kext_case, standing, sighting, owned, expiring LIMIT 0";

/* A database of someone else has other tables. */
static int
check_tables(sqlite3 *db)
{
	sqlite3_stmt *stmt = store_prepare(db, sql_all_tables);
	int error = stmt != NULL ? 0 : -FAULT_DAMAGED;

	(void)sqlite3_finalize(stmt);
	return error;
}

int
ledger_open_file(const char *path, bool read_only, sqlite3 **db)
{
	int error = store_open(path, read_only, ledger_ladder, LEDGER_RUNGS, db);

	if (error == 0 && !read_only)
		error = check_tables(*db);
	if (error != 0) {
		store_close(*db);
		*db = NULL;
	}
	return error;
}

/* Whether runs have left something in the vault that the ledger, new or absent, does
 * not know. */
static bool
has_strays(struct arena *arena, struct ledger *ledger)
{
	struct vault_strays *runs;
	size_t count;

	return vault_strays_list(ledger, arena, &runs, &count) == 0 && count > 0;
}

/* SQLite takes a file without a byte for a new one. The first run may have been cut off
 * there; but what others had left behind, it has not known. */
static bool
is_emptied(struct arena *arena, struct ledger *ledger, const char *file)
{
	struct stat st;

	return path_stat(&ledger->root, file, &st) == 0 && st.st_size == 0 &&
	       has_strays(arena, ledger);
}

/* Opens the file; one that is not whole makes way for a new one. */
static int
open_whole(struct arena *arena, struct ledger *ledger, const char *file)
{
	bool absent;
	int error = 0;

	if (ledger_mend_is_cut_off(arena, ledger)) {
		error = ledger_mend_finish(arena, ledger);
		/* What it could not read is not known any more, nor how its name ends. */
		ledger->kept_as = "ledger.db.damaged-*";
		ledger->lost = true;
	}
	absent = !path_exists(&ledger->root, file);
	if (error == 0)
		error = is_emptied(arena, ledger, file)
			    ? -FAULT_DAMAGED
			    : ledger_open_file(file, false, &ledger->db);
	if (error == -FAULT_DAMAGED) {
		error = ledger_mend(arena, ledger);
		if (error == 0)
			error = ledger_open_file(file, false, &ledger->db);
	}
	/* Not even its register was whole. */
	if (error == 0 && (absent || ledger->kept_as != NULL))
		ledger->lost |= has_strays(arena, ledger);
	return error;
}

static int
open_writer(struct arena *arena, struct ledger *ledger)
{
	const char *file = arena_printf(arena, "%s/ledger.db", ledger->folder);
	const char *vault = arena_printf(arena, "%s/vault", ledger->folder);
	mode_t mask = umask(077);
	struct stat st;
	int error = make_folder(ledger->folder, 0755);

	if (error == 0 && lstat(file, &st) != 0)
		error = sync_folder_above(arena, ledger->folder);
	if (error == 0)
		error = make_folder(vault, 0700);
	if (error == 0)
		error = hide_vault(vault, arena);
	if (error == 0)
		error = ledger_lock(arena, ledger->folder, &ledger->lock_fd);
	if (error == 0)
		error = open_whole(arena, ledger, file);
	/* The umask kept others out of what was made; the folder itself is for all to
	 * see. */
	if (error == 0 && chmod(ledger->folder, 0755) != 0)
		error = -errno;
	(void)umask(mask);
	return error;
}

/* Whether a reader may take the file as it is: no journal of a killed run waits beside it,
 * and it was not written by an older kextirpate, which knew fewer columns. */
static int
open_in_place(struct arena *arena, const char *file, sqlite3 **db)
{
	struct stat st;
	int error;

	*db = NULL;
	/* A fifo would wait for ever, and a link may lead anywhere. */
	if (lstat(file, &st) == 0 && !S_ISREG(st.st_mode))
		return -FAULT_NOT_FILE;
	if (stat(arena_printf(arena, "%s-journal", file), &st) == 0 && st.st_size > 0)
		return 0;
	error = ledger_open_file(file, true, db);
	if (error == 0 && store_is_behind(*db, ledger_ladder, LEDGER_RUNGS)) {
		store_close(*db);
		*db = NULL;
	}
	return error;
}

/* What a reader may neither roll back nor bring up to date it reads in a private copy, where
 * it may. */
static int
open_reader(struct arena *arena, struct ledger *ledger)
{
	const char *file = arena_printf(arena, "%s/ledger.db", ledger->folder), *copy;
	struct snapshot snapshot;
	int error = is_emptied(arena, ledger, file) ? -FAULT_DAMAGED
						    : open_in_place(arena, file, &ledger->db);

	if (error == 0 && ledger->db == NULL) {
		error = snapshot_database(&ledger->root, file, arena, &snapshot, &copy);
		if (error == 0)
			error = ledger_open_file(copy, false, &ledger->db);
		/* The open database keeps its unlinked file. */
		snapshot_done(&snapshot);
	}
	if (error == -ENOENT &&
	    (ledger_mend_is_cut_off(arena, ledger) || has_strays(arena, ledger)))
		error = -FAULT_LOST;
	ledger->fresh = error == -ENOENT;
	return ledger->fresh ? 0 : error;
}

int
ledger_open(struct arena *arena, const char *folder, bool write, struct ledger *ledger)
{
	int error;

	*ledger = (struct ledger){.folder = folder, .lock_fd = -1};
	error = root_init(&ledger->root, "/", NULL, NULL);
	if (error == 0)
		error = write ? open_writer(arena, ledger) : open_reader(arena, ledger);
	if (error != 0)
		ledger_close(ledger);
	return error;
}

void
ledger_close(struct ledger *ledger)
{
	store_close(ledger->db);
	if (ledger->lock_fd >= 0)
		(void)close(ledger->lock_fd);
	root_done(&ledger->root);
	ledger->db = NULL;
	ledger->lock_fd = -1;
}

void
ledger_now(char *text, size_t size)
{
	time_t now = time(NULL);
	struct tm tm;

	if (gmtime_r(&now, &tm) == NULL || strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		text[0] = '\0';
}
