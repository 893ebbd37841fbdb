/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replacing a small file as one step: whoever reads it sees the old one or the new
 * one, whole, after a power cut too.
 */
#ifndef KMUTIL_HELPERS_REPLACE_FILE_H
#define KMUTIL_HELPERS_REPLACE_FILE_H

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/path.h"

/* Writes it beside its place, as "NAME.new", and renames it; the mode is as told,
 * whatever the umask. The folder must be one that
 * only the caller may write. Empties the buffer. 0, or -errno: then the old file is as it
 * was, or, where only its folder could not be synced, the new one is there. */
int replace_file(const struct root *root, const char *path, struct buf *content, mode_t mode)
    __attribute__((warn_unused_result));

#endif
