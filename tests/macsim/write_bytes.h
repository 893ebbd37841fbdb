/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes that grow, and how macsim ends when it cannot go on.
 */
#ifndef TESTS_MACSIM_WRITE_BYTES_H
#define TESTS_MACSIM_WRITE_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* Starts as {0}; bytes_done frees. */
struct bytes {
	uint8_t *data;
	size_t len, room;
};

/* Says "macsim: ..." on stderr and ends with MACSIM_ERROR. */
_Noreturn void macsim_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

void bytes_add(struct bytes *bytes, const void *data, size_t len);
void bytes_text(struct bytes *bytes, const char *text);
void bytes_printf(struct bytes *bytes, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void bytes_u8(struct bytes *bytes, unsigned value);
void bytes_be(struct bytes *bytes, uint64_t value, size_t size);
void bytes_le(struct bytes *bytes, uint64_t value, size_t size);
void bytes_zero(struct bytes *bytes, size_t len);
/* Zeros up to a multiple of step. */
void bytes_align(struct bytes *bytes, size_t step);
/* Overwrites size bytes at an offset that exists, little-endian. */
void bytes_poke_le(struct bytes *bytes, size_t at, uint64_t value, size_t size);
void bytes_poke_be(struct bytes *bytes, size_t at, uint64_t value, size_t size);
void bytes_done(struct bytes *bytes);

#endif
