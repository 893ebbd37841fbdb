/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 (FIPS 180-4) and the POSIX cksum, as cdhashes and BOMs carry them.
 */
#ifndef TESTS_MACSIM_WRITE_HASH_H
#define TESTS_MACSIM_WRITE_HASH_H

#include <stddef.h>
#include <stdint.h>

void hash_sha256(const void *data, size_t len, uint8_t out[32]);
/* CRC-32/CKSUM over the bytes and then their number. */
uint32_t hash_cksum(const void *data, size_t len);
/* Hexadecimal digits of len bytes and a NUL; upper case on request. */
void hash_hex(const uint8_t *data, size_t len, int upper, char *out);

#endif
