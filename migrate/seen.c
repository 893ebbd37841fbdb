/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file is the text of what is now, and behind it "quiet EXIT DUE" or "open EXIT DUE": it is
 * compared as bytes, and only build and boot are ever taken out of it.
 */
#include <stdio.h>
#include <string.h>

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/os.h"
#include "kmutil-helpers/replace_file.h"
#include "migrate/seen.h"
#include "migrate/session.h"
#include "migrate/settings.h"
#include "kmutil-helpers/banned.h"

#define SEEN_CAP_BYTES ((size_t)256 << 10)
#define EXTENSIONS "/Library/Extensions"
#define AUXKC "/private/var/db/KernelExtensionManagement/AuxKC/CurrentAuxKC"
#define CACHES "/System/Library/Caches/com.apple.kernelcaches"
#define BUNDLE_LINE "bundle " /* and a path: what was a kext's place, whatever is there now */
#define SEEN_MODE 0600

static void
add_line(struct buf *text, const char *name, const char *value)
{
	buf_text(text, name);
	buf_text(text, " ");
	buf_name(text, value != NULL ? value : "-");
	buf_text(text, "\n");
}

/* A file by what changes when it does. */
static void
add_file(const struct root *root, struct buf *text, const char *path)
{
	struct stat st;
	int error = path_stat(root, path, &st);

	buf_name(text, path);
	if (error == 0)
		buf_printf(text, " %lld %lld %llu\n", (long long)st.st_size,
		    (long long)os_mtime_ns(&st), (unsigned long long)st.st_ino);
	else
		buf_printf(text, " %d\n", error);
}

static const char instructions[] = AUXKC "/com.apple.kcgen.instructions.plist";
static const char stash[] = AUXKC "/StashedExtensions";

/* The ledger, where kexts are installed, what macOS builds from and has built, what loads
 * kexts, what packages were, who decides: each is one lstat. */
static void
add_files(const struct root *root, struct arena *arena, struct buf *text, const char *folder,
    const struct options *options, const struct host *host)
{
	const char *caches = arena_printf(arena, "/System/Volumes/Preboot%s" CACHES,
	    host->boot_objects_path != NULL ? host->boot_objects_path : "");
	const char *const paths[] = {arena_printf(arena, "%s/ledger.db", folder),
	    arena_printf(arena, "%s/ledger.db-journal", folder),
	    options->rules != NULL ? options->rules : RULES_FOLDER, EXTENSIONS,
	    "/Library/StagedExtensions", AUXKC, instructions, stash, "/Library/KernelCollections",
	    caches, "/Library/LaunchDaemons", "/Library/LaunchAgents", "/private/var/db/receipts",
	    SETTINGS_MANAGED, SETTINGS_LOCAL};
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		add_file(root, text, paths[i]);
}

static void
make_text(const struct root *root, struct arena *arena, const char *folder,
    const struct options *options, const struct host *host, const struct seen_paths *bundles,
    struct buf *text)
{
	size_t i;

	add_line(text, "build", host->build);
	add_line(text, "boot", host->boot_uuid);
	add_line(text, "base", host->base_kc_uuid);
	add_line(text, "folder", host->boot_objects_path);
	buf_printf(text, "as %d %d %d\n", (int)options->policy, (int)options->approval,
	    (int)options->restart);
	add_files(root, arena, text, folder, options, host);
	for (i = 0; i < bundles->count; i++) {
		add_line(text, "bundle", bundles->items[i]);
		add_file(root, text, bundles->items[i]);
	}
}

/* The bundles that the file names: what is to be compared stands in it. */
static struct seen_paths
find_bundles(struct arena *arena, const char *text)
{
	struct seen_paths bundles = {0};
	size_t room = 0, len = strlen(BUNDLE_LINE);
	const char *line = text;

	for (; line != NULL; line = strchr(line, '\n'), line += line != NULL)
		if (strncmp(line, BUNDLE_LINE, len) == 0)
			*(const char **)arena_push(
			    arena, &bundles.items, &bundles.count, &room, sizeof(*bundles.items)) =
			    arena_strndup(arena, line + len, strcspn(line + len, "\n"));
	return bundles;
}

/* The value of a line "NAME VALUE" of the file; NULL when it has none. */
static const char *
find_value(struct arena *arena, const char *text, const char *name)
{
	size_t len = strlen(name);
	const char *line = text, *value;

	for (; line != NULL && *line != '\0'; line = strchr(line, '\n'), line += line != NULL) {
		if (strncmp(line, name, len) != 0 || line[len] != ' ')
			continue;
		value = line + len + 1;
		len = strcspn(value, "\n");
		return len == 0 || (len == 1 && *value == '-') ? NULL
							       : arena_strndup(arena, value, len);
	}
	return NULL;
}

static bool
is_roots(const struct stat *st)
{
	return st->st_uid == 0 && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static void
compare(const char *old, const struct buf *now, struct seen *seen)
{
	char word[8];
	long long due = 0;
	int exit;

	if (strncmp(old, now->bytes, now->len) != 0)
		return;
	seen->same = true;
	if (sscanf(old + now->len, "%7s %d %lld", word, &exit, &due) < 2 ||
	    strcmp(word, "quiet") != 0)
		return;
	seen->quiet = true;
	seen->exit = exit;
	seen->due = due;
}

void
seen_read(struct arena *arena, const char *folder, const struct options *options,
    const struct host *host, struct seen *seen)
{
	const char *path = arena_printf(arena, "%s/seen", folder);
	struct seen_paths bundles;
	struct buf now = {0};
	struct root root;
	struct stat st;
	char *old;
	size_t len;

	*seen = (struct seen){0};
	if (root_init(&root, "/", NULL, NULL) != 0)
		return;
	if (path_stat(&root, path, &st) == 0 && is_roots(&st) &&
	    path_read(&root, path, SEEN_CAP_BYTES, arena, &old, &len) == 0 && len == strlen(old)) {
		seen->build = find_value(arena, old, "build");
		seen->boot_uuid = find_value(arena, old, "boot");
		bundles = find_bundles(arena, old);
		make_text(&root, arena, folder, options, host, &bundles, &now);
		/* What is not known is never the same. */
		if (host->build != NULL && host->boot_uuid != NULL)
			compare(old, &now, seen);
	}
	buf_done(&now);
	root_done(&root);
}

int
seen_write(struct arena *arena, const char *folder, const struct options *options,
    const struct host *host, const struct seen_paths *bundles, const struct seen *seen)
{
	struct buf text = {0};
	struct root root;
	int error = root_init(&root, "/", NULL, NULL);

	if (error != 0)
		return error;
	make_text(&root, arena, folder, options, host, bundles, &text);
	buf_printf(&text, "%s %d %lld\n", seen->quiet ? "quiet" : "open", seen->exit,
	    (long long)seen->due);
	error = replace_file(&root, arena_printf(arena, "%s/seen", folder), &text, SEEN_MODE);
	buf_done(&text);
	root_done(&root);
	return error;
}
