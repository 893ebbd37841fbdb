/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kexts that ship with macOS in /Library/Extensions. Sources: listings of clean
 * installations from 10.11 to 26 (docs/facts.md#apple-shipped).
 */
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "kmutil-helpers/path.h"
#include "rules/apple.h"
#include "rules/pattern.h"
#include "kmutil-helpers/banned.h"

#define EXTENSIONS "/Library/Extensions/"

/* The id is NULL where no source gives it: the bundle's name decides. */
static const struct {
	const char *bundle_id, *name;
} shipped[] = {
    {"com.highpoint-tech.kext.HighPointIOP", "HighPointIOP.kext"},
    {"com.highpoint-tech.kext.HighPointRR", "HighPointRR.kext"},
    {"com.softraid.driver.SoftRAID", "SoftRAID.kext"},
    {"com.CalDigit.driver.HDPro", "CalDigitHDProDrv.kext"},
    {NULL, "ACS6x.kext"},
    {NULL, "ArcMSR.kext"},
    {NULL, "ATTOCelerityFC8.kext"},
    {NULL, "ATTOExpressSASHBA2.kext"},
    {NULL, "ATTOExpressSASRAID2.kext"},
    {NULL, "PromiseSTEX.kext"},
};

/* Whether path is the bundle of that name in /Library/Extensions, or lies in it. */
static bool
is_bundle_of(const char *path, const char *name)
{
	const char *rest = path + strlen(EXTENSIONS);
	size_t len = strlen(name);

	return strncasecmp(path, EXTENSIONS, strlen(EXTENSIONS)) == 0 &&
	       strncasecmp(rest, name, len) == 0 && (rest[len] == '\0' || rest[len] == '/');
}

bool
apple_ships(const char *bundle_id, const char *path)
{
	size_t i;

	for (i = 0; i < sizeof(shipped) / sizeof(*shipped); i++)
		if (shipped[i].bundle_id != NULL
			? strcmp(shipped[i].bundle_id, bundle_id) == 0
			: path != NULL && is_bundle_of(path, shipped[i].name))
			return true;
	return false;
}

bool
apple_ships_at(const char *path)
{
	size_t i;

	for (i = 0; i < sizeof(shipped) / sizeof(*shipped); i++)
		if (is_bundle_of(path, shipped[i].name))
			return true;
	return false;
}

bool
apple_ships_like(const char *pattern)
{
	char path[sizeof(EXTENSIONS) + 64];
	size_t i, len;

	for (i = 0; i < sizeof(shipped) / sizeof(*shipped); i++) {
		len = strlen(shipped[i].name);
		memcpy(path, EXTENSIONS, strlen(EXTENSIONS));
		memcpy(path + strlen(EXTENSIONS), shipped[i].name, len + 1);
		if (pattern_matches(pattern, path) ||
		    (shipped[i].bundle_id != NULL &&
			pattern_matches(pattern, shipped[i].bundle_id)))
			return true;
	}
	return false;
}

bool
apple_keeps_path(const char *path)
{
	static const char *const kept[] = {"/Library/Apple", "/bin", "/sbin"};
	size_t i;

	for (i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		if (path_is_below_folded(path, kept[i]))
			return true;
	return (path_is_below_folded(path, "/System") &&
		   !path_is_below_folded(path, "/System/Volumes")) ||
	       (path_is_below_folded(path, "/usr") && !path_is_below_folded(path, "/usr/local"));
}

bool
apple_claims_id(const char *bundle_id)
{
	return strncasecmp(bundle_id, "com.apple.", strlen("com.apple.")) == 0;
}
