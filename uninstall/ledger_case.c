/* SPDX-License-Identifier: BSD-2-Clause */
/* Cases, and their standings over time. */
#include <string.h>

#include "kmutil-helpers/fault.h"
#include "uninstall/ledger.h"
#include "kmutil-helpers/banned.h"

#define NOW_BYTES 32

static const char sql_case_put[] =
    "INSERT OR REPLACE INTO kext_case (key, bundle_id, path, rule, run, boot_uuid,"
    " restart_needed, rebuild, was_clean, migrates, standing, since, build, return_cause, rung)"
    " VALUES (:key, :bundle_id, :path, :rule, :run, :boot_uuid, :restart_needed, :rebuild,"
    " :was_clean, :migrates, :standing, :since, :build, :return_cause, :rung)";
/* Returns count from the last OS update on through which the kext stayed away, by the order
 * in which they were recorded: a clock may jump. That update is looked for only where there
 * is a return. */
static const char sql_case_list[] =
    "SELECT key, bundle_id, path, rule, run, boot_uuid, restart_needed, rebuild, was_clean,"
    " migrates, standing, since, build, return_cause,"
    " (SELECT count(*) FROM standing WHERE standing.key = kext_case.key"
    "   AND standing.standing = 'returned' AND standing.cause = 'relinked'"
    "   AND coalesce(standing.sighting, 0) >= coalesce((SELECT max(later.id) FROM sighting AS later"
    "     JOIN sighting AS earlier ON earlier.id = (SELECT max(id) FROM sighting"
    "       WHERE key = later.key AND id < later.id)"
    "     WHERE later.key = kext_case.key AND later.build IS NOT earlier.build"
    "       AND later.standing IN ('gone', 'inert')"
    "       AND earlier.standing IN ('gone', 'inert')), 0)), rung"
    " FROM kext_case ORDER BY key";
static const char sql_case_remove[] = "DELETE FROM kext_case WHERE key = :key";
static const char sql_standing_insert[] =
    "INSERT INTO standing (key, at, build, standing, cause, run, sighting)"
    " SELECT :key, :at, :build, :standing, :cause, (SELECT coalesce(max(id), 0) FROM run),"
    "  (SELECT coalesce(max(id), 0) FROM sighting)"
    " WHERE :standing IS NOT"
    "  (SELECT standing FROM standing WHERE key = :key ORDER BY id DESC LIMIT 1)";
static const char sql_standing_list[] =
    "SELECT key, at, build, standing, cause, coalesce(run, -1) FROM standing ORDER BY id";
static int
note_standing(struct ledger *ledger, const struct ledger_case *kext)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_standing_insert);
	char now[NOW_BYTES];

	ledger_now(now, sizeof(now));
	store_bind_text(stmt, ":key", kext->key);
	store_bind_text(stmt, ":at", now);
	store_bind_text(stmt, ":build", kext->build);
	store_bind_text(stmt, ":standing", standing_name(kext->standing));
	store_bind_text(stmt, ":cause", kext->return_cause);
	return store_run(stmt);
}

int
ledger_case_put(struct ledger *ledger, const struct ledger_case *kext)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_case_put);
	int error;

	store_bind_text(stmt, ":key", kext->key);
	store_bind_text(stmt, ":bundle_id", kext->bundle_id);
	store_bind_text(stmt, ":path", kext->path);
	store_bind_text(stmt, ":rule", kext->rule);
	store_bind_integer(stmt, ":run", kext->run);
	store_bind_text(stmt, ":boot_uuid", kext->boot_uuid);
	store_bind_integer(stmt, ":restart_needed", kext->restart_needed);
	store_bind_text(stmt, ":rebuild", rebuild_state_name(kext->rebuild));
	store_bind_integer(stmt, ":was_clean", kext->was_clean);
	store_bind_integer(stmt, ":migrates", kext->migrates);
	store_bind_text(stmt, ":standing", standing_name(kext->standing));
	store_bind_text(stmt, ":since", kext->since);
	store_bind_text(stmt, ":build", kext->build);
	store_bind_text(stmt, ":return_cause", kext->return_cause);
	store_bind_text(stmt, ":rung", rung_name(kext->rung));
	error = store_run(stmt);
	return error != 0 ? error : note_standing(ledger, kext);
}

int
ledger_case_remove(struct ledger *ledger, const char *key)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_case_remove);

	store_bind_text(stmt, ":key", key);
	return store_run(stmt);
}

static void
case_from_row(struct arena *arena, sqlite3_stmt *stmt, void *item)
{
	*(struct ledger_case *)item = (struct ledger_case){
	    .key = store_text(arena, stmt, 0),
	    .bundle_id = store_text(arena, stmt, 1),
	    .path = store_text(arena, stmt, 2),
	    .rule = store_text(arena, stmt, 3),
	    .run = sqlite3_column_int64(stmt, 4),
	    .boot_uuid = store_text(arena, stmt, 5),
	    .restart_needed = sqlite3_column_int(stmt, 6) != 0,
	    .rebuild = rebuild_state_parse((const char *)sqlite3_column_text(stmt, 7)),
	    .was_clean = sqlite3_column_int(stmt, 8) != 0,
	    .migrates = sqlite3_column_int(stmt, 9) != 0,
	    .standing = standing_parse((const char *)sqlite3_column_text(stmt, 10)),
	    .since = store_text(arena, stmt, 11),
	    .build = store_text(arena, stmt, 12),
	    .return_cause = store_text(arena, stmt, 13),
	    .returns = sqlite3_column_int(stmt, 14),
	    .rung = rung_parse((const char *)sqlite3_column_text(stmt, 15)),
	};
}

int
ledger_case_list(
    struct ledger *ledger, struct arena *arena, struct ledger_case **cases, size_t *count)
{
	*cases = NULL;
	*count = 0;
	if (ledger->db == NULL)
		return 0;
	return store_list(arena, store_prepare(ledger->db, sql_case_list), sizeof(**cases),
	    case_from_row, cases, count);
}

static void
standing_from_row(struct arena *arena, sqlite3_stmt *stmt, void *item)
{
	*(struct ledger_standing *)item = (struct ledger_standing){
	    .key = store_text(arena, stmt, 0),
	    .at = store_text(arena, stmt, 1),
	    .build = store_text(arena, stmt, 2),
	    .standing = store_text(arena, stmt, 3),
	    .cause = store_text(arena, stmt, 4),
	    .run = sqlite3_column_int64(stmt, 5),
	};
}

int
ledger_standing_list(
    struct ledger *ledger, struct arena *arena, struct ledger_standing **items, size_t *count)
{
	*items = NULL;
	*count = 0;
	if (ledger->db == NULL)
		return 0;
	return store_list(arena, store_prepare(ledger->db, sql_standing_list), sizeof(**items),
	    standing_from_row, items, count);
}
