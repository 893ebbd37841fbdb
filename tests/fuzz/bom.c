/* SPDX-License-Identifier: BSD-2-Clause */
/* Bills of materials: the same from memory as from a file. */
#include "kmutil-helpers/bom.h"
#include "tests/fuzz/fuzz.h"

static int
entry_take(const struct bom_entry *entry, void *payload)
{
	uint64_t *sum = payload;

	fuzz_require(strlen(entry->path) > 0 && strlen(entry->path) < BOM_MAX_PATH_BYTES);
	fuzz_require(strstr(entry->path, "/../") == NULL && entry->path[0] != '/');
	fuzz_mix_text(sum, entry->path);
	fuzz_mix_text(sum, entry->target);
	fuzz_mix(sum, &entry->type, sizeof(entry->type));
	fuzz_mix(sum, &entry->checksum, sizeof(entry->checksum));
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct bom_buffers *buffers;
	uint64_t memory = 0, file = 0, kexts = 0;
	struct fault fault;
	int fd = fuzz_file(bytes, len), rc;

	if (buffers == NULL)
		buffers = bom_buffers_new();
	rc = bom_read(bytes, len, entry_take, &memory, &fault);
	fuzz_require(rc == fault.code);
	fuzz_require(bom_read_file(fd, NULL, buffers, entry_take, &file, NULL) == rc);
	fuzz_require(memory == file);
	(void)!bom_read_file(fd, ".kext", buffers, entry_take, &kexts, NULL);
	return 0;
}
