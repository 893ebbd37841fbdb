/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IM4P and IMG4: the wrapper in which Apple silicon keeps what it boots. Says
 * where the payload lies; checks no signature and unpacks nothing. DER: IMG4 is a
 * sequence of "IMG4", an IM4P and maybe a manifest (IM4M) and a nonce (IM4R); IM4P is
 * a sequence of "IM4P", a type of four letters, a description and the payload, and
 * maybe keys, how it is packed, and properties (docs/facts.md#collections).
 */
#ifndef KMUTIL_HELPERS_IM4P_H
#define KMUTIL_HELPERS_IM4P_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmutil-helpers/fault.h"

#define IM4P_HEAD_BYTES ((size_t)4 << 10)
#define IM4P_TAIL_BYTES ((size_t)4 << 10)

/* How the payload is packed, as the wrapper says. */
enum im4p_packed { IM4P_PLAIN, IM4P_LZFSE, IM4P_OTHER };

struct im4p {
	char type[5];           /* "auxk", "krnl" */
	uint64_t payload_at;    /* byte of the file */
	uint64_t payload_bytes; /* all inside the file */
	uint64_t tail_bytes;    /* of the IM4P, behind the payload */
	/* What im4p_read_tail adds. */
	enum im4p_packed packed;
	uint64_t unpacked_bytes; /* as the wrapper says; 0: it says nothing */
	bool encrypted;          /* it carries keys, wrapped for the Secure Enclave */
};

/* Whether these first bytes of a file begin as a wrapper does. */
bool im4p_is_wrapper(const void *head, size_t len);
/*
 * Reads the wrapper of a file of file_bytes from its first len bytes, which must
 * reach up to the payload (IM4P_HEAD_BYTES always do). -FAULT_MAGIC, _SYNTAX, _SHORT
 * (the file ends before it says), _SIZE (the head does not reach the payload),
 * _MANIFEST (an IM4M or IM4R by itself).
 */
int im4p_read(const void *head, size_t len, uint64_t file_bytes, struct im4p *out,
    struct fault *fault) __attribute__((warn_unused_result));
/*
 * Reads what stands behind the payload, from its first len bytes, which must reach
 * up to the properties (IM4P_TAIL_BYTES always do). A kind of element that is not
 * known ends the reading and is no fault. -FAULT_SYNTAX, _RANGE, _SHORT; fault->at
 * counts from the tail's start.
 */
int im4p_read_tail(const void *tail, size_t len, struct im4p *im4p, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
