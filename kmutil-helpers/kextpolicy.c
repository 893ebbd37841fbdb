/* SPDX-License-Identifier: BSD-2-Clause */
/* KextPolicy: a few statements, of which the table decides which one fits. */
#include <errno.h>
#include <string.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/kextpolicy.h"
#include "kmutil-helpers/store.h"
#include "kmutil-helpers/banned.h"

/* Columns of every statement below, in this order. */
enum column { BUNDLE_ID, TEAM_ID, PATH, CDHASH, PAYLOAD_UUID, LAST_SEEN, ALLOWED };

static const char sql_check[] = "PRAGMA quick_check(1)";
static const char sql_table_find[] =
    "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name";

static const char sql_policy_list[] =
    "SELECT bundle_id, team_id, NULL, NULL, NULL, NULL, allowed FROM kext_policy";
static const char sql_mdm_list[] =
    "SELECT bundle_id, team_id, NULL, NULL, payload_uuid, NULL, allowed FROM kext_policy_mdm";
static const char sql_history_list[] =
    "SELECT bundle_id, team_id, path, cdhash, NULL, last_seen, NULL FROM kext_load_history_v3";
/* Databases that began on 10.13 or 10.14. */
static const char sql_history_list_old[] =
    "SELECT bundle_id, team_id, path, NULL, NULL, last_seen, NULL FROM kext_load_history_v3";

static const struct {
	const char *table;
	const char *list, *list_old;
} stores[KEXTPOLICY_STORE_COUNT] = {
    [KEXTPOLICY_POLICY] = {"kext_policy", sql_policy_list, NULL},
    [KEXTPOLICY_MDM] = {"kext_policy_mdm", sql_mdm_list, NULL},
    [KEXTPOLICY_HISTORY] = {"kext_load_history_v3", sql_history_list, sql_history_list_old},
};

struct reader {
	struct arena *arena; /* borrowed */
	sqlite3 *db;
	struct kextpolicy_row *rows;
	size_t count, room, tables, text_bytes;
};

static int
step_fault(int rc)
{
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return 0;
	return (rc & 0xff) == SQLITE_IOERR ? -EIO : -FAULT_DAMAGED;
}

static int
text_read(struct reader *r, sqlite3_stmt *stmt, enum column column, const char **out)
{
	const char *text = (const char *)sqlite3_column_text(stmt, (int)column);
	int len = sqlite3_column_bytes(stmt, (int)column);

	*out = NULL;
	if (text == NULL)
		return 0;
	r->text_bytes += (size_t)len;
	if (r->text_bytes > KEXTPOLICY_MAX_TEXT_BYTES)
		return -FAULT_SIZE;
	if (strlen(text) != (size_t)len)
		return -FAULT_SYNTAX;
	*out = arena_strdup(r->arena, text);
	return 0;
}

static int
row_read(struct reader *r, enum kextpolicy_store store, sqlite3_stmt *stmt)
{
	struct kextpolicy_row *row;
	int error;

	if (r->count == KEXTPOLICY_MAX_ROWS)
		return -FAULT_COUNT;
	if (r->count == r->room) {
		r->room = r->room ? 2 * r->room : 32;
		r->rows = arena_grow(r->arena, r->rows, r->count, r->room, sizeof(*r->rows));
	}
	row = &r->rows[r->count++];
	row->store = store;
	row->allowed = store == KEXTPOLICY_HISTORY ? -1 : sqlite3_column_int(stmt, ALLOWED) != 0;
	if ((error = text_read(r, stmt, BUNDLE_ID, &row->bundle_id)) == 0 &&
	    (error = text_read(r, stmt, TEAM_ID, &row->team_id)) == 0 &&
	    (error = text_read(r, stmt, PATH, &row->path)) == 0 &&
	    (error = text_read(r, stmt, CDHASH, &row->cdhash)) == 0 &&
	    (error = text_read(r, stmt, PAYLOAD_UUID, &row->payload_uuid)) == 0)
		error = text_read(r, stmt, LAST_SEEN, &row->last_seen);
	return error;
}

/* SQLite reads much of a damaged database as if it were whole. */
static int
database_check(sqlite3 *db)
{
	sqlite3_stmt *stmt = store_prepare(db, sql_check);
	const char *says;
	int error;

	if (stmt == NULL)
		return -FAULT_DAMAGED;
	error = step_fault(sqlite3_step(stmt));
	says = (const char *)sqlite3_column_text(stmt, 0);
	if (error == 0 && (says == NULL || strcmp(says, "ok") != 0))
		error = -FAULT_DAMAGED;
	(void)sqlite3_finalize(stmt);
	return error;
}

static int
table_find(struct reader *r, const char *table, bool *found)
{
	sqlite3_stmt *stmt = store_prepare(r->db, sql_table_find);
	int rc;

	store_bind_text(stmt, ":name", table);
	rc = sqlite3_step(stmt);
	*found = rc == SQLITE_ROW;
	(void)sqlite3_finalize(stmt);
	return step_fault(rc);
}

static int
store_read(struct reader *r, enum kextpolicy_store store)
{
	sqlite3_stmt *stmt;
	bool found;
	int error = table_find(r, stores[store].table, &found), rc;

	if (error != 0 || !found)
		return error;
	r->tables++;
	stmt = store_prepare(r->db, stores[store].list);
	if (stmt == NULL && stores[store].list_old != NULL)
		stmt = store_prepare(r->db, stores[store].list_old);
	if (stmt == NULL)
		return -FAULT_DAMAGED;
	while (error == 0 && (rc = sqlite3_step(stmt)) != SQLITE_DONE)
		error = rc == SQLITE_ROW ? row_read(r, store, stmt) : step_fault(rc);
	(void)sqlite3_finalize(stmt);
	return error;
}

int
kextpolicy_read(struct arena *arena, const char *db_path, const struct kextpolicy_row **rows,
    size_t *count)
{
	struct reader r = {.arena = arena};
	int error = store_open(db_path, true, NULL, 0, &r.db), store;

	*rows = NULL;
	*count = 0;
	if (error == 0)
		error = database_check(r.db);
	for (store = 0; error == 0 && store < KEXTPOLICY_STORE_COUNT; store++)
		error = store_read(&r, (enum kextpolicy_store)store);
	store_close(r.db);
	if (error == 0 && r.tables == 0)
		error = -FAULT_MISSING;
	if (error == 0) {
		*rows = r.rows;
		*count = r.count;
	}
	return error;
}
