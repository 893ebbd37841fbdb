/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tree of an archive: of each file that a scan opened, the parts that it read.
 * Executables and collections so lose their code by themselves, and --root on the tree
 * reads what it would read on the Mac. Databases are given in one piece, without the
 * log that stands beside them.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/slice.h"
#include "kmutil-helpers/snapshot.h"
#include "kmutil-helpers/store.h"
#include "migrate/collect.h"
#include "kmutil-helpers/banned.h"

#define POLICY_LEAF "KextPolicy"

static const char *
tree_name(struct collection *collection, const char *path)
{
	char *name = arena_printf(collection->arena, COLLECT_TOP "/root%s", path);

	collection->replaced += pseudonym_apply(&collection->names, name, strlen(name));
	return name;
}

static void
leave_out(struct collection *collection, const char *path, const char *why)
{
	buf_name(&collection->left_out, path);
	buf_printf(&collection->left_out, ": %s\n", why);
}

/* The whole of a database, its log worked in. */
static int
read_database(struct collection *collection, const struct root *root, const char *path,
    char **bytes, size_t *len)
{
	struct snapshot snapshot;
	const char *copy;
	struct root here;
	sqlite3 *db;
	int error = snapshot_database(root, path, collection->arena, &snapshot, &copy);

	if (error == 0)
		error = store_open(copy, false, NULL, 0, &db);
	if (error == 0) {
		store_close(db);
		error = root_init(&here, "/", NULL, NULL);
	}
	if (error == 0) {
		copy = path_canonical_here(collection->arena, copy);
		error = path_read(
		    &here, copy, (size_t)COLLECT_FILE_BYTES, collection->arena, bytes, len);
		root_done(&here);
	}
	snapshot_done(&snapshot);
	return error;
}

static void
add_database(
    struct collection *collection, const struct root *root, const char *path, const char *name)
{
	char *bytes;
	size_t len;
	int error = read_database(collection, root, path, &bytes, &len);

	if (error != 0) {
		leave_out(collection, path, fault_sentence(error));
		return;
	}
	collection->replaced += pseudonym_apply(&collection->names, bytes, len);
	tar_write_file(&collection->tar, name, bytes, len);
}

/* The ranges that the archive has of a file: those that were read, grown to whole blocks,
 * as tar's map of parts has them; what they grew by is given as zeros. */
static struct trail_range *
grow_ranges(struct arena *arena, const struct trail_file *file, size_t *count, uint64_t *len)
{
	struct trail_range *out = arena_array(arena, file->count + 1, sizeof(*out)), grown;
	size_t i;

	*count = 0;
	*len = 0;
	for (i = 0; i < file->count; i++) {
		grown.at = file->ranges[i].at - file->ranges[i].at % TAR_BLOCK;
		grown.end = file->ranges[i].end + (TAR_BLOCK - 1);
		grown.end -= grown.end % TAR_BLOCK;
		if (grown.end > file->size)
			grown.end = file->size;
		if (*count > 0 && grown.at <= out[*count - 1].end)
			out[*count - 1].end = grown.end;
		else if (grown.at < grown.end)
			out[(*count)++] = grown;
	}
	for (i = 0; i < *count; i++)
		*len += out[i].end - out[i].at;
	return out;
}

/* Reads what was read of a file to where its grown ranges have it. */
static int
read_parts(const struct root *root, const struct trail_file *file, const struct trail_range *grown,
    char *bytes)
{
	struct slice whole;
	uint64_t before = 0;
	size_t i;
	int fd, error = path_open_file(root, file->path, &fd, NULL);

	if (error != 0)
		return error;
	error = slice_of_file(fd, &whole);
	for (i = 0; error == 0 && i < file->count && file->ranges[i].end <= file->size; i++) {
		for (; file->ranges[i].at >= grown->end; grown++)
			before += grown->end - grown->at;
		error = slice_read(&whole, file->ranges[i].at,
		    bytes + before + (file->ranges[i].at - grown->at),
		    (size_t)(file->ranges[i].end - file->ranges[i].at));
	}
	(void)close(fd);
	return error;
}

static void
add_file(struct collection *collection, const struct root *root, const struct trail_file *file)
{
	struct arena *scratch = arena_new((size_t)COLLECT_FILE_BYTES + ((size_t)16 << 20));
	struct trail_range *grown;
	uint64_t len;
	size_t count;
	char *bytes;
	int error;

	grown = grow_ranges(scratch, file, &count, &len);
	if (len > COLLECT_FILE_BYTES || collection->tar.bytes + len > COLLECT_ALL_BYTES) {
		leave_out(collection, file->path, "larger than the archive may become");
		arena_free(scratch);
		return;
	}
	bytes = arena_alloc(scratch, (size_t)len + 1);
	error = read_parts(root, file, grown, bytes);
	if (error != 0) {
		leave_out(collection, file->path, fault_sentence(error));
	} else {
		collection->replaced += pseudonym_apply(&collection->names, bytes, (size_t)len);
		tar_write_sparse(&collection->tar, tree_name(collection, file->path), file->size,
		    grown, count, bytes);
	}
	arena_free(scratch);
}

static bool
has_file(const struct trail *trail, const char *path)
{
	size_t i;

	for (i = 0; i < trail->count; i++)
		if (strcmp(trail->files[i].path, path) == 0)
			return true;
	return false;
}

/* What is known to be there and was not opened: a bundle without a description, a
 * receipt's other half. */
static void
add_named(struct collection *collection, struct session *copy, const struct trail *trail,
    const char *path)
{
	struct stat st;

	if (path == NULL || has_file(trail, path) || path_stat(&copy->root, path, &st) != 0)
		return;
	if (S_ISDIR(st.st_mode))
		tar_write_folder(&collection->tar, tree_name(collection, path));
	else if (S_ISREG(st.st_mode))
		tar_write_sparse(&collection->tar, tree_name(collection, path),
		    (uint64_t)st.st_size, NULL, 0, "");
}

void
collect_tree(struct collection *collection, struct session *copy, const struct trail *trail)
{
	const struct trace_list *traces = &copy->scan.traces;
	const struct trail_file *file;
	const char *leaf;
	size_t i;

	for (i = 0; i < trail->count; i++) {
		file = &trail->files[i];
		leaf = path_leaf(file->path);
		if (file->is_folder)
			tar_write_folder(&collection->tar, tree_name(collection, file->path));
		else if (strcmp(leaf, POLICY_LEAF) == 0)
			add_database(
			    collection, &copy->root, file->path, tree_name(collection, file->path));
		else if (strncmp(leaf, POLICY_LEAF "-", strlen(POLICY_LEAF "-")) != 0)
			add_file(collection, &copy->root, file);
	}
	for (i = 0; i < traces->count; i++) {
		add_named(collection, copy, trail, traces->items[i].path);
		add_named(collection, copy, trail, traces->items[i].container);
	}
}

void
collect_ledger(struct collection *collection, struct session *session)
{
	const char *path = arena_printf(collection->arena, "%s/ledger.db", session->ledger.folder);

	if (session->has_ledger && session->ledger.db != NULL)
		add_database(
		    collection, &session->ledger.root, path, COLLECT_TOP "/state/ledger.db");
}
