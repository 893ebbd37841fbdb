/* SPDX-License-Identifier: BSD-2-Clause */
/* The register of what lies in the vault. */
#include "kmutil-helpers/fault.h"
#include "uninstall/ledger.h"
#include "kmutil-helpers/banned.h"

static const char sql_vaulted_insert[] =
    "INSERT OR REPLACE INTO vaulted"
    " (run, n, path, slot, kind, mode, uid, gid, size, mtime_ns, inode, flags, digest) VALUES"
    " (:run, :n, :path, :slot, :kind, :mode, :uid, :gid, :size, :mtime_ns, :inode, :flags,"
    "  :digest)";
static const char sql_vaulted_cross[] =
    "UPDATE vaulted SET crossing = :crossing WHERE run = :run AND n = :n AND path = :path";
static const char sql_vaulted_restore[] =
    "UPDATE vaulted SET restored = 1 WHERE run = :run AND n = :n AND path = :path";
#define SELECT_VAULTED                                                                             \
	"SELECT run, n, path, slot, kind, mode, uid, gid, size, mtime_ns, inode, flags, digest,"   \
	" crossing, restored, expiry, expired_at FROM vaulted "
static const char sql_vaulted_list[] = SELECT_VAULTED "WHERE run = :run ORDER BY n, path";
static const char sql_vaulted_list_begun[] =
    SELECT_VAULTED "WHERE crossing = 'begun' ORDER BY run, n, path";
static const char sql_vaulted_list_expired[] =
    SELECT_VAULTED "WHERE expiry = 'begun' ORDER BY run, n, path";
static const char sql_vaulted_expiry[] =
    "UPDATE vaulted SET expiry = :expiry WHERE run = :run AND n = :n AND path = :path";

int
ledger_vault_add(struct ledger *ledger, const struct vaulted *item)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_vaulted_insert);

	store_bind_integer(stmt, ":run", item->run);
	store_bind_integer(stmt, ":n", item->n);
	store_bind_text(stmt, ":path", item->path);
	store_bind_text(stmt, ":slot", item->slot);
	store_bind_text(stmt, ":kind", item->kind);
	store_bind_integer(stmt, ":mode", item->mode);
	store_bind_integer(stmt, ":uid", item->uid);
	store_bind_integer(stmt, ":gid", item->gid);
	store_bind_integer(stmt, ":size", item->size);
	store_bind_integer(stmt, ":mtime_ns", item->mtime_ns);
	store_bind_integer(stmt, ":inode", item->inode);
	store_bind_integer(stmt, ":flags", item->flags);
	store_bind_text(stmt, ":digest", item->digest);
	return store_run(stmt);
}

static void
bind_key(sqlite3_stmt *stmt, const struct vaulted *item)
{
	store_bind_integer(stmt, ":run", item->run);
	store_bind_integer(stmt, ":n", item->n);
	store_bind_text(stmt, ":path", item->path);
}

int
ledger_vault_set_crossing(
    struct ledger *ledger, const struct vaulted *item, const char *crossing)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_vaulted_cross);

	store_bind_text(stmt, ":crossing", crossing);
	bind_key(stmt, item);
	return store_run(stmt);
}

int
ledger_vault_set_restored(struct ledger *ledger, const struct vaulted *item)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_vaulted_restore);

	bind_key(stmt, item);
	return store_run(stmt);
}

int
ledger_vault_set_expiry(
    struct ledger *ledger, const struct vaulted *item, const char *expiry)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_vaulted_expiry);

	store_bind_text(stmt, ":expiry", expiry);
	bind_key(stmt, item);
	return store_run(stmt);
}

static void
vaulted_from_row(struct arena *arena, sqlite3_stmt *stmt, void *item)
{
	*(struct vaulted *)item = (struct vaulted){
	    .run = sqlite3_column_int64(stmt, 0),
	    .n = sqlite3_column_int(stmt, 1),
	    .path = store_text(arena, stmt, 2),
	    .slot = store_text(arena, stmt, 3),
	    .kind = store_text(arena, stmt, 4),
	    .mode = (uint32_t)sqlite3_column_int64(stmt, 5),
	    .uid = (uint32_t)sqlite3_column_int64(stmt, 6),
	    .gid = (uint32_t)sqlite3_column_int64(stmt, 7),
	    .size = sqlite3_column_int64(stmt, 8),
	    .mtime_ns = sqlite3_column_int64(stmt, 9),
	    .inode = sqlite3_column_int64(stmt, 10),
	    .flags = (uint32_t)sqlite3_column_int64(stmt, 11),
	    .digest = store_text(arena, stmt, 12),
	    .crossing = store_text(arena, stmt, 13),
	    .restored = sqlite3_column_int(stmt, 14) != 0,
	    .expiry = store_text(arena, stmt, 15),
	    .expired_at = store_text(arena, stmt, 16),
	};
}

int
ledger_vault_list(
    struct ledger *ledger, struct arena *arena, int64_t run, struct vaulted **items, size_t *count)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_vaulted_list);

	store_bind_integer(stmt, ":run", run);
	return store_list(arena, stmt, sizeof(**items), vaulted_from_row, items, count);
}

int
ledger_vault_list_begun(
    struct ledger *ledger, struct arena *arena, struct vaulted **items, size_t *count)
{
	return store_list(arena, store_prepare(ledger->db, sql_vaulted_list_begun), sizeof(**items),
	    vaulted_from_row, items, count);
}

int
ledger_vault_list_expired(
    struct ledger *ledger, struct arena *arena, struct vaulted **items, size_t *count)
{
	return store_list(arena, store_prepare(ledger->db, sql_vaulted_list_expired),
	    sizeof(**items), vaulted_from_row, items, count);
}
