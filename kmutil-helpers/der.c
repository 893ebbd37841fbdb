/* SPDX-License-Identifier: BSD-2-Clause */
/* The heads of DER's elements. */
#include "kmutil-helpers/der.h"
#include "kmutil-helpers/banned.h"

uint64_t
der_begin(struct cursor *c, enum der_tag tag, uint64_t limit)
{
	unsigned int found = cursor_u8(c);
	uint64_t len = cursor_u8(c);

	if (cursor_ok(c) && found != (unsigned int)tag)
		(void)cursor_fail(c, FAULT_SYNTAX);
	if (len == 0x80 || len > 0x88)
		(void)cursor_fail(c, FAULT_SYNTAX);
	else if (len > 0x80)
		len = cursor_be(c, (size_t)(len - 0x80));
	if (cursor_ok(c) && (c->at > limit || len > limit - c->at))
		(void)cursor_fail(c, FAULT_RANGE);
	return cursor_ok(c) ? len : 0;
}
