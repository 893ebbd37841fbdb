/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Firmlinks: folders of the sealed system volume that lead to the Data volume. macOS
 * makes them at each start from /usr/share/firmlinks: lines "PATH TAB DATA-PATH"
 * (docs/facts.md#firmlinks).
 */
#ifndef KMUTIL_HELPERS_FIRMLINK_H
#define KMUTIL_HELPERS_FIRMLINK_H

#include <stdbool.h>
#include <stddef.h>

#define FIRMLINKS_PATH "/usr/share/firmlinks"

/* Whether a path lies on the Data volume: everything outside /System and /usr does, and
 * what a line of the text, or of the list that has stood since macOS 10.15, names.
 * text may be NULL; a line that leads to another name is passed over. */
bool firmlink_leads_to_data(const char *text, const char *path);

#endif
