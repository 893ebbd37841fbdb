/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzz targets share. A target is one file with LLVMFuzzerTestOneInput, as
 * libFuzzer calls it; it reads the bytes with a reader of ours and aborts where what
 * the reader's header promises does not hold. A reader that takes a file gets one in
 * memory; one process has one such file.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kmutil-helpers/arena.h"
#include "kmutil-helpers/fault.h"

/* Of one input; an arena that needs more ends the process, which is a finding. */
#define FUZZ_ARENA_BYTES ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static inline void
fuzz_require(int holds)
{
	if (!holds)
		abort();
}

/* The file, holding exactly these bytes. */
static inline int
fuzz_file(const uint8_t *bytes, size_t len)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	fuzz_require(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, bytes, len, 0) == (ssize_t)len);
	return fd;
}

/* Mixes bytes into a sum that tells two readings apart (FNV-1a). */
static inline void
fuzz_mix(uint64_t *sum, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	for (; len > 0; len--)
		*sum = (*sum ^ *at++) * 1099511628211U;
}

static inline void
fuzz_mix_text(uint64_t *sum, const char *text)
{
	fuzz_mix(sum, text ? text : "-", text ? strlen(text) + 1 : 1);
}

#endif
