/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bill of materials (BOM): the file list of a receipt. Takes bytes, knows no
 * path of the Mac, never follows a name out of the list: names with a slash and
 * ".." are faults. Format: from two BOMs made by Apple's mkbom, field by field.
 */
#ifndef KMUTIL_HELPERS_BOM_H
#define KMUTIL_HELPERS_BOM_H

#include <stddef.h>
#include <stdint.h>

#include "kmutil-helpers/bom_store.h"
#include "kmutil-helpers/fault.h"

#define BOM_MAX_PATHS ((size_t)1 << 20)
#define BOM_MAX_DEPTH 512
#define BOM_MAX_PATH_BYTES 4096 /* with its NUL */

enum bom_type { BOM_FILE, BOM_DIRECTORY, BOM_LINK, BOM_DEVICE, BOM_OTHER };

/* One path; pointers are borrowed until the callback returns. */
struct bom_entry {
	const char *path; /* relative to the receipt's prefix: "Library/Extensions/x.kext" */
	enum bom_type type;
	uint16_t mode;     /* st_mode with its type bits */
	uint32_t uid, gid;
	uint32_t mtime;    /* seconds since 1970 */
	uint32_t size;     /* bytes; the low 32 bits of a larger file's */
	uint32_t checksum; /* cksum.h, of a link's target too; 0 for all else */
	const char *target; /* of a link; else NULL */
};

/*
 * Calls entry for each path below the root, in the file's order, until it
 * returns something else than 0, which is returned. A parent may stand after its
 * children. After a fault what was handed over is a beginning, no list:
 * -FAULT_MAGIC, _SHORT, _RANGE, _CYCLE, _DEPTH, _COUNT, _SIZE (a path),
 * _SYNTAX (a name; an id twice), _MISSING (a parent, or the list itself),
 * _DAMAGED (lists another number of paths than it says). `fault` may be NULL.
 */
int bom_read(const void *bytes, size_t len,
    int (*entry)(const struct bom_entry *entry, void *payload), void *payload,
    struct fault *fault) __attribute__((warn_unused_result));

/*
 * The same for an open file. With a suffix (".kext"; NULL: none) only those paths
 * whose last component ends in it: a list without any is walked once, by names
 * alone, and what names and parents are otherwise is not looked at. `buffers` may
 * have served other files.
 */
int bom_read_file(int fd, const char *suffix, struct bom_buffers *buffers,
    int (*entry)(const struct bom_entry *entry, void *payload), void *payload,
    struct fault *fault) __attribute__((warn_unused_result));

#endif
