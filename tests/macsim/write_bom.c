/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bills of materials (BOM): big-endian blocks, a tree of paths, in the block
 * order of Apple's own files. Format: docs/facts.md, BOM. Root's, group wheel.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/macsim/keep_files.h"
#include "tests/macsim/write_bom.h"
#include "tests/macsim/write_hash.h"
#include "tests/macsim/write_macho.h"

enum {
	NODE_SIZE = 4096,
	LEAF_MAX = 250,
	FIRST_PATH_BLOCK = 11,
	INDEX_ROOM = 2730,
	TYPE_FILE = 1,
	TYPE_FOLDER = 2,
	TYPE_LINK = 3
};

struct entry {
	uint32_t id, parent;
	const char *name;
	uint32_t info, file, path; /* blocks */
};

struct bom {
	struct bytes body;  /* blocks, from file offset 512 on */
	uint32_t *at, *len; /* of each block; 0 is null */
	size_t count, room;
	uint64_t plain;   /* bytes of what is no Mach-O */
	uint64_t code[2]; /* bytes for x86_64, arm64 */
};

static uint32_t
block_add(struct bom *bom, const struct bytes *bytes)
{
	if (bom->count == bom->room) {
		bom->room = bom->room * 2 + 64;
		bom->at = realloc(bom->at, bom->room * sizeof(*bom->at));
		bom->len = realloc(bom->len, bom->room * sizeof(*bom->len));
		if (!bom->at || !bom->len)
			macsim_die("out of memory");
	}
	bom->at[bom->count] = (uint32_t)(512 + bom->body.len);
	bom->len[bom->count] = (uint32_t)bytes->len;
	bytes_add(&bom->body, bytes->data, bytes->len);
	return (uint32_t)bom->count++;
}

/* The blocks up to FIRST_PATH_BLOCK are filled when everything is known. */
static void
block_set(struct bom *bom, uint32_t block, const struct bytes *bytes)
{
	bom->at[block] = (uint32_t)(512 + bom->body.len);
	bom->len[block] = (uint32_t)bytes->len;
	bytes_add(&bom->body, bytes->data, bytes->len);
}

static void
info_macho(
    struct bom *bom, const struct macho_facts *facts, const struct bytes *data, struct bytes *out)
{
	bytes_u8(out, 1);
	bytes_be(out, 1, 4);
	bytes_be(out, facts->cputype, 4);
	bytes_be(out, facts->cpusubtype, 4);
	bytes_be(out, data->len, 4);
	bytes_be(out, hash_cksum(data->data, data->len), 4);
	bom->code[facts->cputype == 0x0100000c] += data->len;
}

/* PathInfo2 of one path. */
static uint32_t
info_add(struct bom *bom, const char *full, time_t when)
{
	struct bytes out = {0}, data = {0};
	struct macho_facts facts;
	char link[FILES_PATH_MAX] = "";
	struct stat st;
	bool macho;

	if (lstat(full, &st) < 0)
		macsim_die("%s: is not there for the bill of materials", full);
	if (S_ISREG(st.st_mode))
		(void)files_read("", full, &data);
	if (S_ISLNK(st.st_mode) && readlink(full, link, sizeof(link) - 1) > 0)
		bytes_text(&data, link);
	macho = S_ISREG(st.st_mode) && macho_read(&data, &facts);
	bytes_u8(&out, S_ISDIR(st.st_mode)   ? TYPE_FOLDER
		       : S_ISLNK(st.st_mode) ? TYPE_LINK
					     : TYPE_FILE);
	bytes_u8(&out, 1);
	bytes_be(&out, macho ? 0x100f : 0x000f, 2);
	bytes_be(&out, st.st_mode & 0xffff, 2);
	bytes_be(&out, 0, 4);
	bytes_be(&out, 0, 4);
	bytes_be(&out, (uint64_t)when, 4);
	bytes_be(&out, S_ISDIR(st.st_mode) ? 0 : data.len, 4);
	bytes_u8(&out, 1);
	bytes_be(&out, S_ISDIR(st.st_mode) ? 0 : hash_cksum(data.data, data.len), 4);
	if (macho)
		info_macho(bom, &facts, &data, &out);
	else if (!S_ISDIR(st.st_mode))
		bom->plain += data.len;
	if (S_ISDIR(st.st_mode)) {
		bytes_zero(&out, 4);
	} else if (S_ISLNK(st.st_mode)) {
		bytes_be(&out, strlen(link) + 1, 4);
		bytes_add(&out, link, strlen(link) + 1);
	}
	if (!S_ISDIR(st.st_mode))
		bytes_zero(&out, 8);
	uint32_t block = block_add(bom, &out);
	bytes_done(&out);
	bytes_done(&data);
	return block;
}

