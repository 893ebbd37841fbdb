/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The System Extensions policy payload as it lies on a managed Mac
 * (docs/facts.md#mdm): which dexts need no person's approval.
 */
#ifndef KMUTIL_HELPERS_SYSEXT_POLICY_H
#define KMUTIL_HELPERS_SYSEXT_POLICY_H

#include <stdbool.h>

#include "kmutil-helpers/plist.h"

#define SYSEXT_POLICY "/Library/Managed Preferences/com.apple.system-extension-policy.plist"

/* Whether the payload allows that extension of that team: by its id, or with all of the
 * team's, unless it allows that team other types of extension only. Of which type one is
 * that is no driver is not known here: either of the others will do. What is not
 * understood allows nothing. */
bool sysext_policy_allows(
    const struct plist *payload, const char *id, const char *team, bool is_driver);

/* Whether the payload lets no person allow an extension that it does not allow itself. */
bool sysext_policy_is_closed(const struct plist *payload);

#endif
