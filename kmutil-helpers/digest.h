/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-1 and SHA-256 (FIPS 180-4), incremental: what names a code signature
 * (docs/facts.md#signatures). Nothing here protects anything.
 */
#ifndef KMUTIL_HELPERS_DIGEST_H
#define KMUTIL_HELPERS_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_MAX_BYTES 32

enum digest_kind { DIGEST_SHA1, DIGEST_SHA256 };

struct digest {
	enum digest_kind kind;
	uint32_t state[8];
	uint8_t block[64];
	uint64_t len; /* bytes so far */
};

void digest_init(struct digest *digest, enum digest_kind kind);
void digest_update(struct digest *digest, const void *bytes, size_t len);
/* Writes 20 bytes (SHA-1) or 32 (SHA-256); the digest is used up. */
void digest_final(struct digest *digest, uint8_t out[DIGEST_MAX_BYTES]);

#endif
