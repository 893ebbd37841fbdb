/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of firmlinks. */
#include <string.h>

#include "kmutil-helpers/firmlink.h"
#include "kmutil-helpers/path.h"
#include "kmutil-helpers/banned.h"

/* Those below /System and /usr; each leads to the same name on Data
 * (ASSUMPTION_FIRMLINKS_LEAD_TO_DATA). */
static const char *const standard[] = {"/System/Library/Caches", "/System/Library/Assets",
    "/System/Library/PreinstalledAssets", "/System/Library/AssetsV2",
    "/System/Library/PreinstalledAssetsV2",
    "/System/Library/CoreServices/CoreTypes.bundle/Contents/Library", "/System/Library/Speech",
    "/usr/local", "/usr/libexec/cups", "/usr/share/snmp"};

/* Whether the line's first field is path or a folder above it, and its second the same
 * name without the slash. */
static bool
line_names(const char *line, size_t len, const char *path)
{
	const char *tab = memchr(line, '\t', len);
	size_t left = tab != NULL ? (size_t)(tab - line) : 0;

	return left > 1 && line[0] == '/' && len - left - 1 == left - 1 &&
	       memcmp(line + 1, tab + 1, left - 1) == 0 && strncmp(path, line, left) == 0 &&
	       (path[left] == '\0' || path[left] == '/');
}

bool
firmlink_leads_to_data(const char *text, const char *path)
{
	size_t len, i;

	if (!path_is_below(path, "/System") && !path_is_below(path, "/usr"))
		return true;
	for (i = 0; i < sizeof(standard) / sizeof(*standard); i++)
		if (path_is_below(path, standard[i]))
			return true;
	for (; text != NULL && *text != '\0'; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		if (line_names(text, len, path))
			return true;
	}
	return false;
}
