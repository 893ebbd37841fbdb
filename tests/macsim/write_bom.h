/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bills of materials, as the Installer leaves them beside a receipt.
 */
#ifndef TESTS_MACSIM_WRITE_BOM_H
#define TESTS_MACSIM_WRITE_BOM_H

#include <time.h>

#include "tests/macsim/write_bytes.h"

/* Paths relative to the receipt's prefix ("Library/Extensions/X.kext"), sorted
 * by strcmp, parents before children; "." is added. Each is looked at below
 * base (a folder of the host), which gives type, mode, size and checksum. */
void bom_write(const char *base, char *const *paths, size_t count, time_t when,
    struct bytes *out);

#endif
