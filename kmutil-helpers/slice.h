/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slice: a part of an open file that is read as if it were a file of its own. What
 * a format says of offsets and sizes is checked here against what there is.
 */
#ifndef KMUTIL_HELPERS_SLICE_H
#define KMUTIL_HELPERS_SLICE_H

#include <stddef.h>
#include <stdint.h>

struct unpack; /* kmutil-helpers/unpack.h */

/* The bytes [base, base + size) of the file, or of what it unpacks to. */
struct slice {
	int fd; /* borrowed */
	uint64_t base, size;
	struct unpack *unpack; /* borrowed; NULL: the file's own bytes */
};

/* The whole of an open file. 0, -FAULT_NOT_FILE or -errno. */
int slice_of_file(int fd, struct slice *out) __attribute__((warn_unused_result));
/* The part [at, at + size) of a slice, which *out may be itself. 0, or -FAULT_RANGE
 * when that is not inside. */
int slice_part(const struct slice *whole, uint64_t at, uint64_t size, struct slice *out)
    __attribute__((warn_unused_result));
/* Reads len bytes from a place of the slice with pread. 0, -FAULT_RANGE (starts
 * behind the end), -FAULT_SHORT (ends before), -errno, or what unpack_read returns. */
int slice_read(const struct slice *slice, uint64_t at, void *out, size_t len)
    __attribute__((warn_unused_result));

#endif
