/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which paths are everybody's, macOS's own or a person's. What is forbidden is
 * compared without regard to case, since APFS finds it so; and no path of a rule has
 * a character beyond ASCII, since APFS folds some of those to ASCII letters.
 */
#include <string.h>
#include <strings.h>

#include "kmutil-helpers/path.h"
#include "rules/apple.h"
#include "rules/pattern.h"
#include "rules/places.h"
#include "kmutil-helpers/banned.h"

#define PATTERN_LETTERS 4

/* Folders that many products and macOS put things into. */
static const char *const shared[] = {"/", "/Library", "/Applications", "/Users", "/private",
    "/private/var", "/private/etc", "/usr", "/usr/local", "/usr/local/bin", "/usr/local/etc",
    "/usr/local/games", "/usr/local/include", "/usr/local/lib", "/usr/local/libexec",
    "/usr/local/opt", "/usr/local/sbin", "/usr/local/share", "/usr/local/share/doc",
    "/usr/local/share/man", "/usr/local/src", "/usr/local/var", "/usr/local/var/log",
    "/usr/local/var/run", "/private/tmp", "/private/var/log", "/private/var/db", "/opt", "/System",
    "/Library/Extensions", "/Library/Application Support", "/Library/Application Support/Apple",
    "/Library/Application Support/Adobe", "/Library/Application Support/Microsoft",
    "/Library/Application Support/Google", "/Library/Application Support/CrashReporter",
    "/Library/LaunchDaemons", "/Library/LaunchAgents", "/Library/Filesystems",
    "/Library/Frameworks", "/Library/PreferencePanes", "/Library/Preferences",
    "/Library/PrivilegedHelperTools", "/Library/Audio", "/Library/Audio/MIDI Drivers",
    "/Library/Audio/Plug-Ins", "/Library/Audio/Plug-Ins/Components", "/Library/Audio/Plug-Ins/HAL",
    "/Library/Audio/Plug-Ins/VST", "/Library/Audio/Plug-Ins/VST3", "/Library/Audio/Presets",
    "/Library/Audio/Sounds", "/Library/Automator", "/Library/Bluetooth", "/Library/Bundles",
    "/Library/Caches", "/Library/Catacomb", "/Library/ColorPickers", "/Library/ColorSync",
    "/Library/Components", "/Library/Compositions", "/Library/Contextual Menu Items",
    "/Library/CoreAnalytics", "/Library/CoreMediaIO", "/Library/CoreMediaIO/Plug-Ins",
    "/Library/CoreMediaIO/Plug-Ins/DAL", "/Library/Desktop Pictures", "/Library/Developer",
    "/Library/Dictionaries", "/Library/DirectoryServices", "/Library/Documentation",
    "/Library/Fonts", "/Library/Graphics", "/Library/Image Capture", "/Library/Input Methods",
    "/Library/InstallerSandboxes", "/Library/Internet Plug-Ins", "/Library/Java",
    "/Library/Keyboard Layouts", "/Library/Keychains", "/Library/LaunchServices", "/Library/Logs",
    "/Library/Logs/DiagnosticReports", "/Library/Mail", "/Library/Managed Preferences",
    "/Library/MessageTracer", "/Library/Modem Scripts", "/Library/OSAnalytics",
    "/Library/OpenDirectory", "/Library/PDF Services", "/Library/Perl", "/Library/Printers",
    "/Library/Printers/PPDs", "/Library/Python", "/Library/QuickLook", "/Library/QuickTime",
    "/Library/Receipts", "/Library/Ruby", "/Library/Sandbox", "/Library/Screen Savers",
    "/Library/ScriptingAdditions", "/Library/Scripts", "/Library/Security",
    "/Library/Security/SecurityAgentPlugins", "/Library/Services", "/Library/Speech",
    "/Library/Spotlight", "/Library/StartupItems", "/Library/SystemMigration",
    "/Library/SystemProfiler", "/Library/Trial", "/Library/Updates", "/Library/User Pictures",
    "/Library/User Template", "/Library/Video", "/Library/WebServer", "/Library/Widgets",
    "/Applications/Utilities", "/Users/Shared", "/private/etc/apache2",
    "/private/etc/apache2/extra",
    "/private/etc/apache2/other", "/private/etc/apache2/users", "/private/etc/asl",
    "/private/etc/cups", "/private/etc/defaults", "/private/etc/emond.d",
    "/private/etc/emond.d/rules", "/private/etc/manpaths.d", "/private/etc/newsyslog.d",
    "/private/etc/openldap", "/private/etc/pam.d", "/private/etc/paths.d", "/private/etc/periodic",
    "/private/etc/periodic/daily", "/private/etc/periodic/monthly", "/private/etc/periodic/weekly",
    "/private/etc/pf.anchors", "/private/etc/postfix", "/private/etc/ppp", "/private/etc/resolver",
    "/private/etc/security", "/private/etc/snmp", "/private/etc/ssh", "/private/etc/ssh/crypto",
    "/private/etc/ssh/ssh_config.d", "/private/etc/ssh/sshd_config.d", "/private/etc/ssl",
    "/private/etc/ssl/certs", "/private/etc/sudoers.d", "/private/etc/uucp", "/private/var/at",
    "/private/var/at/jobs", "/private/var/at/spool", "/private/var/at/tabs", "/private/var/at/tmp",
    "/private/var/audit", "/private/var/backups", "/private/var/db/receipts", "/private/var/empty",
    "/private/var/folders", "/private/var/install", "/private/var/lib", "/private/var/mail",
    "/private/var/msgs", "/private/var/root", "/private/var/rpc", "/private/var/run",
    "/private/var/rwho", "/private/var/spool", "/private/var/tmp", "/private/var/vm",
    "/private/var/yp"};

