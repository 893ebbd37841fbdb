/* SPDX-License-Identifier: BSD-2-Clause */
/* Sightings: in which places each kext was, whenever that changed. */
#include "uninstall/ledger.h"
#include "kmutil-helpers/banned.h"

/* How many runs had begun when it was seen tells later what was our doing. */
static const char sql_sighting_insert[] =
    "INSERT INTO sighting (key, at, build, product_version, boot_uuid, run, standing, places)"
    " VALUES (:key, :at, :build, :product_version, :boot_uuid,"
    " (SELECT coalesce(max(id), 0) FROM run), :standing, :places)";
static const char sql_sighting_list[] =
    "SELECT key, at, build, product_version, boot_uuid, run, standing, places"
    " FROM sighting ORDER BY id";
static const char sql_sighting_last[] =
    "SELECT key, at, build, product_version, boot_uuid, run, standing, places"
    " FROM sighting WHERE id IN (SELECT max(id) FROM sighting GROUP BY key) ORDER BY key";

static void
sighting_from_row(struct arena *arena, sqlite3_stmt *stmt, void *item)
{
	*(struct ledger_sighting *)item = (struct ledger_sighting){
	    .key = store_text(arena, stmt, 0),
	    .at = store_text(arena, stmt, 1),
	    .build = store_text(arena, stmt, 2),
	    .product_version = store_text(arena, stmt, 3),
	    .boot_uuid = store_text(arena, stmt, 4),
	    .run = sqlite3_column_int64(stmt, 5),
	    .standing = standing_parse((const char *)sqlite3_column_text(stmt, 6)),
	    .places = (unsigned int)sqlite3_column_int(stmt, 7),
	};
}

int
ledger_sighting_put(struct ledger *ledger, const struct ledger_sighting *sighting)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_sighting_insert);

	store_bind_text(stmt, ":key", sighting->key);
	store_bind_text(stmt, ":at", sighting->at);
	store_bind_text(stmt, ":build", sighting->build);
	store_bind_text(stmt, ":product_version", sighting->product_version);
	store_bind_text(stmt, ":boot_uuid", sighting->boot_uuid);
	store_bind_text(stmt, ":standing", standing_name(sighting->standing));
	store_bind_integer(stmt, ":places", sighting->places);
	return store_run(stmt);
}

int
ledger_sighting_list(struct ledger *ledger, struct arena *arena, bool only_last,
    struct ledger_sighting **items, size_t *count)
{
	const char *sql = only_last ? sql_sighting_last : sql_sighting_list;

	*items = NULL;
	*count = 0;
	if (ledger->db == NULL)
		return 0;
	return store_list(arena, store_prepare(ledger->db, sql), sizeof(**items), sighting_from_row,
	    items, count);
}
