/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of members of a kernel collection: the property list in its section
 * __PRELINK_INFO,__info, which may be many megabytes. Read as a stream; only what
 * kc.h tells is kept.
 */
#ifndef KMUTIL_HELPERS_KC_PRELINK_H
#define KMUTIL_HELPERS_KC_PRELINK_H

#include <stdint.h>

#include "kmutil-helpers/kc.h"

struct kc_prelink;

/* A reader that adds to kc->members, and sets its UUIDs from _PrelinkKCID,
 * _BootKCID and _PageableKCID. Strings are owned by the arena. Never NULL; ended with
 * kc_prelink_free. */
struct kc_prelink *kc_prelink_new(struct arena *arena, struct kc *kc);
void kc_prelink_free(struct kc_prelink *prelink);
/* Takes the next bytes of the section. The list ends where it says, or at the
 * first NUL. 0, or a fault that sticks and that kc_prelink_finish tells. */
int kc_prelink_feed(struct kc_prelink *prelink, const uint8_t *bytes, size_t len);
/* Whether nothing more is wanted. */
bool kc_prelink_is_done(const struct kc_prelink *prelink);
/* Says that the section has ended. fault->at is a byte of the section. */
int kc_prelink_finish(struct kc_prelink *prelink, struct fault *fault)
    __attribute__((warn_unused_result));

/* Text form of 16 bytes; owned by the arena. */
const char *kc_uuid_text(struct arena *arena, const uint8_t uuid[16]);

#endif
