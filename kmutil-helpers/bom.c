/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bill of materials: the variable "Paths" names a tree whose leaves are linked and
 * list {id, attributes} and {parent's id, name}. The leaves are walked once to
 * count the names that are wanted. Where there are some, or all are, they are
 * walked again to collect records; then parents are found by id, then paths made.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/bom.h"
#include "kmutil-helpers/cursor.h"
#include "kmutil-helpers/die.h"
#include "kmutil-helpers/banned.h"

#define NO_PARENT UINT32_MAX
#define PATH_END ((size_t)BOM_MAX_PATH_BYTES - 1)

struct record {
	uint32_t id, parent; /* parent: an id, then the number of its record */
	uint32_t info, file; /* blocks of attributes, and of parent and name */
};

struct by_id {
	uint32_t id, record;
};

struct reader {
	struct bom_store store;
	const char *suffix; /* NULL: every path */
	size_t suffix_len;
	size_t paths;  /* as the tree says */
	size_t seen;   /* entries of leaves */
	size_t wanted; /* of them those with the suffix */
	struct record *records;
	size_t count;
	uint8_t *node; /* a copy of the leaf that is walked */
	size_t node_size;
};

/* The name of a file block, of *len bytes, ended by a NUL; NULL after a fault. */
static const char *
name_get(struct reader *r, uint32_t block, uint32_t *parent, size_t *len, int *fault)
{
	struct cursor c = bom_store_block(&r->store, block);
	const char *name;

	*parent = cursor_be32(&c);
	name = cursor_string(&c, len);
	*fault = c.fault;
	return name;
}

static bool
is_wanted(const struct reader *r, const char *name, size_t len)
{
	return r->suffix == NULL || (len > r->suffix_len && memcmp(name + len - r->suffix_len,
								r->suffix, r->suffix_len) == 0);
}

static int
entry_count(struct reader *r, uint32_t info_block, uint32_t file_block)
{
	uint32_t parent;
	size_t len;
	const char *name;
	int fault;

	(void)info_block;
	if (r->seen++ == BOM_MAX_PATHS)
		return -FAULT_COUNT;
	name = name_get(r, file_block, &parent, &len, &fault);
	if (fault == 0 && is_wanted(r, name, len))
		r->wanted++;
	return fault;
}

static int
entry_record(struct reader *r, uint32_t info_block, uint32_t file_block)
{
	struct cursor info = bom_store_block(&r->store, info_block);
	struct record record = {
	    .id = cursor_be32(&info), .info = cursor_be32(&info), .file = file_block};
	size_t len;
	int fault;

	if (!cursor_ok(&info))
		return info.fault;
	(void)name_get(r, file_block, &record.parent, &len, &fault);
	if (fault == 0 && r->count == r->seen)
		fault = -FAULT_CHANGED;
	if (fault == 0)
		r->records[r->count++] = record;
	return fault;
}

/* The tree's head: its root node and how many paths it says that it lists. */
static int
tree_open(struct reader *r, uint32_t block, uint32_t *root)
{
	struct cursor c = bom_store_block(&r->store, block);
	const uint8_t *magic = cursor_bytes(&c, 4);

	cursor_skip(&c, 4);
	*root = cursor_be32(&c);
	cursor_skip(&c, 4);
	r->paths = cursor_be32(&c);
	if (!cursor_ok(&c))
		return c.fault;
	return memcmp(magic, "tree", 4) == 0 ? 0 : -FAULT_SYNTAX;
}

/* A node's head; the entries follow in *c, which is a copy: entries lead to other
 * blocks. */
static int
node_open(
    struct reader *r, uint32_t block, struct cursor *c, bool *leaf, uint16_t *count, uint32_t *next)
{
	struct cursor node = bom_store_block(&r->store, block);

	*c = node;
	*leaf = cursor_be16(c) != 0;
	*count = cursor_be16(c);
	*next = cursor_be32(c);
	cursor_skip(c, 4);
	if (!cursor_ok(c) || r->store.bytes != NULL)
		return c->fault;
	if (node.len > r->node_size) {
		r->node_size = node.len;
		r->node = realloc(r->node, r->node_size);
		if (r->node == NULL)
			die(EXIT_BUG, "out of memory");
	}
	memcpy(r->node, node.base, node.len);
	c->base = r->node;
	return 0;
}

/* Walks down to the first leaf, then along the leaves. More nodes than blocks
 * are a cycle. */
static int
leaves_walk(struct reader *r, uint32_t block,
    int (*entry)(struct reader *r, uint32_t info_block, uint32_t file_block))
{
	bool leaf = false, is_leaf;
	uint32_t nodes, next, info, file;
	uint16_t count;
	struct cursor c;
	int rc;

	for (nodes = 0; block != 0; nodes++) {
		if (nodes > r->store.blocks)
			return -FAULT_CYCLE;
		if ((rc = node_open(r, block, &c, &is_leaf, &count, &next)) != 0)
			return rc;
		if ((leaf && !is_leaf) || (!is_leaf && count == 0))
			return -FAULT_SYNTAX;
		leaf = is_leaf;
		if (!leaf)
			next = cursor_be32(&c);
		for (; leaf && count > 0; count--) {
			info = cursor_be32(&c);
			file = cursor_be32(&c);
			rc = cursor_ok(&c) ? entry(r, info, file) : c.fault;
			if (rc != 0)
				return rc;
		}
		if (!cursor_ok(&c))
			return c.fault;
		block = next;
	}
	return 0;
}

/* Counts what is listed, and collects the records of all when some are wanted. */
static int
tree_read(struct reader *r, uint32_t block)
{
	uint32_t root;
	int rc = tree_open(r, block, &root);

	if (rc == 0)
		rc = leaves_walk(r, root, entry_count);
	if (rc == 0 && r->seen != r->paths)
		rc = -FAULT_DAMAGED;
	if (rc != 0 || r->wanted == 0)
		return rc;
	r->records = calloc(r->seen + 1, sizeof(*r->records));
	if (r->records == NULL)
		die(EXIT_BUG, "out of memory");
	return leaves_walk(r, root, entry_record);
}

static int
by_id_compare(const void *a, const void *b)
{
	uint32_t left = ((const struct by_id *)a)->id, right = ((const struct by_id *)b)->id;

	return (left > right) - (left < right);
}

/* Replaces each parent's id by the number of its record. */
static int
parents_find(struct reader *r)
{
	struct by_id *ids = calloc(r->count + 1, sizeof(*ids));
	const struct by_id *found;
	size_t i;
	int rc = 0;

	if (ids == NULL)
		die(EXIT_BUG, "out of memory");
	for (i = 0; i < r->count; i++)
		ids[i] = (struct by_id){r->records[i].id, (uint32_t)i};
	qsort(ids, r->count, sizeof(*ids), by_id_compare);
	for (i = 1; i < r->count; i++)
		if (ids[i].id == ids[i - 1].id)
			rc = -FAULT_SYNTAX;
	for (i = 0; rc == 0 && i < r->count; i++) {
		struct by_id key = {.id = r->records[i].parent};

		if (key.id == 0) {
			r->records[i].parent = NO_PARENT;
			continue;
		}
		found = bsearch(&key, ids, r->count, sizeof(*ids), by_id_compare);
		if (found == NULL)
			rc = -FAULT_MISSING;
		else
			r->records[i].parent = found->record;
	}
	free(ids);
	return rc;
}

static bool
is_root(const struct record *record, const char *name)
{
	return record->parent == NO_PARENT && strcmp(name, ".") == 0;
}

/* Whether the way up from a record that is too deep never ends. */
static int
depth_fault(const struct reader *r, uint32_t at)
{
	size_t steps;

	for (steps = 0; at != NO_PARENT && steps <= r->count; steps++)
		at = r->records[at].parent;
	return at == NO_PARENT ? -FAULT_DEPTH : -FAULT_CYCLE;
}

/* Writes the path of record `at` so that it ends at the end of path; *start is
 * where it begins, PATH_END for the root, which adds nothing. */
static int
path_make(struct reader *r, uint32_t at, char path[BOM_MAX_PATH_BYTES], size_t *start)
{
	uint32_t first = at, parent;
	const char *name;
	size_t len;
	int depth = 0, fault;

	*start = PATH_END;
	path[*start] = '\0';
	for (; at != NO_PARENT; at = r->records[at].parent) {
		name = name_get(r, r->records[at].file, &parent, &len, &fault);
		if (fault != 0)
			return fault;
		if (is_root(&r->records[at], name))
			break;
		if (++depth > BOM_MAX_DEPTH)
			return depth_fault(r, first);
		if (len == 0 || strchr(name, '/') != NULL || strcmp(name, ".") == 0 ||
		    strcmp(name, "..") == 0)
			return -FAULT_SYNTAX;
		if (len + 1 > *start)
			return depth_fault(r, first) == -FAULT_CYCLE ? -FAULT_CYCLE : -FAULT_SIZE;
		if (depth > 1)
			path[--*start] = '/';
		*start -= len;
		memcpy(path + *start, name, len);
	}
	return 0;
}

static int
info_read(struct reader *r, uint32_t block, struct bom_entry *entry)
{
	static const enum bom_type types[] = {
	    BOM_OTHER, BOM_FILE, BOM_DIRECTORY, BOM_LINK, BOM_DEVICE};
	struct cursor c = bom_store_block(&r->store, block);
	uint8_t type = cursor_u8(&c);
	size_t len;

	entry->type = type < sizeof(types) / sizeof(types[0]) ? types[type] : BOM_OTHER;
	cursor_skip(&c, 3);
	entry->mode = cursor_be16(&c);
	entry->uid = cursor_be32(&c);
	entry->gid = cursor_be32(&c);
	entry->mtime = cursor_be32(&c);
	entry->size = cursor_be32(&c);
	cursor_skip(&c, 1);
	/* Some directories end here, after 23 bytes; a device tells its number. */
	if (entry->type == BOM_FILE || entry->type == BOM_LINK)
		entry->checksum = cursor_be32(&c);
	if (entry->type == BOM_LINK) {
		cursor_skip(&c, 4);
		entry->target = cursor_string(&c, &len);
	}
	return c.fault;
}

static int
entries_send(struct reader *r, int (*send)(const struct bom_entry *, void *), void *payload)
{
	char path[BOM_MAX_PATH_BYTES];
	uint32_t parent;
	size_t i, start, len;
	const char *name;
	int rc = 0;

	for (i = 0; rc == 0 && i < r->count; i++) {
		struct bom_entry entry = {0};

		name = name_get(r, r->records[i].file, &parent, &len, &rc);
		if (rc != 0 || is_root(&r->records[i], name) || !is_wanted(r, name, len))
			continue;
		if ((rc = path_make(r, (uint32_t)i, path, &start)) != 0 ||
		    (rc = info_read(r, r->records[i].info, &entry)) != 0)
			return rc;
		entry.path = path + start;
		rc = send(&entry, payload);
	}
	return rc;
}

/* Reads a store whose opening answered `rc`. */
static int
store_read(struct reader *r, int rc, int (*send)(const struct bom_entry *, void *), void *payload,
    struct fault *fault)
{
	uint32_t paths = 0;

	r->suffix_len = r->suffix != NULL ? strlen(r->suffix) : 0;
	if (rc == 0 && (rc = bom_store_find(&r->store, "Paths", &paths)) == 0 &&
	    (rc = tree_read(r, paths)) == 0 && (rc = parents_find(r)) == 0)
		rc = entries_send(r, send, payload);
	free(r->records);
	free(r->node);
	if (fault != NULL)
		*fault = (struct fault){.code = rc, .at = rc ? r->store.at : 0};
	return rc;
}

int
bom_read(const void *bytes, size_t len, int (*entry)(const struct bom_entry *entry, void *payload),
    void *payload, struct fault *fault)
{
	struct reader r = {0};

	return store_read(&r, bom_store_open_bytes(&r.store, bytes, len), entry, payload, fault);
}

int
bom_read_file(int fd, const char *suffix, struct bom_buffers *buffers,
    int (*entry)(const struct bom_entry *entry, void *payload), void *payload, struct fault *fault)
{
	struct reader r = {.suffix = suffix};

	return store_read(&r, bom_store_open_file(&r.store, fd, buffers), entry, payload, fault);
}
