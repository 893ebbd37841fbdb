/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * On which Mac a ledger was written. What it says holds there alone; a state folder
 * that was copied to another Mac is set aside whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmutil-helpers/os.h"
#include "uninstall/ledger.h"
#include "kmutil-helpers/banned.h"

#define ASIDE_MAX 1000

static const char sql_mac_get[] = "SELECT identity FROM mac";
static const char sql_mac_put[] = "INSERT INTO mac (one, identity) VALUES (1, :identity)";

static void
identity_from_row(struct arena *arena, sqlite3_stmt *stmt, void *item)
{
	*(const char **)item = store_text(arena, stmt, 0);
}

int
ledger_mac_get(struct ledger *ledger, struct arena *arena, const char **identity)
{
	const char **rows;
	size_t count = 0;
	int error = 0;

	*identity = NULL;
	if (ledger->db != NULL)
		error = store_list(arena, store_prepare(ledger->db, sql_mac_get), sizeof(*rows),
		    identity_from_row, &rows, &count);
	if (error == 0 && count > 0)
		*identity = rows[0];
	return error;
}

int
ledger_mac_put(struct ledger *ledger, const char *identity)
{
	sqlite3_stmt *stmt = store_prepare(ledger->db, sql_mac_put);

	store_bind_text(stmt, ":identity", identity);
	return store_run(stmt);
}

/* The first place that has no ledger yet: one that was begun and cut off is gone on with. */
static int
find_aside(struct arena *arena, const char *folder, const char **aside)
{
	struct stat st;
	int n;

	for (n = 1; n <= ASIDE_MAX; n++) {
		*aside = arena_printf(arena, "%s/other-mac-%d", folder, n);
		if (lstat(arena_printf(arena, "%s/ledger.db", *aside), &st) != 0)
			return mkdir(*aside, 0700) == 0 || errno == EEXIST ? 0 : -errno;
	}
	return -EEXIST;
}

static int
sync_folder(const char *path)
{
	int error, fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	error = os_sync(fd);
	(void)close(fd);
	return error;
}

int
ledger_set_aside(struct arena *arena, struct ledger *ledger, const char **aside)
{
	/* The ledger goes last: until then the folder is known for another Mac's. */
	static const char *const names[] = {
	    "vault", "handoff-pending", "status.json", "seen", "ledger.db"};
	const char *from, *to;
	struct stat st;
	size_t i;
	int error = find_aside(arena, ledger->folder, aside);

	store_close(ledger->db);
	ledger->db = NULL;
	for (i = 0; error == 0 && i < sizeof(names) / sizeof(*names); i++) {
		from = arena_printf(arena, "%s/%s", ledger->folder, names[i]);
		to = arena_printf(arena, "%s/%s", *aside, names[i]);
		/* What is there already was moved before a crash, and made anew since. */
		if (lstat(from, &st) == 0 && lstat(to, &st) != 0 && rename(from, to) != 0)
			error = -errno;
	}
	if (error == 0)
		error = sync_folder(*aside);
	return error != 0 ? error : sync_folder(ledger->folder);
}
