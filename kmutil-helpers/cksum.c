/* SPDX-License-Identifier: BSD-2-Clause */
/* POSIX cksum: CRC-32 with polynomial 04c11db7, high bit first, then the length. */
#include "kmutil-helpers/cksum.h"

#define POLYNOMIAL 0x04c11db7U

static uint32_t
byte_add(uint32_t crc, uint8_t byte)
{
	static uint32_t table[256];
	uint32_t i, value;
	int bit;

	for (i = 0; table[255] == 0 && i < 256; i++) {
		value = i << 24;
		for (bit = 0; bit < 8; bit++)
			value = value << 1 ^ (value >> 31 ? POLYNOMIAL : 0);
		table[i] = value;
	}
	return crc << 8 ^ table[crc >> 24 ^ byte];
}

void
cksum_init(struct cksum *sum)
{
	*sum = (struct cksum){0};
}

void
cksum_update(struct cksum *sum, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	size_t i;

	for (i = 0; i < len; i++)
		sum->crc = byte_add(sum->crc, at[i]);
	sum->len += len;
}

uint32_t
cksum_final(const struct cksum *sum)
{
	uint32_t crc = sum->crc;
	uint64_t len;

	for (len = sum->len; len != 0; len >>= 8)
		crc = byte_add(crc, (uint8_t)len);
	return ~crc;
}
