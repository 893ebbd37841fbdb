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

/* Every page is read once, before anything is written. */
static int
check(sqlite3 *db)
{
	sqlite3_stmt *stmt = store_prepare(db, "PRAGMA quick_check(1)");
	const unsigned char *verdict;
	int rc = stmt != NULL ? sqlite3_step(stmt) : sqlite3_errcode(db), error = store_fault(rc);

	if (error == 0) {
		verdict = rc == SQLITE_ROW ? sqlite3_column_text(stmt, 0) : NULL;
		error = verdict != NULL && strcmp((const char *)verdict, "ok") == 0
			    ? 0
			    : -FAULT_DAMAGED;
	}
	(void)sqlite3_finalize(stmt);
	return error;
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
	/* The SQL is known to be right: what it builds on is not there. */
	return error == -FAULT_TYPE ? -FAULT_DAMAGED : error;
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
		error = check(*db);
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

/* All rows that one walk over the table reaches. */
static int
copy_rows(sqlite3_stmt *from, sqlite3_stmt *to, size_t *copied)
{
	bool refused = false;
	int column, rc;

	while ((rc = sqlite3_step(from)) == SQLITE_ROW) {
		for (column = 0; column < sqlite3_column_count(from); column++)
			(void)sqlite3_bind_value(
			    to, column + 1, sqlite3_column_value(from, column));
		rc = sqlite3_step(to);
		*copied += rc == SQLITE_DONE && sqlite3_changes(sqlite3_db_handle(to)) > 0;
		(void)sqlite3_reset(to);
		/* A row that the schema does not take is left out, and no more than that. */
		refused |= (rc & 0xff) == SQLITE_CONSTRAINT;
		if (rc != SQLITE_DONE && (rc & 0xff) != SQLITE_CONSTRAINT)
			return store_fault(rc);
	}
	return rc == SQLITE_DONE && !refused ? 0 : -FAULT_DAMAGED;
}

int
store_salvage(sqlite3 *from, const char *select, sqlite3 *to, const char *insert, size_t *copied)
{
	static const char *const ways[] = {
	    "PRAGMA reverse_unordered_selects = OFF", "PRAGMA reverse_unordered_selects = ON"};
	sqlite3_stmt *source, *target = store_prepare(to, insert);
	int error = -FAULT_DAMAGED;
	size_t i;

	*copied = 0;
	if (target == NULL)
		return -FAULT_TYPE;
	for (i = 0; error == -FAULT_DAMAGED && i < sizeof(ways) / sizeof(*ways); i++) {
		if (execute(from, ways[i]) != 0)
			break;
		source = store_prepare(from, select);
		error = source != NULL ? copy_rows(source, target, copied) : -FAULT_DAMAGED;
		(void)sqlite3_finalize(source);
		/* From the other end nothing can make up for what this one met. */
		if (i > 0 && error == 0)
			error = -FAULT_DAMAGED;
	}
	(void)sqlite3_finalize(target);
	return error;
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
	return store_fault(rc);
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
