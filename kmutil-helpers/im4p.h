/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IM4P and IMG4: the wrapper in which Apple silicon keeps what it boots. Says
 * where the payload lies; checks no signature and unpacks nothing. DER: IMG4 is a
 * sequence of "IMG4", an IM4P and a manifest; IM4P is a sequence of "IM4P", a type
 * of four letters, a description and the payload (docs/facts.md#collections).
 */
#ifndef KMUTIL_HELPERS_IM4P_H
#define KMUTIL_HELPERS_IM4P_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmutil-helpers/fault.h"

struct im4p {
	char type[5];           /* "auxk", "krnl" */
	uint64_t payload_at;    /* byte of the file */
	uint64_t payload_bytes; /* all inside the file */
};

/* Whether these first bytes of a file begin as a wrapper does. */
bool im4p_is_wrapper(const void *head, size_t len);
/*
 * Reads the wrapper of a file of file_bytes from its first len bytes, which must
 * reach up to the payload (4 KiB always do). -FAULT_MAGIC, _SYNTAX, _SHORT (the
 * file ends before it says), _SIZE (the head does not reach the payload).
 */
int im4p_read(const void *head, size_t len, uint64_t file_bytes, struct im4p *out,
    struct fault *fault) __attribute__((warn_unused_result));

#endif
