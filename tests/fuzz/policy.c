/* SPDX-License-Identifier: BSD-2-Clause */
/* KextPolicy: damaged databases. SQLite takes a path, so the file has one. */
#include <stdio.h>

#include "kmutil-helpers/kextpolicy.h"
#include "tests/fuzz/fuzz.h"

static char path[4096];

static void
path_remove(void)
{
	(void)unlink(path);
}

static void
path_make(void)
{
	const char *where = getenv("TMPDIR");
	int fd;

	(void)snprintf(path, sizeof(path), "%s/fuzz-policy.XXXXXX", where ? where : "/tmp");
	fd = mkstemp(path);
	fuzz_require(fd >= 0 && close(fd) == 0 && atexit(path_remove) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
	const struct kextpolicy_row *rows;
	uint64_t sum = 0;
	size_t count, i;
	FILE *file;

	if (path[0] == '\0')
		path_make();
	file = fopen(path, "wb");
	fuzz_require(file != NULL && fwrite(bytes, 1, len, file) == len && fclose(file) == 0);
	if (kextpolicy_read(arena, path, &rows, &count) != 0)
		fuzz_require(count == 0);
	for (i = 0; i < count; i++) {
		fuzz_require(rows[i].allowed >= -1 && rows[i].allowed <= 1);
		fuzz_mix_text(&sum, rows[i].bundle_id);
		fuzz_mix_text(&sum, rows[i].path);
		fuzz_mix_text(&sum, rows[i].last_seen);
	}
	arena_free(arena);
	return 0;
}
