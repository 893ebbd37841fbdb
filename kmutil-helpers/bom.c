/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bill of materials: big-endian; blocks by number, the variable "Paths" names a
 * tree whose leaves are linked and list {id, attributes} and {parent's id, name}.
 * First all leaves are collected, then parents are found by id, then paths made.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/bom.h"
#include "kmutil-helpers/cursor.h"
#include "kmutil-helpers/die.h"
#include "kmutil-helpers/banned.h"

#define NO_PARENT UINT32_MAX

struct record {
	uint32_t id, parent; /* parent: an id, then the number of its record */
	uint32_t info;       /* block of attributes */
	uint32_t name;       /* offset in the file of a name that ends with a NUL */
};

struct by_id {
	uint32_t id, record;
};

struct reader {
	struct cursor file, index; /* index: 8 bytes a block */
	uint32_t blocks;
	struct record *records;
	size_t count, size;
	uint64_t at; /* of the block that was looked at last */
};

static struct cursor
block_get(struct reader *r, uint32_t number)
{
	struct cursor c = cursor_sub(&r->index, (uint64_t)number * 8, 8);
	uint32_t offset = cursor_be32(&c), len = cursor_be32(&c);

	if (number == 0 || !cursor_ok(&c))
		return (struct cursor){.fault = -FAULT_RANGE};
	r->at = offset;
	return cursor_sub(&r->file, offset, len);
}

/* Header and index; *vars becomes the table of variables. */
static int
header_read(struct reader *r, struct cursor *vars)
{
	struct cursor c = r->file;
	const uint8_t *magic = cursor_bytes(&c, 8);
	uint32_t offset, len;

	if (magic != NULL && memcmp(magic, "BOMStore", 8) != 0)
		return -FAULT_MAGIC;
	cursor_skip(&c, 8);
	offset = cursor_be32(&c);
	len = cursor_be32(&c);
	r->index = cursor_sub(&r->file, offset, len);
	offset = cursor_be32(&c);
	len = cursor_be32(&c);
	if (!cursor_ok(&c))
		return c.fault;
	*vars = cursor_sub(&r->file, offset, len);
	r->at = 16;
	if (!cursor_ok(vars) || !cursor_ok(&r->index))
		return -FAULT_RANGE;
	r->blocks = cursor_be32(&r->index);
	if (r->blocks > cursor_left(&r->index) / 8)
		return -FAULT_RANGE;
	r->index = cursor_sub(&r->index, 4, (uint64_t)r->blocks * 8);
	return 0;
}

/* The block of the tree "Paths". One writer counts a NUL into the name. */
static int
paths_find(struct cursor *vars, uint32_t *block)
{
	uint32_t count = cursor_be32(vars);

	while (count-- > 0 && cursor_ok(vars)) {
		const uint8_t *name;
		size_t len;

		*block = cursor_be32(vars);
		len = cursor_u8(vars);
		name = cursor_bytes(vars, len);
		if (name != NULL && len >= 5 && memcmp(name, "Paths\0", len < 6 ? len : 6) == 0 &&
		    len <= 6)
			return 0;
	}
	return cursor_ok(vars) ? -FAULT_MISSING : vars->fault;
}

static int
record_add(struct reader *r, uint32_t info_block, uint32_t file_block)
{
	struct cursor info = block_get(r, info_block), file = block_get(r, file_block);
	struct record record = {.id = cursor_be32(&info), .info = cursor_be32(&info)};
	size_t len;

	record.parent = cursor_be32(&file);
	record.name = (uint32_t)r->at + 4;
	(void)cursor_string(&file, &len);
	if (!cursor_ok(&info) || !cursor_ok(&file))
		return info.fault ? info.fault : file.fault;
	if (r->count == BOM_MAX_PATHS)
		return -FAULT_COUNT;
	if (r->count == r->size) {
		r->size = r->size ? r->size * 2 : 256;
		r->records = realloc(r->records, r->size * sizeof(*r->records));
		if (r->records == NULL)
			die(EXIT_BUG, "out of memory");
	}
	r->records[r->count++] = record;
	return 0;
}

/* Walks down to the first leaf, then along the leaves. More nodes than blocks
 * are a cycle. */
static int
tree_read(struct reader *r, uint32_t block)
{
	struct cursor c = block_get(r, block);
	const uint8_t *magic = cursor_bytes(&c, 4);
	uint32_t nodes, paths;
	bool leaf = false;

	cursor_skip(&c, 4);
	block = cursor_be32(&c);
	cursor_skip(&c, 4);
	paths = cursor_be32(&c);
	if (!cursor_ok(&c))
		return c.fault;
	if (memcmp(magic, "tree", 4) != 0)
		return -FAULT_SYNTAX;
	for (nodes = 0; block != 0; nodes++) {
		uint16_t is_leaf, count;
		uint32_t next;

		if (nodes > r->blocks)
			return -FAULT_CYCLE;
		c = block_get(r, block);
		is_leaf = cursor_be16(&c);
		count = cursor_be16(&c);
		next = cursor_be32(&c);
		cursor_skip(&c, 4);
		if (!cursor_ok(&c))
			return c.fault;
		if ((leaf && !is_leaf) || (!is_leaf && count == 0))
			return -FAULT_SYNTAX;
		leaf = is_leaf;
		if (!leaf)
			next = cursor_be32(&c);
		for (; leaf && count > 0; count--) {
			uint32_t info = cursor_be32(&c), file = cursor_be32(&c);
			int rc = cursor_ok(&c) ? record_add(r, info, file) : c.fault;

			if (rc != 0)
				return rc;
		}
		if (!cursor_ok(&c))
			return c.fault;
		block = next;
	}
	return r->count == paths ? 0 : -FAULT_DAMAGED;
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

static const char *
name_get(const struct reader *r, const struct record *record)
{
	return (const char *)r->file.base + record->name;
}

static bool
is_root(const struct reader *r, const struct record *record)
{
	return record->parent == NO_PARENT && strcmp(name_get(r, record), ".") == 0;
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
 * where it begins. The root adds nothing. */
static int
path_make(const struct reader *r, uint32_t at, char path[BOM_MAX_PATH_BYTES], size_t *start)
{
	uint32_t first = at;
	int depth = 0;

	*start = BOM_MAX_PATH_BYTES - 1;
	path[*start] = '\0';
	for (; at != NO_PARENT && !is_root(r, &r->records[at]); at = r->records[at].parent) {
		const char *name = name_get(r, &r->records[at]);
		size_t len = strlen(name);

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
	struct cursor c = block_get(r, block);
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
	/* Some directories end here, after 23 bytes. */
	if (entry->type != BOM_DIRECTORY)
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
	size_t i, start;
	int rc;

	for (i = 0; i < r->count; i++) {
		struct bom_entry entry = {0};

		if (is_root(r, &r->records[i]))
			continue;
		r->at = r->records[i].name;
		if ((rc = path_make(r, (uint32_t)i, path, &start)) != 0 ||
		    (rc = info_read(r, r->records[i].info, &entry)) != 0)
			return rc;
		entry.path = path + start;
		if ((rc = send(&entry, payload)) != 0)
			return rc;
	}
	return 0;
}

int
bom_read(const void *bytes, size_t len,
    int (*entry)(const struct bom_entry *entry, void *payload), void *payload, struct fault *fault)
{
	struct reader r = {.file = cursor_make(bytes, len)};
	struct cursor vars;
	uint32_t paths = 0;
	int rc;

	if ((rc = header_read(&r, &vars)) == 0 && (rc = paths_find(&vars, &paths)) == 0 &&
	    (rc = tree_read(&r, paths)) == 0 && (rc = parents_find(&r)) == 0)
		rc = entries_send(&r, entry, payload);
	free(r.records);
	if (fault != NULL)
		*fault = (struct fault){.code = rc, .at = rc ? r.at : 0};
	return rc;
}
