/* SPDX-License-Identifier: BSD-2-Clause */
/* Which paths are everybody's, macOS's own or a person's. */
#include <string.h>

#include "kmutil-helpers/path.h"
#include "rules/apple.h"
#include "rules/places.h"
#include "kmutil-helpers/banned.h"

bool
places_is_shared(const char *path)
{
	static const char *const shared[] = {"/", "/Library", "/Applications", "/Users", "/private",
	    "/private/var", "/private/etc", "/usr", "/usr/local", "/usr/local/bin",
	    "/usr/local/share", "/usr/local/lib", "/usr/local/sbin", "/usr/local/include",
	    "/usr/local/etc", "/usr/local/share/man", "/private/tmp", "/private/var/log",
	    "/private/var/db", "/opt", "/System", "/Library/Extensions",
	    "/Library/Application Support", "/Library/LaunchDaemons", "/Library/LaunchAgents",
	    "/Library/Filesystems", "/Library/Frameworks", "/Library/PreferencePanes",
	    "/Library/Preferences", "/Library/PrivilegedHelperTools", "/Library/Audio",
	    "/Library/Audio/Plug-Ins", "/Library/Audio/Plug-Ins/HAL", "/Library/Fonts",
	    "/Library/StartupItems", "/Library/Documentation", "/Library/Internet Plug-Ins",
	    "/Library/QuickTime", "/Applications/Utilities", "/Users/Shared"};
	size_t i;

	for (i = 0; i < sizeof(shared) / sizeof(*shared); i++)
		if (strcmp(shared[i], path) == 0)
			return true;
	return false;
}

static bool
is_below_one_of(const char *path, const char *const *folders)
{
	for (; *folders != NULL; folders++)
		if (path_is_below(path, *folders))
			return true;
	return false;
}

static bool
has_control(const char *path)
{
	for (; *path != '\0'; path++)
		if ((unsigned char)*path < 0x20 || *path == 0x7f)
			return true;
	return false;
}

const char *
places_refuse(const char *path, const char *suffix)
{
	static const char *const homes[] = {"/Users", "/private/var/root", NULL};
	static const char *const macos_own[] = {
	    "/Library/StagedExtensions", "/Library/SystemExtensions", NULL};
	static const char *const allowed[] = {
	    "/Library", "/Applications", "/usr/local", "/opt", NULL};

	if (has_control(path))
		return "holds a control character";
	if (strpbrk(path, "*?[") != NULL)
		return "must be whole: a place is no pattern";
	if (places_is_shared(path))
		return "is a folder of everybody's";
	if (is_below_one_of(path, homes))
		return "lies in a home";
	if (apple_keeps_path(path) || is_below_one_of(path, macos_own))
		return "lies in a place that macOS keeps";
	if (path_is_below(path, "/Library/Application Support/kextirpate"))
		return "lies in this tool's own folder";
	if (!is_below_one_of(path, allowed))
		return "lies outside of /Library, /Applications, /usr/local and /opt";
	if (!path_has_suffix(path, suffix))
		return "is not a bundle of the kind that belongs here";
	return NULL;
}
