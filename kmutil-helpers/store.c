/* SPDX-License-Identifier: BSD-2-Clause */
/* SQLite, opened so that a crash loses nothing. SQL of 3.32 only. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/store.h"
#include "kmutil-helpers/banned.h"

#define BUSY_TIMEOUT_MS 5000

static int
store_fault(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -FAULT_DAMAGED;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		return -EIO;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_PERM:
		return -EPERM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	default:
		return -FAULT_TYPE;
	}
}

static int
execute(sqlite3 *db, const char *sql)
{
	return store_fault(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static int
read_version(sqlite3 *db, int *version)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &stmt, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	*version = rc == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : 0;
	(void)sqlite3_finalize(stmt);
	return store_fault(rc);
}

/* Each rung and its version are one transaction. */
static int
climb(sqlite3 *db, const struct store_rung *ladder, size_t rungs, int version)
{
	size_t i;
	int error = 0;

	for (i = 0; error == 0 && i < rungs; i++) {
		if (ladder[i].version <= version)
			continue;
		if ((error = store_begin(db)) != 0)
			return error;
		error = store_commit(db, execute(db, ladder[i].sql));
	}
	return error;
}

int
store_open(
    const char *path, bool read_only, const struct store_rung *ladder, size_t rungs, sqlite3 **db)
{
	int version, error;
	int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;

	*db = NULL;
	/* SQLite says only that it cannot open the file, not why. */
	if (read_only && access(path, R_OK) != 0)
		return -errno;
	error = store_fault(sqlite3_open_v2(path, db, flags, NULL));
	if (error == 0) {
		(void)sqlite3_busy_timeout(*db, BUSY_TIMEOUT_MS);
		error = execute(*db, "PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON");
	}
	if (error == 0 && !read_only)
		error = execute(*db, "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = EXTRA;"
				     "PRAGMA fullfsync = ON");
	if (error == 0)
		error = read_version(*db, &version);
	if (error == 0 && rungs > 0 && version > ladder[rungs - 1].version)
		error = -FAULT_NEWER;
	if (error == 0 && !read_only)
		error = climb(*db, ladder, rungs, version);
	if (error != 0) {
		store_close(*db);
		*db = NULL;
	}
	return error;
}

bool
store_is_behind(sqlite3 *db, const struct store_rung *ladder, size_t rungs)
{
	int version;

	return read_version(db, &version) == 0 && rungs > 0 && version < ladder[rungs - 1].version;
}

void
store_close(sqlite3 *db)
{
	(void)sqlite3_close(db);
}

sqlite3_stmt *
store_prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	return sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK ? stmt : NULL;
}

void
store_bind_text(sqlite3_stmt *stmt, const char *name, const char *value)
{
	int index = stmt != NULL ? sqlite3_bind_parameter_index(stmt, name) : 0;

	if (index > 0)
		(void)sqlite3_bind_text(stmt, index, value, -1, SQLITE_STATIC);
}

void
store_bind_integer(sqlite3_stmt *stmt, const char *name, int64_t value)
{
	int index = stmt != NULL ? sqlite3_bind_parameter_index(stmt, name) : 0;

	if (index > 0)
		(void)sqlite3_bind_int64(stmt, index, value);
}

int
store_run(sqlite3_stmt *stmt)
{
	int rc;

	if (stmt == NULL)
		return -FAULT_TYPE;
	rc = sqlite3_step(stmt);
	(void)sqlite3_finalize(stmt);
	return store_fault(rc);
}

char *
store_text(struct arena *arena, sqlite3_stmt *stmt, int column)
{
	return arena_strdup(arena, (const char *)sqlite3_column_text(stmt, column));
}

int
store_list(struct arena *arena, sqlite3_stmt *stmt, size_t size_bytes,
    void (*from_row)(struct arena *arena, sqlite3_stmt *stmt, void *item), void *items,
    size_t *count)
{
	static const void *const none;
	size_t room = 0;
	int rc;

	memcpy(items, &none, sizeof(none));
	*count = 0;
	if (stmt == NULL)
		return -FAULT_DAMAGED;
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
		from_row(arena, stmt, arena_push(arena, items, count, &room, size_bytes));
	(void)sqlite3_finalize(stmt);
	return rc == SQLITE_DONE ? 0 : -FAULT_DAMAGED;
}

int
store_begin(sqlite3 *db)
{
	return execute(db, "BEGIN IMMEDIATE");
}

int
store_commit(sqlite3 *db, int error)
{
	if (error == 0)
		error = execute(db, "COMMIT");
	if (error != 0)
		(void)execute(db, "ROLLBACK");
	return error;
}
