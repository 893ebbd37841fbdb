/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel collections, bare and wrapped. */
#include "kmutil-helpers/kc.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
	const struct kc *kc;
	struct fault fault;
	int rc = kc_read(arena, fuzz_file(bytes, len), &kc, &fault);
	uint64_t sum = 0;
	size_t i;

	fuzz_require(rc == fault.code && (rc == 0) == (kc != NULL));
	for (i = 0; rc == 0 && i < kc->member_count; i++) {
		fuzz_require(kc->members[i].id != NULL);
		fuzz_mix_text(&sum, kc->members[i].id);
		fuzz_mix_text(&sum, kc->members[i].version);
		fuzz_mix_text(&sum, kc->members[i].path);
		fuzz_mix_text(&sum, kc->members[i].uuid);
	}
	arena_free(arena);
	return 0;
}
