/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may write the folders that root relies on. */
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "kmutil-helpers/die.h"
#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/os.h"
#include "migrate/trust.h"
#include "kmutil-helpers/banned.h"

/* In a sticky folder such as /tmp nobody can put another thing in the place of root's;
 * but whoever may write the folder itself can add to it. */
static void
check_one(const char *path, bool sticky_will_do)
{
	struct stat st;
	int acl;

	if (lstat(path, &st) != 0)
		return;
	if (S_ISLNK(st.st_mode))
		die(EXIT_NOT_ROOT,
		    "%s: is a symbolic link, which is not followed; nothing was changed", path);
	if (st.st_uid != 0)
		die(EXIT_NOT_ROOT,
		    "%s: belongs to user %u, not to root; nothing was changed; give it to root "
		    "first",
		    path, (unsigned int)st.st_uid);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0 &&
	    !(sticky_will_do && (st.st_mode & S_ISVTX) != 0))
		die(EXIT_NOT_ROOT,
		    "%s: others than root may write it (mode %o); nothing was changed; take that "
		    "right away first",
		    path, (unsigned int)(st.st_mode & 07777));
	acl = os_acl_lets_write(path);
	if (acl > 0)
		die(EXIT_NOT_ROOT,
		    "%s: its access control list lets others write it (ls -led shows it); nothing "
		    "was changed; take that right away first: chmod -N",
		    path);
	if (acl < 0)
		die(EXIT_NOT_ROOT,
		    "%s: its access control list cannot be read: %s; nothing was changed", path,
		    fault_sentence(acl));
}

void
trust_check(struct arena *arena, const char *path)
{
	char *part = arena_strdup(arena, path), *slash;

	check_one("/", false);
	for (slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		check_one(part, true);
		*slash = '/';
	}
	check_one(part, false);
}

/* A file that nothing else than the ledger's own code writes, under no other name. */
static void
check_file(const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return;
	check_one(path, false);
	if (!S_ISREG(st.st_mode))
		die(EXIT_NOT_ROOT,
		    "%s: is not an ordinary file; nothing was changed; move it away first", path);
	if (st.st_nlink > 1)
		die(EXIT_NOT_ROOT,
		    "%s: has another name elsewhere (a hard link); nothing was changed; put a copy "
		    "in its place first",
		    path);
}

void
trust_check_state(struct arena *arena, const char *folder)
{
	static const char *const files[] = {
	    "ledger.db", "ledger.db-journal", "ledger.db-wal", "ledger.db.new", "lock"};
	const char *vault = arena_printf(arena, "%s/vault", folder);
	struct stat st;
	size_t i;

	trust_check(arena, folder);
	for (i = 0; i < sizeof(files) / sizeof(*files); i++)
		check_file(arena_printf(arena, "%s/%s", folder, files[i]));
	check_one(vault, false);
	if (lstat(vault, &st) == 0 && !S_ISDIR(st.st_mode))
		die(EXIT_NOT_ROOT, "%s: is not a folder; nothing was changed; move it away first",
		    vault);
}

void
trust_check_rules(struct arena *arena, const struct root *root, const char *folder)
{
	char **names;
	size_t count = 0, i;

	trust_check(arena, folder);
	if (path_list(root, folder, arena, &names, &count) != 0)
		return;
	for (i = 0; i < count; i++)
		if (path_has_suffix(names[i], ".xml"))
			check_one(arena_printf(arena, "%s/%s", folder, names[i]), false);
}
