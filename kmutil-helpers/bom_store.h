/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BOM store: the container of a bill of materials, blocks by number and variables
 * by name. What a block means is bom.c's. A small file is read whole, a large one
 * by pages, into buffers that serve one file after the other: memory stays below
 * BOM_STORE_BYTES however large the file is.
 */
#ifndef KMUTIL_HELPERS_BOM_STORE_H
#define KMUTIL_HELPERS_BOM_STORE_H

#include <stdbool.h>

#include "kmutil-helpers/cursor.h"
#include "kmutil-helpers/slice.h"

#define BOM_PAGE_BYTES ((size_t)64 << 10)
#define BOM_PAGES 64
#define BOM_STORE_BYTES (BOM_PAGES * BOM_PAGE_BYTES)

struct bom_buffers;

struct bom_store {
	const uint8_t *bytes; /* the whole file; NULL when it is read by pages */
	struct slice file;
	uint64_t size;
	uint64_t index_at;           /* of the first entry: 8 bytes a block */
	uint32_t blocks;
	uint64_t at;                 /* of the block that was looked at last */
	struct bom_buffers *buffers; /* borrowed; NULL for bytes */
};

/* NULL is never returned. Ended with bom_buffers_free, which takes NULL. */
struct bom_buffers *bom_buffers_new(void);
void bom_buffers_free(struct bom_buffers *buffers);

/* Opens bytes that outlive the store, or an open file that does. 0,
 * -FAULT_MAGIC, _SHORT, _RANGE, _NOT_FILE, -errno; store->at is then the place. */
int bom_store_open_bytes(struct bom_store *store, const void *bytes, size_t len)
    __attribute__((warn_unused_result));
int bom_store_open_file(struct bom_store *store, int fd, struct bom_buffers *buffers)
    __attribute__((warn_unused_result));

/* A block's bytes, valid until the next call; its fault is -FAULT_RANGE for a block
 * that is not there, -FAULT_SIZE for one that is larger than a page of a large file. */
struct cursor bom_store_block(struct bom_store *store, uint32_t number);

/* The block that a variable names. 0, -FAULT_MISSING or -FAULT_x. */
int bom_store_find(struct bom_store *store, const char *name, uint32_t *block)
    __attribute__((warn_unused_result));

#endif
