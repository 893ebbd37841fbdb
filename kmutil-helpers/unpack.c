/* SPDX-License-Identifier: BSD-2-Clause */
/* Unpacking forwards, one chunk in and one chunk out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/die.h"
#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/unpack.h"
#include "kmutil-helpers/banned.h"

struct unpack {
	const struct unpack_codec *codec;
	struct slice packed;
	void *state;          /* NULL before the first chunk */
	uint64_t read;        /* bytes of the file that were read */
	size_t in_at, in_len; /* of `in`: taken, and there */
	uint64_t out_at;      /* where `out` begins in what comes out */
	size_t out_len;
	bool done;
	int restarts;
	uint8_t in[UNPACK_CHUNK_BYTES], out[UNPACK_CHUNK_BYTES];
};

struct unpack *
unpack_new(const struct unpack_codec *codec, const struct slice *packed)
{
	struct unpack *unpack = calloc(1, sizeof(*unpack));

	if (unpack == NULL)
		die(EXIT_BUG, "out of memory");
	unpack->codec = codec;
	unpack->packed = *packed;
	return unpack;
}

static void
state_end(struct unpack *u)
{
	if (u->state != NULL)
		u->codec->end(u->state);
	u->state = NULL;
}

void
unpack_free(struct unpack *unpack)
{
	if (unpack == NULL)
		return;
	state_end(unpack);
	free(unpack);
}

/* Begins, or begins again. */
static int
start(struct unpack *u)
{
	if (u->state != NULL && u->restarts++ == UNPACK_MAX_RESTARTS)
		return -FAULT_SIZE;
	state_end(u);
	u->read = u->out_at = 0;
	u->in_at = u->in_len = u->out_len = 0;
	u->done = false;
	u->state = u->codec->begin();
	return u->state != NULL ? 0 : -ENOMEM;
}

/* Reads the next bytes of the file behind those that the codec left. */
static int
fill(struct unpack *u)
{
	size_t left = u->in_len - u->in_at, len = sizeof(u->in) - left;
	int rc;

	if (left > sizeof(u->in) / 2 || u->read == u->packed.size)
		return 0;
	memmove(u->in, u->in + u->in_at, left);
	u->in_at = 0;
	u->in_len = left;
	if (len > u->packed.size - u->read)
		len = (size_t)(u->packed.size - u->read);
	if ((rc = slice_read(&u->packed, u->read, u->in + left, len)) != 0)
		return rc;
	u->read += len;
	u->in_len += len;
	return 0;
}

/* Makes the next chunk of what comes out, which is not empty. */
static int
advance(struct unpack *u)
{
	struct unpack_step step = {.last = false};
	enum unpack_state state;
	int rc;

	u->out_at += u->out_len;
	u->out_len = 0;
	while (u->out_len == 0) {
		if (u->done)
			return -FAULT_SHORT;
		if (u->out_at > UNPACK_MAX_BYTES)
			return -FAULT_SIZE;
		if ((rc = fill(u)) != 0)
			return rc;
		step = (struct unpack_step){.in = u->in + u->in_at,
		    .in_len = u->in_len - u->in_at,
		    .last = u->read == u->packed.size,
		    .out = u->out,
		    .out_len = sizeof(u->out)};
		state = u->codec->run(u->state, &step);
		if (state == UNPACK_BROKEN || step.taken > step.in_len || step.made > step.out_len)
			return -FAULT_SYNTAX;
		u->in_at += step.taken;
		u->out_len = step.made;
		u->done = state == UNPACK_DONE;
		/* Nothing in, nothing out: the end is missing, or it never moves on. */
		if (!u->done && step.taken == 0 && step.made == 0)
			return step.last ? -FAULT_SHORT : -FAULT_SYNTAX;
	}
	return 0;
}

int
unpack_read(struct unpack *u, uint64_t at, void *out, size_t len)
{
	uint8_t *to = out;
	size_t skip, count;
	int rc;

	if ((u->state == NULL || at < u->out_at) && (rc = start(u)) != 0)
		return rc;
	while (len != 0) {
		if (at >= u->out_at + u->out_len) {
			if ((rc = advance(u)) != 0)
				return rc;
			continue;
		}
		skip = (size_t)(at - u->out_at);
		count = u->out_len - skip < len ? u->out_len - skip : len;
		memcpy(to, u->out + skip, count);
		to += count;
		at += count;
		len -= count;
	}
	return 0;
}