static void
entry_blocks(struct bom *bom, struct entry *entry, const char *full, time_t when)
{
	struct bytes file = {0}, path = {0};

	entry->info = info_add(bom, full, when);
	bytes_be(&file, entry->parent, 4);
	bytes_add(&file, entry->name, strlen(entry->name) + 1);
	entry->file = block_add(bom, &file);
	bytes_be(&path, entry->id, 4);
	bytes_be(&path, entry->info, 4);
	entry->path = block_add(bom, &path);
	bytes_done(&file);
	bytes_done(&path);
}

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	return strcmp(x->name, y->name);
}

static uint32_t
find_parent(char *const *paths, size_t i)
{
	const char *slash = strrchr(paths[i], '/');

	if (!slash)
		return 1;
	for (size_t j = i; j-- > 0;)
		if (strlen(paths[j]) == (size_t)(slash - paths[i]) &&
		    !strncmp(paths[j], paths[i], (size_t)(slash - paths[i])))
			return (uint32_t)j + 2;
	macsim_die("%s: its folder is not in the bill of materials", paths[i]);
}

static void
node_write(struct bytes *out, bool leaf, size_t count, uint32_t forward, uint32_t backward)
{
	bytes_be(out, leaf, 2);
	bytes_be(out, count, 2);
	bytes_be(out, forward, 4);
	bytes_be(out, backward, 4);
}

/* Leaves of LEAF_MAX entries; a branch above them where there are more. The one
 * leaf, or the branch, is the root: block 3. */
static void
write_paths(struct bom *bom, const struct entry *entries, size_t count)
{
	size_t leaves = (count + LEAF_MAX - 1) / LEAF_MAX;
	uint32_t first = (uint32_t)bom->count;
	struct bytes branch = {0};

	node_write(&branch, false, leaves, 0, 0);
	for (size_t i = 0; i < leaves; i++) {
		size_t n = count - i * LEAF_MAX < LEAF_MAX ? count - i * LEAF_MAX : LEAF_MAX;
		const struct entry *part = entries + i * LEAF_MAX;
		struct bytes leaf = {0};

		node_write(&leaf, true, n, i + 1 < leaves ? first + (uint32_t)i + 1 : 0,
		    i > 0 ? first + (uint32_t)i - 1 : 0);
		for (size_t j = 0; j < n; j++) {
			bytes_be(&leaf, part[j].path, 4);
			bytes_be(&leaf, part[j].file, 4);
		}
		bytes_align(&leaf, NODE_SIZE);
		bytes_be(&branch, first + i, 4);
		bytes_be(&branch, part[n - 1].file, 4);
		if (leaves == 1)
			block_set(bom, 3, &leaf);
		else
			block_add(bom, &leaf);
		bytes_done(&leaf);
	}
	bytes_align(&branch, NODE_SIZE);
	if (leaves > 1)
		block_set(bom, 3, &branch);
	bytes_done(&branch);
}

static void
write_tree(struct bom *bom, uint32_t block, uint32_t child, size_t node_size, size_t paths)
{
	struct bytes tree = {0}, node = {0};

	bytes_text(&tree, "tree");
	bytes_be(&tree, 1, 4);
	bytes_be(&tree, child, 4);
	bytes_be(&tree, node_size, 4);
	bytes_be(&tree, paths, 4);
	bytes_u8(&tree, 0);
	block_set(bom, block, &tree);
	if (paths == 0) {
		node_write(&node, true, 0, 0, 0);
		bytes_align(&node, node_size);
		block_set(bom, child, &node);
	}
	bytes_done(&tree);
	bytes_done(&node);
}

