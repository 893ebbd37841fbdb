/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KextPolicy: approvals and load history, SQLite as on a Mac. Left in WAL mode
 * with rows that stand only in the -wal. Schema: docs/facts.md (2.5).
 */
#include <sqlite3.h>
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/scenario.h"

#define FOLDER "/private/var/db/SystemPolicyConfiguration"

static const char schema[] =
    "CREATE TABLE settings ( name TEXT, value TEXT, PRIMARY KEY (name) );"
    "CREATE TABLE kext_load_history_v3 ( path TEXT PRIMARY KEY, team_id TEXT, bundle_id TEXT, "
    "boot_uuid TEXT, created_at TEXT, last_seen TEXT, flags INTEGER , cdhash TEXT);"
    "CREATE TABLE kext_policy ( team_id TEXT, bundle_id TEXT, allowed BOOLEAN, "
    "developer_name TEXT, flags INTEGER, PRIMARY KEY (team_id, bundle_id) );"
    "CREATE TABLE kext_policy_mdm ( team_id TEXT, bundle_id TEXT, allowed BOOLEAN, "
    "payload_uuid TEXT, PRIMARY KEY (team_id, bundle_id) );";
/* Its columns are made up: only the name of the table was seen, on 26. */
static const char schema_26[] =
    "CREATE TABLE deprecation_alert_history ( bundle_id TEXT PRIMARY KEY, last_seen TEXT );";
static const char policy_insert[] =
    "INSERT INTO kext_policy (team_id, bundle_id, allowed, developer_name, flags) "
    "VALUES (:team, :id, 1, :developer, 1)";
static const char history_insert[] =
    "INSERT INTO kext_load_history_v3 (path, team_id, bundle_id, boot_uuid, created_at, last_seen, "
    "flags, cdhash) VALUES (:path, :team, :id, :boot, '2023-11-14 22:13:20', "
    "'2023-11-15 06:00:00', 16, :cdhash)";

static void
run_text(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		macsim_die("KextPolicy: %s", sqlite3_errmsg(db));
}

static void
bind_text(sqlite3_stmt *row, const char *name, const char *text)
{
	int at = sqlite3_bind_parameter_index(row, name);

	if (at > 0)
		sqlite3_bind_text(row, at, text, -1, SQLITE_STATIC);
}

static void
insert(sqlite3 *db, const char *sql, const struct model *model, const char *developer)
{
	struct kexts kexts = kexts_get(model, "member");
	sqlite3_stmt *row = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &row, NULL) != SQLITE_OK)
		macsim_die("KextPolicy: %s", sqlite3_errmsg(db));
	for (size_t i = 0; i < kexts.count; i++) {
		bind_text(row, ":path", kexts.items[i].path);
		bind_text(row, ":team", kexts.items[i].team);
		bind_text(row, ":id", kexts.items[i].id);
		bind_text(row, ":developer", developer);
		bind_text(row, ":boot", model_get(model, "boot-session", ""));
		bind_text(row, ":cdhash", kexts.items[i].cdhash);
		if (sqlite3_step(row) != SQLITE_DONE)
			macsim_die("KextPolicy: %s", sqlite3_errmsg(db));
		sqlite3_reset(row);
	}
	sqlite3_finalize(row);
	kexts_free(&kexts);
}

void
scenario_put_policy(const char *root, const struct model *model, const char *developer)
{
	struct files_path path = files_join(root, FOLDER "/KextPolicy");
	sqlite3 *db = NULL;

	/* The same salts at each `new`. */
	sqlite3_initialize();
	sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, 1, NULL);
	if (sqlite3_open(path.text, &db) != SQLITE_OK)
		macsim_die("%s: %s", path.text, sqlite3_errmsg(db));
	run_text(db, "PRAGMA journal_mode=WAL");
	run_text(db, schema);
	if (version_compare(model_get(model, "macos", ""), "26.0") >= 0)
		run_text(db, schema_26);
	insert(db, policy_insert, model, developer);
	run_text(db, "PRAGMA wal_checkpoint(TRUNCATE)");
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	insert(db, history_insert, model, developer);
	sqlite3_close(db);
	for (size_t i = 0; i < 2; i++) {
		struct files_path one = files_format("%.4000s%s", path.text, i ? "-wal" : "");

		(void)chmod(one.text, 0600);
	}
}

void
scenario_policy_more(const char *root, const char *sql)
{
	struct files_path path = files_join(root, FOLDER "/KextPolicy");
	sqlite3 *db = NULL;

	if (sqlite3_open(path.text, &db) != SQLITE_OK)
		macsim_die("%s: %s", path.text, sqlite3_errmsg(db));
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	run_text(db, sql);
	sqlite3_close(db);
}
