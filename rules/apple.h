/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is Apple's. A deny list above every rule: these kexts are never touched,
 * whatever a rule or a person says.
 */
#ifndef RULES_APPLE_H
#define RULES_APPLE_H

#include <stdbool.h>

/* Whether macOS ships the third-party kext of that id at that path. path may be
 * NULL (a row of the kernel's); bundle_id may not. */
bool apple_ships(const char *bundle_id, const char *path);
/* Whether macOS ships a third-party kext at that path, whatever its id. */
bool apple_ships_at(const char *path);
/* Whether a bounded pattern of ids or places (rules/pattern.h) matches one of them. */
bool apple_ships_like(const char *pattern);
/* Whether Apple keeps everything at that path: the sealed system, /Library/Apple. */
bool apple_keeps_path(const char *path);
/* Whether the id claims to be Apple's. A mere claim: it decides nothing alone. */
bool apple_claims_id(const char *bundle_id);

#endif
