/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unpack: a compressed part of a file, read at any place as if it were not. It is
 * unpacked forwards through two small buffers and kept nowhere; a place before the
 * last one read begins again at the start, so readers go forwards. The codec is the
 * system's (os_lzfse); no compression is known here.
 */
#ifndef KMUTIL_HELPERS_UNPACK_H
#define KMUTIL_HELPERS_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmutil-helpers/slice.h"

#define UNPACK_CHUNK_BYTES ((size_t)64 << 10)
#define UNPACK_MAX_BYTES ((uint64_t)2 << 30) /* of what comes out */
#define UNPACK_MAX_RESTARTS 4

enum unpack_state { UNPACK_MORE, UNPACK_DONE, UNPACK_BROKEN };

/* One call of a codec. */
struct unpack_step {
	const uint8_t *in;
	size_t in_len;
	bool last; /* no more comes after `in` */
	uint8_t *out;
	size_t out_len;
	size_t taken, made; /* set by the codec */
};

struct unpack_codec {
	void *(*begin)(void); /* NULL: it could not */
	enum unpack_state (*run)(void *state, struct unpack_step *step);
	void (*end)(void *state);
};

struct unpack;

/* Unpacks a part of a file, whose descriptor is borrowed. Caller frees; never NULL. */
struct unpack *unpack_new(const struct unpack_codec *codec, const struct slice *packed);
void unpack_free(struct unpack *unpack);
/* Reads len bytes from a place of what comes out. 0, -FAULT_SHORT (less comes out),
 * -FAULT_SYNTAX (the codec refuses it), -FAULT_SIZE (beyond UNPACK_MAX_BYTES, or too
 * many restarts), -ENOMEM (the codec could not begin), -errno. */
int unpack_read(struct unpack *unpack, uint64_t at, void *out, size_t len)
    __attribute__((warn_unused_result));

#endif
