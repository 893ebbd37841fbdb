/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The container, big-endian: 32 bytes of header, an index of {offset, length} for
 * each block, a table of variables. Pages are kept by their number modulo the
 * number of slots; the index has slots of its own, so that it and the blocks that
 * it leads to never push each other out.
 */
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/bom_store.h"
#include "kmutil-helpers/die.h"
#include "kmutil-helpers/banned.h"

#define HEADER_BYTES 32
#define ENTRY_BYTES 8
#define INDEX_PAGES 16
#define NO_PAGE UINT64_MAX

struct bom_buffers {
	uint64_t numbers[BOM_PAGES];   /* which page a slot holds */
	uint8_t *pages;                /* BOM_STORE_BYTES; touched as far as they are needed */
	uint8_t joint[BOM_PAGE_BYTES]; /* what lies across a page's end */
};

struct bom_buffers *
bom_buffers_new(void)
{
	struct bom_buffers *buffers = malloc(sizeof(*buffers));

	if (buffers != NULL)
		buffers->pages = malloc(BOM_STORE_BYTES);
	if (buffers == NULL || buffers->pages == NULL)
		die(EXIT_BUG, "out of memory");
	return buffers;
}

void
bom_buffers_free(struct bom_buffers *buffers)
{
	if (buffers == NULL)
		return;
	free(buffers->pages);
	free(buffers);
}

/* Slots [first, first + count) are those that the page may be in. */
static int
page_get(struct bom_store *store, uint64_t number, size_t first, size_t count, const uint8_t **page)
{
	struct bom_buffers *buffers = store->buffers;
	size_t slot = first + (size_t)(number % count);
	uint8_t *bytes = buffers->pages + slot * BOM_PAGE_BYTES;
	uint64_t at = number * BOM_PAGE_BYTES, left = store->size - at;
	int error;

	*page = bytes;
	if (buffers->numbers[slot] == number)
		return 0;
	buffers->numbers[slot] = NO_PAGE;
	error = slice_read(
	    &store->file, at, bytes, left < BOM_PAGE_BYTES ? (size_t)left : BOM_PAGE_BYTES);
	if (error == 0)
		buffers->numbers[slot] = number;
	return error;
}

/* A view of the bytes [at, at + len) of a file that is read by pages. */
static struct cursor
pages_view(struct bom_store *store, uint64_t at, size_t len, size_t first, size_t count)
{
	size_t done = 0, offset, part;
	const uint8_t *page = store->buffers->joint;
	int error;

	if (len > BOM_PAGE_BYTES)
		return (struct cursor){.fault = -FAULT_SIZE};
	while (done < len) {
		offset = (size_t)((at + done) % BOM_PAGE_BYTES);
		part = BOM_PAGE_BYTES - offset;
		error = page_get(store, (at + done) / BOM_PAGE_BYTES, first, count, &page);
		if (error != 0)
			return (struct cursor){.fault = error};
		if (done == 0 && part >= len)
			return cursor_make(page + offset, len);
		if (part > len - done)
			part = len - done;
		memcpy(store->buffers->joint + done, page + offset, part);
		done += part;
	}
	return cursor_make(store->buffers->joint, len);
}

static struct cursor
view(struct bom_store *store, uint64_t at, uint64_t len, bool is_index)
{
	if (at > store->size || len > store->size - at)
		return (struct cursor){.fault = -FAULT_RANGE};
	if (store->bytes != NULL)
		return cursor_make(store->bytes + at, (size_t)len);
	return pages_view(store, at, (size_t)len, is_index ? BOM_PAGES - INDEX_PAGES : 0,
	    is_index ? INDEX_PAGES : BOM_PAGES - INDEX_PAGES);
}

static int
header_read(struct bom_store *store)
{
	struct cursor c =
	    view(store, 0, store->size < HEADER_BYTES ? store->size : HEADER_BYTES, false);
	const uint8_t *magic = cursor_bytes(&c, 8);
	uint32_t index_len, vars_at, vars_len;

	if (magic != NULL && memcmp(magic, "BOMStore", 8) != 0)
		return -FAULT_MAGIC;
	cursor_skip(&c, 8);
	store->index_at = cursor_be32(&c);
	index_len = cursor_be32(&c);
	vars_at = cursor_be32(&c);
	vars_len = cursor_be32(&c);
	if (!cursor_ok(&c))
		return c.fault;
	store->at = 16;
	c = view(store, vars_at, 0, false);
	if (!cursor_ok(&c) || vars_len > store->size - vars_at || store->index_at > store->size ||
	    index_len > store->size - store->index_at || index_len < 4)
		return -FAULT_RANGE;
	c = view(store, store->index_at, 4, true);
	store->blocks = cursor_be32(&c);
	if (!cursor_ok(&c))
		return c.fault;
	store->index_at += 4;
	return store->blocks > (index_len - 4) / ENTRY_BYTES ? -FAULT_RANGE : 0;
}

int
bom_store_open_bytes(struct bom_store *store, const void *bytes, size_t len)
{
	*store = (struct bom_store){.bytes = bytes, .size = len};
	return header_read(store);
}

int
bom_store_open_file(struct bom_store *store, int fd, struct bom_buffers *buffers)
{
	size_t i;
	int error;

	*store = (struct bom_store){.buffers = buffers};
	error = slice_of_file(fd, &store->file);
	store->size = store->file.size;
	for (i = 0; i < BOM_PAGES; i++)
		buffers->numbers[i] = NO_PAGE;
	if (error == 0 && store->size <= BOM_STORE_BYTES) {
		error = slice_read(&store->file, 0, buffers->pages, (size_t)store->size);
		store->bytes = buffers->pages;
	}
	return error != 0 ? error : header_read(store);
}

struct cursor
bom_store_block(struct bom_store *store, uint32_t number)
{
	struct cursor entry;
	uint32_t at, len;

	if (number == 0 || number >= store->blocks)
		return (struct cursor){.fault = -FAULT_RANGE};
	entry = view(store, store->index_at + (uint64_t)number * ENTRY_BYTES, ENTRY_BYTES, true);
	at = cursor_be32(&entry);
	len = cursor_be32(&entry);
	if (!cursor_ok(&entry))
		return entry;
	store->at = at;
	return view(store, at, len, false);
}

/* One writer counts the NUL into a variable's name. */
int
bom_store_find(struct bom_store *store, const char *name, uint32_t *block)
{
	struct cursor c = view(store, 24, 8, false), vars;
	uint32_t at = cursor_be32(&c), len = cursor_be32(&c), count;
	size_t name_len = strlen(name), found_len;
	const uint8_t *found;

	vars = view(store, at, len, false);
	count = cursor_be32(&vars);
	while (count-- > 0 && cursor_ok(&vars)) {
		*block = cursor_be32(&vars);
		found_len = cursor_u8(&vars);
		found = cursor_bytes(&vars, found_len);
		if (found != NULL && (found_len == name_len || found_len == name_len + 1) &&
		    memcmp(found, name, found_len) == 0)
			return 0;
	}
	return cursor_ok(&vars) ? -FAULT_MISSING : vars.fault;
}