static void
write_info(struct bom *bom, size_t paths)
{
	struct bytes out = {0};
	unsigned entries = 1 + (bom->code[0] > 0 ? 1U : 0U) + (bom->code[1] > 0 ? 1U : 0U);

	bytes_be(&out, 1, 4);
	bytes_be(&out, paths + 1, 4);
	bytes_be(&out, entries, 4);
	bytes_zero(&out, 8);
	bytes_be(&out, bom->plain, 4);
	bytes_zero(&out, 4);
	for (unsigned i = 0; i < 2; i++) {
		if (bom->code[i] == 0)
			continue;
		bytes_be(&out, i ? 0x0100000c : 0x01000007, 4);
		bytes_zero(&out, 4);
		bytes_be(&out, bom->code[i], 4);
		bytes_zero(&out, 4);
	}
	block_set(bom, 1, &out);
	bytes_done(&out);
}

static void
write_file(struct bom *bom, struct bytes *out)
{
	static const struct {
		unsigned block;
		const char *name;
	} vars[] = {{1, "BomInfo"}, {2, "Paths"}, {4, "HLIndex"}, {6, "VIndex"}, {9, "Size64"}};
	struct bytes names = {0}, index = {0};

	bytes_be(&names, 5, 4);
	for (size_t i = 0; i < 5; i++) {
		bytes_be(&names, vars[i].block, 4);
		bytes_u8(&names, (unsigned)strlen(vars[i].name));
		bytes_text(&names, vars[i].name);
	}
	size_t slots = bom->count > INDEX_ROOM ? bom->count : INDEX_ROOM;
	bytes_be(&index, slots, 4);
	for (size_t i = 0; i < slots; i++) {
		bytes_be(&index, i > 0 && i < bom->count ? bom->at[i] : 0, 4);
		bytes_be(&index, i > 0 && i < bom->count ? bom->len[i] : 0, 4);
	}
	bytes_zero(&index, 4 + 16);
	bytes_text(out, "BOMStore");
	bytes_be(out, 1, 4);
	bytes_be(out, bom->count - 1, 4);
	bytes_be(out, 512 + bom->body.len + names.len, 4);
	bytes_be(out, index.len, 4);
	bytes_be(out, 512 + bom->body.len, 4);
	bytes_be(out, names.len, 4);
	bytes_align(out, 512);
	bytes_add(out, bom->body.data, bom->body.len);
	bytes_add(out, names.data, names.len);
	bytes_add(out, index.data, index.len);
	bytes_done(&names);
	bytes_done(&index);
}

void
bom_write(const char *base, char *const *paths, size_t count, time_t when, struct bytes *out)
{
	struct entry *entries = calloc(count + 1, sizeof(*entries));
	struct bytes nothing = {0}, vindex = {0};
	struct bom bom = {0};

	if (!entries)
		macsim_die("out of memory");
	for (unsigned i = 0; i < FIRST_PATH_BLOCK; i++)
		block_add(&bom, &nothing);
	entries[0] = (struct entry){.id = 1, .name = "."};
	entry_blocks(&bom, &entries[0], base, when);
	for (size_t i = 0; i < count; i++) {
		struct files_path full = files_format("%s/%s", base, paths[i]);
		const char *slash = strrchr(paths[i], '/');

		entries[i + 1] = (struct entry){.id = (uint32_t)i + 2,
		    .parent = find_parent(paths, i),
		    .name = slash ? slash + 1 : paths[i]};
		entry_blocks(&bom, &entries[i + 1], full.text, when);
	}
	qsort(entries, count + 1, sizeof(*entries), compare_entries);
	write_info(&bom, count + 1);
	write_paths(&bom, entries, count + 1);
	write_tree(&bom, 2, 3, NODE_SIZE, count + 1);
	write_tree(&bom, 4, 5, NODE_SIZE, 0);
	bytes_be(&vindex, 1, 4);
	bytes_be(&vindex, 7, 4);
	bytes_zero(&vindex, 5);
	block_set(&bom, 6, &vindex);
	write_tree(&bom, 7, 8, 128, 0);
	write_tree(&bom, 9, 10, NODE_SIZE, 0);
	write_file(&bom, out);
	bytes_done(&vindex);
	bytes_done(&bom.body);
	free(bom.at);
	free(bom.len);
	free(entries);
}
