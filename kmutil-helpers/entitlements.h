/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entitlements: what an executable was signed to be allowed, and the provisioning
 * profile beside it that says who allowed it. For display and comparison: no
 * signature is verified here (docs/facts.md#entitlements).
 */
#ifndef KMUTIL_HELPERS_ENTITLEMENTS_H
#define KMUTIL_HELPERS_ENTITLEMENTS_H

#include <stdbool.h>

#include "kmutil-helpers/plist.h"

#define ENTITLEMENTS_MAX_BYTES ((size_t)1 << 20)

/*
 * The entitlements in the signature of an open executable, of the slice that the
 * Mac would take. *out is a dictionary owned by the arena; NULL without a fault when
 * it is not signed, or signed without any. Faults of macho_sign_read and plist_parse.
 */
int entitlements_read(struct arena *arena, int fd, bool intel, const struct plist **out,
    struct fault *fault) __attribute__((warn_unused_result));

/*
 * The property list inside a provisioning profile (embedded.provisionprofile): a
 * signed message of CMS around it; Entitlements, ExpirationDate, ProvisionedDevices,
 * ProvisionsAllDevices. -FAULT_SYNTAX, _RANGE, _SHORT or those of plist_parse.
 */
int profile_parse(struct arena *arena, const void *bytes, size_t len, const struct plist **out,
    struct fault *fault) __attribute__((warn_unused_result));

#endif
