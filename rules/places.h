/* SPDX-License-Identifier: BSD-2-Clause */
/* Places: which paths a product may call its own, and which are everybody's. */
#ifndef RULES_PLACES_H
#define RULES_PLACES_H

#include <stdbool.h>

/* Whether a folder is everybody's, so that no product may take it away. */
bool places_is_shared(const char *path);
/* Why no rule may name what lies at that canonical path, which may be a pattern; NULL
 * when it may. The suffix is the ending of the bundle that must lie there (".kext",
 * ".app"), or NULL for any file or folder of the product's own. Names are compared as
 * APFS compares them: /library/EXTENSIONS is /Library/Extensions. */
const char *places_refuse(const char *path, const char *suffix);

#endif
