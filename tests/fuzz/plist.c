/* SPDX-License-Identifier: BSD-2-Clause */
/* Property lists of both formats: parsed, then every value asked for. */
#include "kmutil-helpers/plist.h"
#include "tests/fuzz/fuzz.h"

/* A list may share values, so that its tree is larger than it: enough is enough. */
static void
value_walk(const struct plist *value, unsigned int depth, unsigned int *budget)
{
	uint64_t sum = 0;
	int64_t number;
	size_t i, len;
	int truth;

	fuzz_require(depth <= PLIST_MAX_DEPTH);
	if ((*budget)-- == 0)
		return;
	fuzz_mix_text(&sum, plist_text(value));
	(void)plist_integer(value, &number);
	(void)plist_date(value, &number);
	(void)plist_boolean(value, &truth);
	fuzz_mix(&sum, plist_data(value, &len), len);
	for (i = 0; i < plist_count(value) && *budget > 0; i++) {
		fuzz_mix_text(&sum, plist_key(value, i));
		if (plist_value(value, i) != NULL)
			value_walk(plist_value(value, i), depth + 1, budget);
		if (plist_item(value, i) != NULL)
			value_walk(plist_item(value, i), depth + 1, budget);
	}
	fuzz_require(plist_item(value, i) == NULL || *budget == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
	unsigned int budget = 4096;
	const struct plist *top;
	struct fault fault;
	int rc = plist_parse(arena, bytes, len, &top, &fault);

	fuzz_require(rc == fault.code && (rc == 0) == (top != NULL) && fault.at <= len);
	if (rc == 0)
		value_walk(top, 0, &budget);
	(void)plist_find_text(top, "CFBundleIdentifier");
	arena_free(arena);
	return 0;
}
