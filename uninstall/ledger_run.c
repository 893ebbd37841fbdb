/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs and their steps in the ledger. */
#include <string.h>

#include "kmutil-helpers/fault.h"
#include "uninstall/vault_strays.h"
#include "kmutil-helpers/banned.h"

#define NOW_BYTES 32

static const char sql_run_insert[] =
    "INSERT INTO run (id, command, targets, began_at, build, boot_uuid, state)"
    " VALUES (:id, :command, :targets, :began_at, :build, :boot_uuid, 'running')";
static const char sql_run_last_id[] =
    "SELECT max(coalesce((SELECT max(id) FROM run), 0), coalesce((SELECT max(run) FROM step), 0),"
    " coalesce((SELECT max(run) FROM vaulted), 0))";
static const char sql_run_end[] =
    "UPDATE run SET state = :state, exit = :exit, ended_at = :ended_at WHERE id = :id";
#define SELECT_RUN                                                                                 \
	"SELECT id, command, began_at, ended_at, build, boot_uuid, state, coalesce(exit, -1),"     \
	" targets, coalesce(job, id), (SELECT max(expired_at) FROM vaulted"                        \
	" WHERE vaulted.run = run.id) FROM run "
static const char sql_run_by_id[] = SELECT_RUN "WHERE id = :id";
static const char sql_run_last_moved[] =
    SELECT_RUN "WHERE state <> 'undone' AND command <> 'undo' AND (EXISTS"
	       "  (SELECT 1 FROM vaulted WHERE vaulted.run = run.id) OR EXISTS"
	       "  (SELECT 1 FROM step WHERE step.run = run.id AND step.kind = 'stop-job'"
	       "   AND step.state IN ('begun', 'done')))"
	       " ORDER BY id DESC LIMIT 1";
static const char sql_run_unfinished[] = SELECT_RUN "WHERE state = 'running' ORDER BY id LIMIT 1";
static const char sql_run_list[] = SELECT_RUN "ORDER BY id";
static const char sql_job_list[] =
    SELECT_RUN "WHERE coalesce(job, id) = (SELECT coalesce(job, id) FROM run WHERE id = :run)"
	       " AND state <> 'undone' ORDER BY id DESC";
/* Of each step of the new run the last failed run that has left it, and the jobs of those;
 * but what has taken one of its files already is another job: the file came back. */
static const char sql_job_carry_on[] =
    "WITH mine AS (SELECT n, kind, subject FROM step WHERE run = :run AND state = 'planned'"
    "   AND kind IN ('stop-job', 'vault', 'forget')),"
    " other AS (SELECT mine.n, step.run, step.state, step.kind, run.state AS run_state,"
    "   coalesce(run.job, run.id) AS job FROM mine JOIN step USING (kind, subject)"
    "   JOIN run ON run.id = step.run WHERE run.state IN ('failed', 'done') AND run.id <> :run),"
    " left_by AS (SELECT max(run), job FROM other WHERE run_state = 'failed'"
    "   AND state IN ('failed', 'skipped') GROUP BY n)"
    " UPDATE run SET job = :run WHERE coalesce(job, id) IN (SELECT job FROM left_by)"
    "  AND coalesce(job, id) NOT IN"
    "   (SELECT job FROM other WHERE kind = 'vault' AND state = 'done')";
static const char sql_step_put[] =
    "INSERT OR REPLACE INTO step (run, n, kind, subject, why, state, message)"
    " VALUES (:run, :n, :kind, :subject, :why, :state, :message)";
static const char sql_step_list[] =
    "SELECT n, kind, subject, why, state, message FROM step WHERE run = :run ORDER BY n";

int
ledger_step_set(struct ledger *ledger, int64_t run, const struct step *step)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_step_put);

	store_bind_integer(stmt, ":run", run);
	store_bind_integer(stmt, ":n", step->n);
	store_bind_text(stmt, ":kind", step_get(step->kind)->name);
	store_bind_text(stmt, ":subject", step->subject);
	store_bind_text(stmt, ":why", step->why);
	store_bind_text(stmt, ":state", step_state_name(step->state));
	store_bind_text(stmt, ":message", step->message);
	return store_run(stmt);
}

/* One more than any that left a trace, in the ledger or in the vault: a ledger that was
 * begun anew, or is an older one that someone put back, knows less than the vault. */
static int64_t
next_id(struct ledger *ledger)
{
	struct arena *arena = arena_new(0);
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_run_last_id);
	int64_t in_vault = vault_last_run(ledger, arena), id = 0;

	if (stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW)
		id = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	arena_free(arena);
	return (id > in_vault ? id : in_vault) + 1;
}

