/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IMG4 containers of Apple silicon's boot objects (docs/facts.md, IMG4 DER).
 */
#ifndef TESTS_MACSIM_WRITE_IM4P_H
#define TESTS_MACSIM_WRITE_IM4P_H

#include "tests/macsim/write_bytes.h"

/* An IM4P of a type ("auxk") around the payload, not compressed, no keybags. */
void im4p_write(const char *type, const char *description, const struct bytes *payload,
    struct bytes *out);
/* A whole IMG4: the IM4P, and a manifest that says nothing. */
void im4p_write_img4(const struct bytes *im4p, struct bytes *out);

#endif
