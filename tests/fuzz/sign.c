/* SPDX-License-Identifier: BSD-2-Clause */
/* Executables and their signatures, for both chips. */
#include "kmutil-helpers/macho_sign.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	int fd = fuzz_file(bytes, len), intel;

	for (intel = 0; intel < 2; intel++) {
		struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
		struct macho_sign sign;
		struct fault fault;
		uint64_t sum = 0;
		int rc = macho_sign_read(arena, fd, intel, &sign, &fault);

		fuzz_require(rc == fault.code);
		fuzz_require(rc == 0 || (sign.uuid == NULL && sign.team_id == NULL));
		fuzz_require(sign.cdhash == NULL || strlen(sign.cdhash) == 40);
		fuzz_mix_text(&sum, sign.identifier);
		fuzz_mix_text(&sum, sign.team_id);
		arena_free(arena);
	}
	return 0;
}
