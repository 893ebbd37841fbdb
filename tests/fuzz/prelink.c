/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of members of a collection, in pieces. */
#include "kmutil-helpers/kc_prelink.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
	size_t piece = len > 0 ? 1 + bytes[len / 2] : 1, count;
	struct kc kc = {0};
	struct kc_prelink *prelink = kc_prelink_new(arena, &kc);
	struct fault fault;
	int rc;

	for (; len > 0; bytes += count, len -= count) {
		count = len < piece ? len : piece;
		(void)kc_prelink_feed(prelink, bytes, count);
	}
	rc = kc_prelink_finish(prelink, &fault);
	fuzz_require(rc == fault.code);
	kc_prelink_free(prelink);
	for (count = 0; count < kc.member_count; count++)
		fuzz_require(kc.members[count].id != NULL);
	arena_free(arena);
	return 0;
}
