/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-1 and SHA-256; names of variables as in FIPS 180-4. */
#include <string.h>

#include "kmutil-helpers/digest.h"

#define BLOCK_BYTES 64U

static const uint32_t sha256_start[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
static const uint32_t sha1_start[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};

static const uint32_t sha256_k[64] = {0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b,
    0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74,
    0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
    0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3,
    0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354,
    0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3,
    0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa,
    0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t
rotate_left(uint32_t x, unsigned int n)
{
	return x << n | x >> (32 - n);
}

static uint32_t
rotate_right(uint32_t x, unsigned int n)
{
	return x >> n | x << (32 - n);
}

/* The first 16 words of a message schedule. */
static void
words_load(uint32_t *w, const uint8_t block[BLOCK_BYTES])
{
	size_t t;

	for (t = 0; t < 16; t++)
		w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 |
		       (uint32_t)block[4 * t + 2] << 8 | block[4 * t + 3];
}

/* f and K of round t, added. */
static uint32_t
sha1_round(size_t t, uint32_t b, uint32_t c, uint32_t d)
{
	if (t < 20)
		return ((b & c) ^ (~b & d)) + 0x5a827999;
	if (t < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (t < 60)
		return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void
sha1_block(uint32_t h[8], const uint8_t block[BLOCK_BYTES])
{
	uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], next;
	size_t t;

	words_load(w, block);
	for (t = 16; t < 80; t++)
		w[t] = rotate_left(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	for (t = 0; t < 80; t++) {
		next = rotate_left(a, 5) + sha1_round(t, b, c, d) + e + w[t];
		e = d;
		d = c;
		c = rotate_left(b, 30);
		b = a;
		a = next;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
}

static void
sha256_schedule(uint32_t w[64], const uint8_t block[BLOCK_BYTES])
{
	uint32_t x, y;
	size_t t;

	words_load(w, block);
	for (t = 16; t < 64; t++) {
		x = w[t - 15];
		y = w[t - 2];
		w[t] = (rotate_right(y, 17) ^ rotate_right(y, 19) ^ y >> 10) + w[t - 7] +
		       (rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3) + w[t - 16];
	}
}

static void
sha256_block(uint32_t h[8], const uint8_t block[BLOCK_BYTES])
{
	enum { A, B, C, D, E, F, G, H };
	uint32_t w[64], v[8], t1, t2;
	size_t t;

	sha256_schedule(w, block);
	memcpy(v, h, sizeof(v));
	for (t = 0; t < 64; t++) {
		t1 = v[H] +
		     (rotate_right(v[E], 6) ^ rotate_right(v[E], 11) ^ rotate_right(v[E], 25)) +
		     ((v[E] & v[F]) ^ (~v[E] & v[G])) + sha256_k[t] + w[t];
		t2 = (rotate_right(v[A], 2) ^ rotate_right(v[A], 13) ^ rotate_right(v[A], 22)) +
		     ((v[A] & v[B]) ^ (v[A] & v[C]) ^ (v[B] & v[C]));
		memmove(v + 1, v, 7 * sizeof(*v));
		v[E] += t1;
		v[A] = t1 + t2;
	}
	for (t = 0; t < 8; t++)
		h[t] += v[t];
}

static void
block_add(struct digest *digest)
{
	if (digest->kind == DIGEST_SHA1)
		sha1_block(digest->state, digest->block);
	else
		sha256_block(digest->state, digest->block);
}

void
digest_init(struct digest *digest, enum digest_kind kind)
{
	*digest = (struct digest){.kind = kind};
	if (kind == DIGEST_SHA1)
		memcpy(digest->state, sha1_start, sizeof(sha1_start));
	else
		memcpy(digest->state, sha256_start, sizeof(sha256_start));
}

void
digest_update(struct digest *digest, const void *bytes, size_t len)
{
	const uint8_t *from = bytes;
	size_t used, room;

	while (len != 0) {
		used = (size_t)(digest->len % BLOCK_BYTES);
		room = BLOCK_BYTES - used < len ? BLOCK_BYTES - used : len;
		memcpy(digest->block + used, from, room);
		from += room;
		len -= room;
		digest->len += room;
		if (used + room == BLOCK_BYTES)
			block_add(digest);
	}
}

void
digest_final(struct digest *digest, uint8_t out[DIGEST_MAX_BYTES])
{
	static const uint8_t padding[BLOCK_BYTES] = {0x80};
	uint64_t bits = digest->len * 8;
	size_t used = (size_t)(digest->len % BLOCK_BYTES), i;
	uint8_t length[8];

	for (i = 0; i < sizeof(length); i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	digest_update(digest, padding, (used < 56 ? 56 : 120) - used);
	digest_update(digest, length, sizeof(length));
	for (i = 0; i < (digest->kind == DIGEST_SHA1 ? 20U : 32U); i++)
		out[i] = (uint8_t)(digest->state[i / 4] >> (24 - 8 * (i % 4)));
}
