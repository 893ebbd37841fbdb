/* SPDX-License-Identifier: BSD-2-Clause */
/* What receipts listed, remembered for when they are gone. */
#include <string.h>

#include "uninstall/ledger.h"
#include "kmutil-helpers/banned.h"

static const char sql_owned_clear[] = "DELETE FROM owned WHERE receipt = :receipt";
static const char sql_owned_put[] =
    "INSERT OR REPLACE INTO owned (receipt, path, other, type, mode, size, checksum, target)"
    " VALUES (:receipt, :path, :other, :type, :mode, :size, :checksum, :target)";
static const char sql_owned_list[] =
    "SELECT receipt, path, other, type, mode, size, checksum, target FROM owned"
    " ORDER BY receipt, path";

static int
put_claim(struct ledger *ledger, const struct claim *claim)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_owned_put);

	store_bind_text(stmt, ":receipt", claim->receipt);
	store_bind_text(stmt, ":path", claim->path);
	store_bind_text(stmt, ":other", claim->other);
	store_bind_integer(stmt, ":type", claim->listed.type);
	store_bind_integer(stmt, ":mode", claim->listed.mode);
	store_bind_integer(stmt, ":size", claim->listed.size);
	store_bind_integer(stmt, ":checksum", claim->listed.checksum);
	store_bind_text(stmt, ":target", claim->listed.target);
	return store_run(stmt);
}

static bool
is_of(const struct claim *claim, const char *receipt)
{
	return claim->receipt != NULL && !claim->remembered && strcmp(claim->receipt, receipt) == 0;
}

static int
put_receipt(struct ledger *ledger, const struct claim_list *claims, const char *receipt)
{
	sqlite3_stmt *stmt;
	size_t count = 0, i;
	int error;

	for (i = 0; i < claims->count; i++)
		count += is_of(&claims->items[i], receipt);
	if (count == 0 || count > LEDGER_OWNED_MAX)
		return 0;
	stmt = store_prepare(ledger->db, sql_owned_clear);
	store_bind_text(stmt, ":receipt", receipt);
	error = store_run(stmt);
	for (i = 0; error == 0 && i < claims->count; i++)
		if (is_of(&claims->items[i], receipt))
			error = put_claim(ledger, &claims->items[i]);
	return error;
}

int
ledger_owned_put(struct ledger *ledger, const struct claim_list *claims)
{
	size_t i;
	int error;

	/* Half a list would pass for the whole one. */
	if (claims->receipt_count == 0 || claims->unreadable)
		return 0;
	error = store_begin(ledger->db);
	if (error != 0)
		return error;
	for (i = 0; error == 0 && i < claims->receipt_count; i++)
		error = put_receipt(ledger, claims, claims->receipts[i]);
	return store_commit(ledger->db, error);
}

static void
owned_from_row(struct arena *arena, sqlite3_stmt *stmt, void *item)
{
	*(struct owned *)item = (struct owned){
	    .receipt = store_text(arena, stmt, 0),
	    .path = store_text(arena, stmt, 1),
	    .other = store_text(arena, stmt, 2),
	    .listed = {.type = (enum bom_type)sqlite3_column_int(stmt, 3),
		.mode = (uint16_t)sqlite3_column_int(stmt, 4),
		.size = (uint32_t)sqlite3_column_int64(stmt, 5),
		.checksum = (uint32_t)sqlite3_column_int64(stmt, 6),
		.target = store_text(arena, stmt, 7)},
	};
}

int
ledger_owned_list(struct ledger *ledger, struct arena *arena, struct owned **items, size_t *count)
{
	*items = NULL;
	*count = 0;
	if (ledger->db == NULL)
		return 0;
	return store_list(arena, store_prepare(ledger->db, sql_owned_list), sizeof(**items),
	    owned_from_row, items, count);
}