static int
insert_run(struct ledger *ledger, struct ledger_run *run)
{
	int64_t id = next_id(ledger);
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_run_insert);
	char now[NOW_BYTES];
	int error;

	ledger_now(now, sizeof(now));
	store_bind_integer(stmt, ":id", id);
	store_bind_text(stmt, ":command", run->command);
	store_bind_text(stmt, ":targets", run->targets);
	store_bind_text(stmt, ":began_at", now);
	store_bind_text(stmt, ":build", run->build);
	store_bind_text(stmt, ":boot_uuid", run->boot_uuid);
	error = store_run(stmt);
	run->id = sqlite3_last_insert_rowid(ledger->db);
	return error;
}

static int
carry_on(struct ledger *ledger, int64_t run)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_job_carry_on);

	store_bind_integer(stmt, ":run", run);
	return store_run(stmt);
}

int
ledger_run_begin(struct ledger *ledger, struct ledger_run *run, struct step *steps,
    size_t step_count, const struct ledger_case *cases, size_t case_count)
{
	struct ledger_case kext;
	size_t i;
	int error = store_begin(ledger->db);

	if (error != 0)
		return error;
	error = insert_run(ledger, run);
	for (i = 0; error == 0 && i < step_count; i++) {
		steps[i].n = (int)i + 1;
		error = ledger_step_set(ledger, run->id, &steps[i]);
	}
	if (error == 0)
		error = carry_on(ledger, run->id);
	for (i = 0; error == 0 && i < case_count; i++) {
		kext = cases[i];
		kext.run = run->id;
		error = ledger_case_put(ledger, &kext);
	}
	return store_commit(ledger->db, error);
}

int
ledger_run_end(struct ledger *ledger, int64_t run, const char *state, int exit)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_run_end);
	char now[NOW_BYTES];

	ledger_now(now, sizeof(now));
	store_bind_integer(stmt, ":id", run);
	store_bind_text(stmt, ":state", state);
	store_bind_integer(stmt, ":exit", exit);
	store_bind_text(stmt, ":ended_at", now);
	return store_run(stmt);
}

static void
run_from_row(struct arena *arena, sqlite3_stmt *stmt, void *item)
{
	*(struct ledger_run *)item = (struct ledger_run){
	    .id = sqlite3_column_int64(stmt, 0),
	    .command = store_text(arena, stmt, 1),
	    .began_at = store_text(arena, stmt, 2),
	    .ended_at = store_text(arena, stmt, 3),
	    .build = store_text(arena, stmt, 4),
	    .boot_uuid = store_text(arena, stmt, 5),
	    .state = store_text(arena, stmt, 6),
	    .exit = sqlite3_column_int(stmt, 7),
	    .targets = store_text(arena, stmt, 8),
	    .job = sqlite3_column_int64(stmt, 9),
	    .expired_at = store_text(arena, stmt, 10),
	};
}

int
ledger_run_find(struct ledger *ledger, struct arena *arena, int64_t id, struct ledger_run **run)
{
	sqlite3_stmt *stmt;
	size_t count;

	*run = NULL;
	if (ledger->db == NULL)
		return 0;
	stmt = store_prepare(ledger->db, id > 0   ? sql_run_by_id
					 : id < 0 ? sql_run_unfinished
						  : sql_run_last_moved);
	store_bind_integer(stmt, ":id", id);
	return store_list(arena, stmt, sizeof(**run), run_from_row, run, &count);
}

int
ledger_run_list(struct ledger *ledger, struct arena *arena, struct ledger_run **runs, size_t *count)
{
	*runs = NULL;
	*count = 0;
	if (ledger->db == NULL)
		return 0;
	return store_list(arena, store_prepare(ledger->db, sql_run_list), sizeof(**runs),
	    run_from_row, runs, count);
}

int
ledger_job_list(struct ledger *ledger, struct arena *arena, int64_t run, struct ledger_run **runs,
    size_t *count)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_job_list);

	store_bind_integer(stmt, ":run", run);
	return store_list(arena, stmt, sizeof(**runs), run_from_row, runs, count);
}

static void
step_from_row(struct arena *arena, sqlite3_stmt *stmt, void *item)
{
	*(struct step *)item = (struct step){
	    .n = sqlite3_column_int(stmt, 0),
	    .kind = step_parse((const char *)sqlite3_column_text(stmt, 1)),
	    .subject = store_text(arena, stmt, 2),
	    .why = store_text(arena, stmt, 3),
	    .state = step_state_parse((const char *)sqlite3_column_text(stmt, 4)),
	    .message = store_text(arena, stmt, 5),
	};
}

int
ledger_step_list(
    struct ledger *ledger, struct arena *arena, int64_t run, struct step **steps, size_t *count)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_step_list);
	size_t i;
	int error;

	store_bind_integer(stmt, ":run", run);
	error = store_list(arena, stmt, sizeof(**steps), step_from_row, steps, count);
	for (i = 0; error == 0 && i < *count; i++)
		if ((*steps)[i].kind == STEP_KIND_COUNT)
			error = -FAULT_DAMAGED;
	return error;
}
