/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Store: a SQLite file that must survive a power cut: rollback journal, full
 * sync, one ladder of {version, SQL} as its only schema. Knows no table.
 */
#ifndef KMUTIL_HELPERS_STORE_H
#define KMUTIL_HELPERS_STORE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmutil-helpers/arena.h"

struct store_rung {
	int version;
	const char *sql;
};

/*
 * Opens the file, reads every page of it once (quick_check) and climbs the ladder where
 * it is older; `read_only` does neither, changes nothing and makes nothing. The caller closes *db
 * with store_close. 0; -ENOENT (read only, no file); -FAULT_NEWER: written by a newer version and
 * left alone; -FAULT_DAMAGED; -FAULT_TYPE for anything else of SQLite's.
 */
int store_open(const char *path, bool read_only, const struct store_rung *ladder, size_t rungs,
    sqlite3 **db) __attribute__((warn_unused_result));
void store_close(sqlite3 *db);
/* Whether an open file has not climbed the whole ladder: one that is read only. */
bool store_is_behind(sqlite3 *db, const struct store_rung *ladder, size_t rungs);

/* Copies the rows that can still be read of a damaged store: `select` wants no order,
 * `insert` has ?1 to ?N for its columns and leaves out what is there already. The table is
 * walked from one end, and where that fails from the other; *copied counts the rows. 0;
 * -FAULT_DAMAGED: some rows may be missing; else a fault of the new store. */
int store_salvage(sqlite3 *from, const char *select, sqlite3 *to, const char *insert,
    size_t *copied) __attribute__((warn_unused_result));

/* A statement from static SQL; NULL after an error of SQLite's. Ended with
 * sqlite3_finalize. */
sqlite3_stmt *store_prepare(sqlite3 *db, const char *sql);
/* Bind by name (":path"); NULL text is NULL. The text must live until the step. */
void store_bind_text(sqlite3_stmt *stmt, const char *name, const char *value);
void store_bind_integer(sqlite3_stmt *stmt, const char *name, int64_t value);
/* Runs a statement that returns no row, and finalizes it. 0 or -FAULT_TYPE. */
int store_run(sqlite3_stmt *stmt) __attribute__((warn_unused_result));
/* A copy of a text column; NULL for NULL. */
char *store_text(struct arena *arena, sqlite3_stmt *stmt, int column);

/* All rows of a prepared statement, which is finalized: from_row fills one zeroed item
 * of size_bytes from the row it stands on. *items, owned by the arena, is the address of
 * the caller's pointer. 0, -FAULT_DAMAGED, -EBUSY (another one writes), -EIO. */
int store_list(struct arena *arena, sqlite3_stmt *stmt, size_t size_bytes,
    void (*from_row)(struct arena *arena, sqlite3_stmt *stmt, void *item), void *items,
    size_t *count) __attribute__((warn_unused_result));

/* One transaction. store_commit rolls back when error is not 0, and returns it. */
int store_begin(sqlite3 *db) __attribute__((warn_unused_result));
int store_commit(sqlite3 *db, int error) __attribute__((warn_unused_result));

#endif
