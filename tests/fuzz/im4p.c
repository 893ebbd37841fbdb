/* SPDX-License-Identifier: BSD-2-Clause */
/* IM4P and IMG4: the payload lies inside the file, however much of it is at hand. */
#include "kmutil-helpers/im4p.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const uint64_t more[] = {0, 1, 4096, UINT32_MAX, UINT64_MAX / 2};
	struct fault fault;
	struct im4p im4p;
	size_t i;

	(void)im4p_is_wrapper(bytes, len);
	for (i = 0; i < sizeof(more) / sizeof(*more); i++) {
		if (im4p_read(bytes, len, len + more[i], &im4p, &fault) != 0)
			continue;
		fuzz_require(im4p.payload_at <= len + more[i]);
		fuzz_require(im4p.payload_bytes <= len + more[i] - im4p.payload_at);
		fuzz_require(im4p.tail_bytes <=
		    len + more[i] - im4p.payload_at - im4p.payload_bytes);
		fuzz_require(strlen(im4p.type) <= 4);
	}
	for (i = 0; i < sizeof(more) / sizeof(*more); i++) {
		im4p = (struct im4p){.tail_bytes = len + more[i]};
		if (im4p_read_tail(bytes, len, &im4p, &fault) != 0)
			fuzz_require(fault.code != 0 && fault.at <= len);
	}
	return 0;
}
