/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fat (universal) files: several Mach-O images, one for each kind of processor.
 * Format: <mach-o/fat.h>, docs/facts.md#signatures.
 */
#ifndef KMUTIL_HELPERS_FAT_H
#define KMUTIL_HELPERS_FAT_H

#include <stdbool.h>
#include <stddef.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/slice.h"

#define FAT_MAX_SLICES ((size_t)32)

/*
 * Finds in a file, or a part of one, the image that a Mac takes: of a fat file
 * arm64e, arm64, x86_64, or for an Intel Mac x86_64, i386; then the first; of any
 * other file the whole; *image may be *file. All slices must lie apart, behind the table and inside
 * the file. -FAULT_SHORT, _RANGE, _COUNT, _MISSING (no slice), -errno. fault->at is a byte of the
 * file.
 */
int fat_find(const struct slice *file, bool intel, struct slice *image, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
