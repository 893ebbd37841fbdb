/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tar archives: ustar (POSIX.1-1988) with pax headers (POSIX.1-2001) where a name is
 * long or not ASCII, and GNU's sparse format 1.0 for files of which only parts are
 * given: GNU tar, libarchive (the tar of macOS) and Python read all three. Members
 * belong to nobody, have the mode 0644 or 0755, and one time for all.
 */
#ifndef KMUTIL_HELPERS_TAR_WRITE_H
#define KMUTIL_HELPERS_TAR_WRITE_H

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/trail.h"

#define TAR_BLOCK 512

struct tar_write {
	int fd;         /* borrowed */
	uint64_t bytes; /* written so far */
	int64_t time;
	int error; /* the first one; nothing is written after it */
};

void tar_write_folder(struct tar_write *tar, const char *name);
void tar_write_file(struct tar_write *tar, const char *name, const void *bytes, size_t len);
/* A file of size bytes of which these ranges are given, their bytes one behind the
 * other; the rest are holes. Each range begins at a block and ends at one, or at the end
 * of the file: GNU tar reads no others. */
void tar_write_sparse(struct tar_write *tar, const char *name, uint64_t size,
    const struct trail_range *ranges, size_t count, const void *bytes);
/* The end of the archive. 0 or -errno of the first fault. */
int tar_write_done(struct tar_write *tar) __attribute__((warn_unused_result));

#endif