/* Homes, what macOS keeps for itself, and other package managers' own. */
static const char *const homes[] = {"/Users", "/private/var/root", NULL};
static const char *const kept[] = {"/Library/Apple", "/Library/DriverExtensions",
    "/Library/GPUBundles", "/Library/KernelCollections", "/Library/Keychains",
    "/Library/Managed Preferences", "/Library/Receipts", "/Library/StagedExtensions",
    "/Library/StagedDriverExtensions", "/Library/SystemExtensions", "/Library/Updates", NULL};
static const char *const managers[] = {"/opt/homebrew", "/opt/local", "/usr/local/Homebrew",
    "/usr/local/Cellar", "/usr/local/Caskroom", "/usr/local/opt", "/usr/local/kextirpate",
    "/Library/Application Support/kextirpate", NULL};

bool
places_is_shared(const char *path)
{
	static const char man[] = "/usr/local/share/man/man";
	size_t i;

	for (i = 0; i < sizeof(shared) / sizeof(*shared); i++)
		if (strcasecmp(shared[i], path) == 0)
			return true;
	return strncasecmp(path, man, strlen(man)) == 0 && strchr(path + strlen(man), '/') == NULL;
}

static bool
is_below_one_of(const char *path, const char *const *folders)
{
	for (; *folders != NULL; folders++)
		if (path_is_below_folded(path, *folders))
			return true;
	return false;
}

/* Below one of them, written as macOS writes it. */
static bool
is_allowed(const char *path)
{
	static const char *const allowed[] = {"/Library", "/Applications", "/usr/local", "/opt"};
	size_t i;

	for (i = 0; i < sizeof(allowed) / sizeof(*allowed); i++)
		if (path_is_below(path, allowed[i]))
			return true;
	return false;
}

static bool
has_odd_character(const char *path)
{
	for (; *path != '\0'; path++)
		if ((unsigned char)*path < 0x20 || (unsigned char)*path >= 0x7f)
			return true;
	return false;
}

/* Whether the component that holds the first set could be another product's: it lies
 * in a folder of everybody's and says too little before the set. */
static bool
is_wide(const char *path)
{
	char folder[PATH_MAX];
	size_t literal = pattern_literal(path), len = literal;

	if (path[literal] == '\0')
		return false;
	while (len > 0 && path[len - 1] != '/')
		len--;
	if (len < 2 || len > sizeof(folder))
		return true;
	memcpy(folder, path, len - 1);
	folder[len - 1] = '\0';
	return places_is_shared(folder) && literal - len < PATTERN_LETTERS;
}

const char *
places_refuse(const char *path, const char *suffix)
{
	if (has_odd_character(path))
		return "holds a character that is not plain ASCII";
	if (strlen(path) >= PATH_MAX)
		return "is too long for a path";
	if (pattern_is(path) && pattern_refuse(path) != NULL)
		return pattern_refuse(path);
	if (is_wide(path))
		return "could be any product's: say more before the set";
	if (places_is_shared(path))
		return "is a folder of everybody's: name what the product puts into it";
	if (is_below_one_of(path, homes))
		return "lies in a home: name what is everybody's on the Mac";
	if (apple_keeps_path(path) || is_below_one_of(path, kept))
		return "lies in a place that macOS keeps";
	if (is_below_one_of(path, managers))
		return "lies in a folder of this tool's or of another package manager's";
	if (!is_allowed(path))
		return "lies outside of /Library, /Applications, /usr/local and /opt";
	if (suffix != NULL && !path_has_suffix(path, suffix))
		return "is not a bundle of the kind that belongs here";
	return NULL;
}
