/* SPDX-License-Identifier: BSD-2-Clause */
/* Places: which paths a product may call its own, and which are everybody's. */
#ifndef RULES_PLACES_H
#define RULES_PLACES_H

#include <stdbool.h>

/* Whether a folder is everybody's, so that no product may take it away. */
bool places_is_shared(const char *path);
/* Why no rule may name a bundle of that ending (".kext", ".app") at that canonical
 * path; NULL when it may. */
const char *places_refuse(const char *path, const char *suffix);

#endif
