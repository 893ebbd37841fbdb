/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cursor: the only way in which this project reads bytes of a file. Nobody
 * indexes; everybody consumes through a checked call. The first overrun sticks:
 * from then on every call yields 0 or NULL, so that a record is read field by
 * field and asked once (cursor_ok).
 */
#ifndef KMUTIL_HELPERS_CURSOR_H
#define KMUTIL_HELPERS_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmutil-helpers/fault.h"

struct cursor {
	const uint8_t *base; /* borrowed */
	size_t len;          /* bytes from base */
	size_t at;           /* next byte to read */
	int fault;           /* 0, or -FAULT_x of the first failure */
};

/* A cursor at the start of len bytes, which must outlive it. */
struct cursor cursor_make(const void *base, size_t len);
/* The part [offset, offset + len) of the whole, wherever the cursor stands. Its
 * fault is -FAULT_RANGE when that is not inside. */
struct cursor cursor_sub(const struct cursor *whole, uint64_t offset, uint64_t len);

uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_be16(struct cursor *c);
uint32_t cursor_be32(struct cursor *c);
uint64_t cursor_be64(struct cursor *c);
uint16_t cursor_le16(struct cursor *c);
uint32_t cursor_le32(struct cursor *c);
uint64_t cursor_le64(struct cursor *c);
/* Unsigned big-endian integer of 1 to 8 bytes. */
uint64_t cursor_be(struct cursor *c, size_t size);
/* The next len bytes, borrowed; NULL after a fault. */
const uint8_t *cursor_bytes(struct cursor *c, uint64_t len);
/* The bytes up to the next NUL, which is consumed too; *len without it. */
const char *cursor_string(struct cursor *c, size_t *len);
void cursor_skip(struct cursor *c, uint64_t len);

size_t cursor_left(const struct cursor *c);
bool cursor_ok(const struct cursor *c);
/* Marks the cursor as failed, unless it is already. Returns its fault. */
int cursor_fail(struct cursor *c, enum fault_code code);
/* The fault of a failed cursor with the place where it happened. */
struct fault cursor_fault(const struct cursor *c);

#endif
