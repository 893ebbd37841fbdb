/* SPDX-License-Identifier: BSD-2-Clause */
/* The checksum of POSIX cksum(1), which a BOM keeps of each file; incremental. */
#ifndef KMUTIL_HELPERS_CKSUM_H
#define KMUTIL_HELPERS_CKSUM_H

#include <stddef.h>
#include <stdint.h>

struct cksum {
	uint32_t crc;
	uint64_t len; /* bytes so far */
};

void cksum_init(struct cksum *sum);
void cksum_update(struct cksum *sum, const void *bytes, size_t len);
/* The checksum of all bytes so far; the state may be fed further. */
uint32_t cksum_final(const struct cksum *sum);

#endif
