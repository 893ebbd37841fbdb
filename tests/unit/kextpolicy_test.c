/* SPDX-License-Identifier: BSD-2-Clause */
/* KextPolicy: databases of old and new systems, and broken ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/kextpolicy.h"
#include "tests/unit/mangle.h"

#define POLICY_TABLE                                                                               \
	"CREATE TABLE kext_policy (team_id TEXT, bundle_id TEXT, allowed BOOLEAN,"                 \
	" developer_name TEXT, flags INTEGER, PRIMARY KEY (team_id, bundle_id));"
#define MDM_TABLE                                                                                  \
	"CREATE TABLE kext_policy_mdm (team_id TEXT, bundle_id TEXT, allowed BOOLEAN,"             \
	" payload_uuid TEXT, PRIMARY KEY (team_id, bundle_id));"
#define HISTORY_TABLE(more)                                                                        \
	"CREATE TABLE kext_load_history_v3 (path TEXT PRIMARY KEY, team_id TEXT, bundle_id TEXT,"  \
	" boot_uuid TEXT, created_at TEXT, last_seen TEXT, flags INTEGER" more ");"

static struct arena *arena;
static char path[64];
static const struct kextpolicy_row *rows;
static size_t count;

/* Makes a database of the statements and reads it. */
static int
database_read(const char *sql)
{
	sqlite3 *db;

	(void)unlink(path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return kextpolicy_read(arena, path, &rows, &count);
}

static void
kextpolicy_reads_all_three_tables(void **state)
{
	(void)state;
	assert_int_equal(
	    database_read(POLICY_TABLE MDM_TABLE HISTORY_TABLE(
		", cdhash TEXT") "INSERT INTO kext_policy VALUES ('EG7KH642X6', 'com.a', 1, 'A', "
				 "5);"
				 "INSERT INTO kext_policy VALUES (NULL, 'com.b', 0, 'B', 0);"
				 "INSERT INTO kext_policy VALUES ('', 'com.b', 1, 'B', 0);"
				 "INSERT INTO kext_policy_mdm VALUES ('EG7KH642X6', 'com.a', 1, "
				 "'P-1');"
				 "INSERT INTO kext_load_history_v3 VALUES "
				 "('/Library/Extensions/a.kext', NULL, 'com.a',"
				 " 'U', '2020-04-13 16:29:03', '2020-04-13 16:30:58', 16, "
				 "'c0ffee');"),
	    0);
	assert_int_equal(count, 5);
	assert_int_equal(rows[0].store, KEXTPOLICY_POLICY);
	assert_string_equal(rows[0].team_id, "EG7KH642X6");
	assert_string_equal(rows[0].bundle_id, "com.a");
	assert_int_equal(rows[0].allowed, 1);
	assert_null(rows[0].path);
	assert_null(rows[1].team_id);
	assert_int_equal(rows[1].allowed, 0);
	assert_string_equal(rows[2].team_id, "");
	assert_int_equal(rows[3].store, KEXTPOLICY_MDM);
	assert_string_equal(rows[3].payload_uuid, "P-1");
	assert_int_equal(rows[4].store, KEXTPOLICY_HISTORY);
	assert_string_equal(rows[4].path, "/Library/Extensions/a.kext");
	assert_string_equal(rows[4].cdhash, "c0ffee");
	assert_string_equal(rows[4].last_seen, "2020-04-13 16:30:58");
	assert_int_equal(rows[4].allowed, -1);
}

static void
kextpolicy_reads_a_history_without_cdhash(void **state)
{
	(void)state;
	assert_int_equal(
	    database_read(HISTORY_TABLE("") "INSERT INTO kext_load_history_v3 VALUES ('/a.kext', "
					    "'T', 'com.a', 'U', 'c', 's', 55)"),
	    0);
	assert_int_equal(count, 1);
	assert_string_equal(rows[0].path, "/a.kext");
	assert_null(rows[0].cdhash);
}

static void
kextpolicy_reads_a_write_ahead_log(void **state)
{
	char log[80];
	sqlite3 *db;

	(void)state;
	(void)unlink(path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
			     "PRAGMA journal_mode = WAL;" POLICY_TABLE
			     "INSERT INTO kext_policy VALUES ('T', 'com.a', 1, 'A', 5)",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(kextpolicy_read(arena, path, &rows, &count), 0);
	assert_int_equal(count, 1);
	(void)snprintf(log, sizeof(log), "%s-wal", path);
	assert_int_equal(access(log, F_OK), 0);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
kextpolicy_refuses_what_is_not_its_database(void **state)
{
	FILE *file;

	(void)state;
	assert_int_equal(database_read(""), -FAULT_MISSING);
	assert_int_equal(database_read("CREATE TABLE settings (name TEXT)"), -FAULT_MISSING);
	assert_int_equal(database_read("CREATE TABLE kext_policy (other TEXT)"), -FAULT_DAMAGED);
	/* A view is no table: it could run forever. */
	assert_int_equal(
	    database_read("CREATE VIEW kext_policy AS "
			  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i AS "
			  "team_id, i AS bundle_id, i AS allowed FROM n"),
	    -FAULT_MISSING);
	assert_int_equal(
	    database_read(MDM_TABLE
		"INSERT INTO kext_policy_mdm VALUES (CAST(x'410042' AS TEXT), 'b', 1, 'p')"),
	    -FAULT_SYNTAX);
	assert_null(rows);
	assert_int_equal(count, 0);
	(void)unlink(path);
	assert_int_equal(kextpolicy_read(arena, path, &rows, &count), -2);
	file = fopen(path, "wb");
	(void)fprintf(file, "%0600d", 7);
	(void)fclose(file);
	assert_int_equal(kextpolicy_read(arena, path, &rows, &count), -FAULT_DAMAGED);
}

static void
kextpolicy_refuses_more_than_its_limits(void **state)
{
	(void)state;
	assert_int_equal(
	    database_read(POLICY_TABLE
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 65537) "
		"INSERT INTO kext_policy SELECT 'T', i, 1, '', 0 FROM n"),
	    -FAULT_COUNT);
	assert_int_equal(
	    database_read(POLICY_TABLE
		"INSERT INTO kext_policy VALUES (hex(zeroblob(8388609)), 'b', 1, '', 0)"),
	    -FAULT_SIZE);
}

/* A database cut off anywhere is damaged, or, at a page's end, misses tables. */
static void
kextpolicy_survives_truncation(void **state)
{
	static char bytes[1 << 16];
	size_t len, i;
	FILE *file;

	(void)state;
	assert_int_equal(
	    database_read(POLICY_TABLE "INSERT INTO kext_policy VALUES ('T', 'com.a', 1, 'A', 5)"),
	    0);
	file = fopen(path, "rb");
	len = fread(bytes, 1, sizeof(bytes), file);
	(void)fclose(file);
	for (i = 0; i < len; i += 61) {
		file = fopen(path, "wb");
		(void)fwrite(bytes, 1, i, file);
		(void)fclose(file);
		assert_int_equal(kextpolicy_read(arena, path, &rows, &count),
		    i == 0 ? -FAULT_MISSING : -FAULT_DAMAGED);
	}
}

static void
policy_take(struct arena *own, const void *bytes, size_t len, void *payload)
{
	FILE *file = fopen(path, "wb");

	(void)payload;
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	if (kextpolicy_read(own, path, &rows, &count) != 0)
		assert_int_equal(count, 0);
}

static void
kextpolicy_survives_damage(void **state)
{
	static uint8_t bytes[1 << 16];
	struct mangle mangle = {.read = policy_take};
	uint8_t kept;
	size_t len, i;
	FILE *file;

	(void)state;
	assert_int_equal(database_read("PRAGMA page_size = 512;" POLICY_TABLE
	    "INSERT INTO kext_policy VALUES ('T', 'com.a', 1, 'A', 5)"), 0);
	assert_int_equal(count, 1);
	file = fopen(path, "rb");
	len = fread(bytes, 1, sizeof(bytes), file);
	(void)fclose(file);
	/* The header, then what is not zero. */
	for (i = 0; i < len; i++) {
		if (i >= 100 && bytes[i] == 0)
			continue;
		kept = bytes[i];
		bytes[i] = (uint8_t)~kept;
		mangle_one(&mangle, bytes, len);
		bytes[i] = kept == 0xff ? 0 : 0xff;
		mangle_one(&mangle, bytes, len);
		bytes[i] = kept;
	}
	(void)printf("# KextPolicy: %zu damaged databases\n", mangle.cases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(kextpolicy_reads_all_three_tables),
	    cmocka_unit_test(kextpolicy_reads_a_history_without_cdhash),
	    cmocka_unit_test(kextpolicy_reads_a_write_ahead_log),
	    cmocka_unit_test(kextpolicy_refuses_what_is_not_its_database),
	    cmocka_unit_test(kextpolicy_refuses_more_than_its_limits),
	    cmocka_unit_test(kextpolicy_survives_truncation),
	    cmocka_unit_test(kextpolicy_survives_damage),
	};
	char folder[] = "/tmp/kextpolicy_test.XXXXXX";
	int failed;

	if (mkdtemp(folder) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/KextPolicy", folder);
	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	(void)unlink(path);
	(void)rmdir(folder);
	return failed;
}
