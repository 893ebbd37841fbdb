/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DER: the elements of IM4P and of signed messages, one after the other. Long forms
 * of up to 8 bytes; indefinite lengths are no DER.
 */
#ifndef KMUTIL_HELPERS_DER_H
#define KMUTIL_HELPERS_DER_H

#include "kmutil-helpers/cursor.h"

enum der_tag {
	DER_INTEGER = 0x02,
	DER_OCTETS = 0x04,
	DER_OID = 0x06,
	DER_TEXT = 0x16,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_CONTEXT_0 = 0xa0
};

/* Reads tag and length of an element that must end by `limit`, a byte of the cursor's
 * bytes; returns its length, 0 after a fault, which sticks to the cursor:
 * -FAULT_SYNTAX (another tag), _RANGE, _SHORT. */
uint64_t der_begin(struct cursor *c, enum der_tag tag, uint64_t limit);

#endif
