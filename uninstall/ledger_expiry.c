/* SPDX-License-Identifier: BSD-2-Clause */
/* How long jobs have been over, and what of them expires. */
#include "uninstall/ledger.h"
#include "kmutil-helpers/banned.h"

#define NOW_BYTES 32

static const char sql_expiring_list[] =
    "SELECT held.job, coalesce(expiring.seconds, 0), expiring.boot_uuid,"
    " coalesce(expiring.steady, 0) FROM"
    "  (SELECT DISTINCT coalesce(run.job, run.id) AS job FROM vaulted"
    "    JOIN run ON run.id = vaulted.run WHERE run.state <> 'undone'"
    "    AND vaulted.restored = 0 AND vaulted.expiry IS NULL) AS held"
    " LEFT JOIN expiring ON expiring.job = held.job ORDER BY held.job";
static const char sql_expiring_put[] =
    "INSERT OR REPLACE INTO expiring (job, seconds, boot_uuid, steady)"
    " VALUES (:job, :seconds, :boot_uuid, :steady)";
static const char sql_expiring_remove[] = "DELETE FROM expiring WHERE job = :job";
static const char sql_job_expire[] =
    "UPDATE vaulted SET expiry = 'begun', expired_at = :now WHERE restored = 0"
    " AND expiry IS NULL AND run IN"
    "  (SELECT id FROM run WHERE coalesce(job, id) = :job AND state <> 'undone')";

static void
expiring_from_row(struct arena *arena, sqlite3_stmt *stmt, void *item)
{
	*(struct ledger_expiring *)item = (struct ledger_expiring){
	    .job = sqlite3_column_int64(stmt, 0),
	    .seconds = sqlite3_column_int64(stmt, 1),
	    .boot_uuid = store_text(arena, stmt, 2),
	    .steady = sqlite3_column_int64(stmt, 3),
	};
}

int
ledger_expiring_list(
    struct ledger *ledger, struct arena *arena, struct ledger_expiring **jobs, size_t *count)
{
	return store_list(arena, store_prepare(ledger->db, sql_expiring_list), sizeof(**jobs),
	    expiring_from_row, jobs, count);
}

int
ledger_expiring_put(struct ledger *ledger, const struct ledger_expiring *job)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_expiring_put);

	store_bind_integer(stmt, ":job", job->job);
	store_bind_integer(stmt, ":seconds", job->seconds);
	store_bind_text(stmt, ":boot_uuid", job->boot_uuid);
	store_bind_integer(stmt, ":steady", job->steady);
	return store_run(stmt);
}

int
ledger_expiring_remove(struct ledger *ledger, int64_t job)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_expiring_remove);

	store_bind_integer(stmt, ":job", job);
	return store_run(stmt);
}

int
ledger_job_expire(struct ledger *ledger, int64_t job)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_job_expire);
	char now[NOW_BYTES];

	ledger_now(now, sizeof(now));
	store_bind_text(stmt, ":now", now);
	store_bind_integer(stmt, ":job", job);
	return store_run(stmt);
}
