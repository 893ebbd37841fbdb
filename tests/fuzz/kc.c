/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel collections, bare and wrapped. */
#include "kmutil-helpers/kc.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
	const struct kc *kc;
	const char *uuid;
	struct fault fault;
	int fd = fuzz_file(bytes, len), rc = kc_read(arena, fd, len % 2 != 0, &kc, &fault);
	uint64_t sum = 0;
	size_t i;

	fuzz_require(rc == fault.code && (rc == 0) == (kc != NULL));
	if (kc_read_uuid(arena, fd, len % 2 != 0, &uuid) == 0)
		fuzz_mix_text(&sum, uuid);
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
