/* SPDX-License-Identifier: BSD-2-Clause */
/* Choosing the slice of a fat file. */
#include "kmutil-helpers/cursor.h"
#include "kmutil-helpers/fat.h"
#include "kmutil-helpers/banned.h"

#define FAT_32 0xcafebabeU
#define FAT_64 0xcafebabfU
#define HEADER_BYTES 8U
#define ENTRY_32_BYTES 20U
#define ENTRY_64_BYTES 32U

#define CPU_I386 7U
#define CPU_X86_64 0x01000007U
#define CPU_ARM64 0x0100000cU
#define SUBTYPE_BITS 0x00ffffffU
#define SUBTYPE_ARM64E 2U

/* How much a Mac likes a slice; 0: it cannot run it. */
static unsigned int
cpu_rank(uint32_t type, uint32_t subtype, bool intel)
{
	if (type == CPU_X86_64)
		return 2;
	if (type == CPU_ARM64 && !intel)
		return (subtype & SUBTYPE_BITS) == SUBTYPE_ARM64E ? 4 : 3;
	return type == CPU_I386 ? 1 : 0;
}

/* Whether a slice of the file shares bytes with one of those before it. */
static bool
overlaps(const struct slice *slices, size_t count, const struct slice *one)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (one->base < slices[i].base + slices[i].size &&
		    slices[i].base < one->base + one->size)
			return true;
	return false;
}

/* Goes through the table; `c` stands at its first entry. */
static int
choose(const struct slice *file, struct cursor *c, bool wide, size_t count, bool intel,
    struct slice *best, struct fault *fault)
{
	struct slice slices[FAT_MAX_SLICES + 1];
	unsigned int rank, best_rank = 0;
	uint32_t type, subtype;
	uint64_t at, size;
	size_t i;
	int rc;

	slices[0] = (struct slice){.base = file->base, .size = HEADER_BYTES + c->len};
	for (i = 1; i <= count; i++) {
		fault->at = file->base + HEADER_BYTES + c->at;
		type = cursor_be32(c);
		subtype = cursor_be32(c);
		at = cursor_be(c, wide ? 8 : 4);
		size = cursor_be(c, wide ? 8 : 4);
		cursor_skip(c, wide ? 8 : 4);
		if ((rc = slice_part(file, at, size, &slices[i])) != 0)
			return rc;
		if (overlaps(slices, i, &slices[i]))
			return -FAULT_RANGE;
		rank = cpu_rank(type, subtype, intel);
		if (i == 1 || rank > best_rank) {
			*best = slices[i];
			best_rank = rank;
		}
	}
	return cursor_ok(c) ? 0 : c->fault;
}

int
fat_find(const struct slice *file, bool intel, struct slice *image, struct fault *fault)
{
	uint8_t head[HEADER_BYTES], table[FAT_MAX_SLICES * ENTRY_64_BYTES];
	size_t len = file->size < HEADER_BYTES ? (size_t)file->size : HEADER_BYTES;
	uint32_t magic, count;
	struct slice whole = *file;
	struct cursor c;
	int rc;

	*image = whole;
	fault->at = whole.base;
	if ((rc = slice_read(&whole, 0, head, len)) != 0)
		return rc;
	c = cursor_make(head, len);
	magic = cursor_be32(&c);
	if (magic != FAT_32 && magic != FAT_64)
		return 0;
	count = cursor_be32(&c);
	if (!cursor_ok(&c))
		return c.fault;
	if (count == 0 || count > FAT_MAX_SLICES)
		return count == 0 ? -FAULT_MISSING : -FAULT_COUNT;
	len = count * (magic == FAT_64 ? ENTRY_64_BYTES : ENTRY_32_BYTES);
	if ((rc = slice_read(&whole, HEADER_BYTES, table, len)) != 0)
		return rc;
	c = cursor_make(table, len);
	return choose(&whole, &c, magic == FAT_64, count, intel, image, fault);
}
