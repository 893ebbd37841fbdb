/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line of a log, and the table of those that are known. A template is text in which
 * %i stands for a bundle id, %s for an object of the kernel ("Name-0x1000"), %n for a
 * number, %x for digits in base 16, %w for a word, %r for the rest, %* for anything. It
 * must fit from the beginning of the message on.
 */
#include <string.h>

#include "kmutil-helpers/dext_log.h"

#include "kmutil-helpers/banned.h"

#define PROCESS_WORDS 12 /* in these the process must stand */
#define FIELD_CHARS ((size_t)512)
#define EXTENSIONS "/Library/SystemExtensions/"

/* Whose words a row's are. PASTED: without the log's columns, too. PLACED: of any
 * program; only a path of a dext makes it one's. */
enum speaker {
	KERNEL = 1,
	MANAGER = 2,
	SYSEXTD = 4,
	SYSPOLICYD = 8,
	PASTED = 16,
	PLACED = 32,
	AMFID = 64,
	TASKGATED = 128
};

static const struct pattern {
	int speakers;
	const char *text;
	struct dext_log_row row;
} patterns[] = {
    /* XNU, IOUserServer.cpp. */
    {KERNEL, "Driver %i has crashed %n time(s)",
	{"crashed", DEXT_LOG_BAD,
	    "the dext crashed; macOS starts it again a few times, then no more",
	    "look for its crash report in /Library/Logs/DiagnosticReports and send it to the "
	    "vendor; restart the Mac"}},
    {KERNEL, "%s: provider entitlements check failed",
	{"provider-entitlements", DEXT_LOG_BAD,
	    "the dext is not signed for this device: its transport entitlement does not cover it",
	    "only the vendor can mend it, by a dext signed for this device; compare shows what it "
	    "is signed for"}},
    {KERNEL, "%s: family entitlements check failed",
	{"family-entitlements", DEXT_LOG_BAD,
	    "the dext is not signed for this kind of driver (its family entitlement is missing)",
	    "only the vendor can mend it, by a dext that is signed for it"}},
    {KERNEL, "IOUserServer(%i-0x%x)%*::exit(%r)",
	{"server-exit", DEXT_LOG_BAD, "the kernel made the dext's process end",
	    "the reason is in parentheses; an entitlements check is for the vendor to mend"}},
    {KERNEL, "%s:UC failed userclient-access check, needed bundle ID %i",
	{"userclient-access", DEXT_LOG_BAD,
	    "an app was not let through to the dext: it is not signed to use this one. The dext "
	    "itself may run",
	    "update the vendor's app: app and dext must be of the same release"}},
    {KERNEL, "%s:UC entitlements check failed",
	{"userclient-entitlements", DEXT_LOG_BAD,
	    "an app was not let through to the dext. The dext itself may run",
	    "update the vendor's app: app and dext must be of the same release"}},
    {KERNEL, "%s waiting for server %i-%x",
	{"waiting-for-server", DEXT_LOG_WAITS,
	    "the kernel matched the dext and waits for its process to start",
	    "nothing, when it started after that; otherwise look at the line that follows it"}},
    {KERNEL, "%s failed to find server %i-%x, remaining ",
	{"no-server", DEXT_LOG_BAD, "the dext's process did not start in time, or ended at once",
	    "see whether its signature was refused (next to this), or a crash report names it; "
	    "restart the Mac"}},
    {KERNEL, "%s user server timeout",
	{"server-timeout", DEXT_LOG_BAD,
	    "the dext's process did not start in time, or ended at once",
	    "see whether its signature was refused (next to this), or a crash report names it; "
	    "restart the Mac"}},
    {KERNEL, "%s server does not match token",
	{"wrong-server", DEXT_LOG_BAD,
	    "another process answered than the one that was started for the dext",
	    "restart the Mac: an older process of it may be left"}},
    {KERNEL, "%s cannot reuse inactive server",
	{"inactive-server", DEXT_LOG_BAD, "the process that should serve this device too is ending",
	    "unplug the device and plug it in again, or restart the Mac"}},
    {KERNEL, "%s could not initialize token",
	{"launch-held", DEXT_LOG_BAD,
	    "the kernel would not start the dext now: an update of it is under way",
	    "restart the Mac"}},
    {KERNEL, "Could not find OSKext for %i",
	{"not-known", DEXT_LOG_BAD, "the kernel does not know this dext any more",
	    "open the vendor's app, so that it is activated again; restart the Mac"}},
    {KERNEL, "IOUserServerName \"%w\" not correct organization for bundleID \"%i\"",
	{"server-name", DEXT_LOG_BAD, "the name of its process does not begin like its bundle id",
	    "only the vendor can mend it"}},
    {KERNEL, "%s::start(%s) ok", {"started", DEXT_LOG_GOOD, "the dext took a device", "nothing"}},
    {KERNEL, "%s::start(%s) fail",
	{"start-failed", DEXT_LOG_BAD, "the dext was started on a device and gave it up",
	    "unplug the device and plug it in again; its vendor can read more from the lines "
	    "around"}},
    /* developer.apple.com/forums/thread/813880. */
    {KERNEL | PLACED, "ASP: Security policy would not allow process",
	{"policy-refused", DEXT_LOG_BAD,
	    "macOS refused to run the dext: its signature or its notarisation is not in order",
	    "reinstall the vendor's app; when it stays so, the vendor must sign it anew"}},
    {SYSPOLICYD | PLACED, "failed to fetch %*/_CodeSignature/CodeRequirements",
	{"no-requirements", DEXT_LOG_WAITS,
	    "macOS looked for the dext's code requirements and found none",
	    "nothing by itself; beside a refusal it says that the dext is not signed as it should "
	    "be"}},
    /* Public text src-58517536301, and the thread above. */
    {MANAGER, "%*NSPOSIXErrorDomain Code=8 \"Exec format error\"",
	{"exec-format", DEXT_LOG_BAD,
	    "the dext's program does not fit this Mac: built for another processor (Apple silicon "
	    "wants arm64e), or signed so that macOS will not run it",
	    "install the vendor's release for this Mac; when it is that one, the vendor must build "
	    "or sign it anew"}},
    /* developer.apple.com/forums/thread/680284 and 744377, stackoverflow.com/q/68242561. */
    {KERNEL | PLACED, "mac_vnode_check_signature: %*: code signature validation failed fatally",
	{"signature-refused", DEXT_LOG_BAD,
	    "the kernel refused to run the dext: it is signed for more than its provisioning "
	    "profile grants, or its signature is broken",
	    "only the vendor can mend it: what it is signed for must stand in its profile"}},
    {AMFID | PLACED,
	"%* not valid: Error Domain=AppleMobileFileIntegrityError Code=-413 \"No matching "
	"profile found\"",
	{"no-profile", DEXT_LOG_BAD,
	    "no provisioning profile grants what the dext is signed for, or it is for other Macs",
	    "install the vendor's release; when it is that one, the vendor must sign it with a "
	    "profile for distribution"}},
    {AMFID | PLACED, "%* signature not valid: %r",
	{"signature-refused", DEXT_LOG_BAD, "macOS looked at the dext's signature and refused it",
	    "reinstall the vendor's app; when it stays so, the vendor must sign it anew"}},
    {TASKGATED, "Disallowing %i because no eligible provisioning profiles found",
	{"no-profile", DEXT_LOG_BAD,
	    "no provisioning profile grants what the dext is signed for, or it is for other Macs",
	    "install the vendor's release; when it is that one, the vendor must sign it with a "
	    "profile for distribution"}},
    {TASKGATED, "%i: Unsatisfied entitlements: %r",
	{"no-profile", DEXT_LOG_BAD,
	    "no provisioning profile grants what the dext is signed for, or it is for other Macs",
	    "install the vendor's release; when it is that one, the vendor must sign it with a "
	    "profile for distribution"}},
    /* xsyetopz/OpenJoystickDriver, issue 18 and pull request 26. */
    {MANAGER, "Extension %i is not valid, error:",
	{"not-valid", DEXT_LOG_BAD, "macOS looked at the dext and refused it as invalid",
	    "only the vendor can mend it; the lines after this one name the property"}},
    {MANAGER, "Validation of %i error: %r",
	{"not-valid", DEXT_LOG_BAD, "macOS looked at the dext and refused it as invalid",
	    "only the vendor can mend it; the lines around this one name the property"}},
    {MANAGER | PASTED, "Extension '%i' has invalid properties:",
	{"invalid-properties", DEXT_LOG_BAD, "a property in the dext's Info.plist is not allowed",
	    "only the vendor can mend it"}},
    /* blankmac/AlpsHID, issue 14, there of a kext. */
    {MANAGER, "%*Authenticating extension failed: Bad code signature",
	{"bad-signature", DEXT_LOG_BAD,
	    "its signature is broken: a file of it was changed or is missing",
	    "reinstall the vendor's app; copy it with the Finder or its installer, not by parts"}},
    {KERNEL | MANAGER, "%*CDHash check failed",
	{"cdhash", DEXT_LOG_BAD,
	    "the program on disk is not the one that was approved: the dext was replaced while it "
	    "was active",
	    "restart the Mac, then open the vendor's app, so that this version is activated"}},
    /* Karabiner-Elements, issues 4282 and 4145. */
    {SYSEXTD | PASTED, "Failed to enable %i : %i:%w not in state to be enabled",
	{"not-in-state", DEXT_LOG_BAD,
	    "it was switched on in System Settings while its old process still ended",
	    "restart the Mac and switch it on again; when that fails, remove the app, restart, "
	    "install it anew"}},
    {SYSEXTD | PASTED, "%i:%w not in state to be enabled",
	{"not-in-state", DEXT_LOG_BAD,
	    "it was switched on in System Settings while its old process still ended",
	    "restart the Mac and switch it on again; when that fails, remove the app, restart, "
	    "install it anew"}},
    /* developer.apple.com/forums/thread/761454, and OpenJoystickDriver as above. */
    {SYSEXTD | PASTED, "extension %i failed to validate! uninstalling...",
	{"uninstalled", DEXT_LOG_BAD, "macOS found the extension invalid and took it away again",
	    "read what kernelmanagerd says of it just before; on a Mac without Internet the "
	    "notarisation must be stapled to it"}},
    {SYSEXTD | PASTED, "%i:extension failed to validate! uninstalling...",
	{"uninstalled", DEXT_LOG_BAD, "macOS found the extension invalid and took it away again",
	    "read what kernelmanagerd says of it just before; on a Mac without Internet the "
	    "notarisation must be stapled to it"}},
    {SYSEXTD | PASTED, "%i: extension failed to validate! uninstalling...",
	{"uninstalled", DEXT_LOG_BAD, "macOS found the extension invalid and took it away again",
	    "read what kernelmanagerd says of it just before; on a Mac without Internet the "
	    "notarisation must be stapled to it"}},
    {SYSEXTD | PASTED, "uninstalling invalid extension %i",
	{"uninstalled", DEXT_LOG_BAD, "macOS found the extension invalid and took it away again",
	    "read what kernelmanagerd says of it just before; on a Mac without Internet the "
	    "notarisation must be stapled to it"}},
    {SYSEXTD | PASTED, "no related kext found for sysex '%i'",
	{"no-related-kext", DEXT_LOG_WAITS, "the extension names no kext that it replaces",
	    "nothing"}},
    /* elastic/endpoint, issue 110. */
    {SYSEXTD, "bundle code signature is not valid - does not satisfy requirement",
	{"not-notarised", DEXT_LOG_BAD,
	    "macOS could not confirm that Apple has notarised an extension, and refuses it",
	    "let the Mac reach the Internet and ask the app again; when it stays so, the vendor "
	    "must staple the notarisation to it"}},
    {SYSEXTD, "Error checking with notarization daemon: %r",
	{"notarisation", DEXT_LOG_WAITS, "macOS asked for a notarisation and got no answer",
	    "nothing by itself; beside a refusal it is the reason"}},
    /* developer.apple.com/forums/thread/817101 and 823200. */
    {SYSEXTD | PASTED, "no policy, cannot allow apps outside /Applications",
	{"no-policy", DEXT_LOG_WAITS,
	    "no profile speaks of an extension that was asked for. macOS says so of apps in "
	    "/Applications, too, and of requests that succeed",
	    "nothing by itself; what the app was answered says how the request ended"}},
    /* maccrab, changelog of 1.3.3. */
    {SYSEXTD | PASTED, "system extension does not appear to belong to any extension categories",
	{"no-category", DEXT_LOG_BAD,
	    "the Info.plist of an extension does not say of which kind it is, or its entitlements "
	    "do not fit that kind",
	    "only the vendor can mend it"}},
    /* Karabiner-DriverKit-VirtualHIDDevice, DEVELOPMENT.md. */
    {SYSEXTD | PASTED, "Fatal error: Activate found 2 extensions in active state, ID: %i",
	{"two-active", DEXT_LOG_BAD,
	    "macOS has two versions of the extension as active and ends its own daemon over it",
	    "restart the Mac; when it stays so, remove the vendor's app in the Finder, restart, "
	    "install it anew"}},
    {SYSEXTD, "validating extension with identifier %i",
	{"validating", DEXT_LOG_WAITS, "macOS checks the dext", "nothing, when more follows"}},
    /* Karabiner-Elements, issues 2548, 2636 and 3941. */
    {SYSEXTD | PASTED, "Extension point %* failed to start extension with identifier: %i: %r",
	{"not-started", DEXT_LOG_BAD,
	    "macOS activated the dext and then could not start it; it may still be called enabled",
	    "restart the Mac; when it stays so, update macOS and the vendor's app"}},
    {SYSEXTD | PASTED, "%*is not in the list of allowed extensions",
	{"not-allowed", DEXT_LOG_BAD,
	    "a profile lets other extensions alone run here, and no person may add to them",
	    "whoever manages this Mac adds it to a com.apple.system-extension-policy profile"}},
    {SYSEXTD, "Activation decision %*is: Deny",
	{"not-allowed", DEXT_LOG_BAD, "macOS decided that the dext may not run",
	    "look for a com.apple.system-extension-policy profile that forbids it"}},
    {SYSEXTD, "initial activation decision: %r",
	{"deciding", DEXT_LOG_WAITS, "macOS decides whether the dext may run",
	    "nothing, when more follows; a person may have to allow it in System Settings"}},
    {SYSEXTD, "staging bundle from %*",
	{"staging", DEXT_LOG_WAITS, "macOS copies the dext to its own place",
	    "nothing, when more follows"}},
    {SYSEXTD, "%*advancing state from %r",
	{"state", DEXT_LOG_WAITS, "macOS took the extension to its next state",
	    "nothing by itself"}},
    /* developer.apple.com/forums/thread/824746; black-dragon74/ROG-HID, issue 3. */
    {SYSEXTD, "client activation request for %i",
	{"requested", DEXT_LOG_WAITS, "its app asked for the dext", "nothing, when more follows"}},
    {SYSEXTD, "attempting to realize extension with identifier %i",
	{"realizing", DEXT_LOG_WAITS, "macOS looks at the dext in its app",
	    "nothing, when more follows; when nothing does, macOS refused what it saw there: the "
	    "vendor must look at signature and place"}},
    {SYSEXTD, "staging extension with identifier %i",
	{"staging", DEXT_LOG_WAITS, "macOS copies the dext to its own place",
	    "nothing, when more follows"}},
    {SYSEXTD, "Making activation decision for extension with teamID teamID(\"%w\"), identifier %i",
	{"deciding", DEXT_LOG_WAITS, "macOS decides whether the dext may run",
	    "nothing, when more follows; a person may have to allow it in System Settings"}},
    /* mischa85/Ozzy, issue 12. */
    {MANAGER, "sysextd delegate validate extension: %i",
	{"validating", DEXT_LOG_WAITS, "macOS checks the dext", "nothing, when more follows"}},
    {MANAGER, "Validating dext %*%i",
	{"validating", DEXT_LOG_WAITS, "macOS checks the dext", "nothing, when more follows"}},
    {MANAGER, "Realize dext %i", {"realized", DEXT_LOG_GOOD, "macOS took the dext in", "nothing"}},
};

/* What the kernel says at each start of a dext, also when it never crashed. */
static const struct dext_log_row asked_to_start = {"starting", DEXT_LOG_WAITS,
    "the kernel asked for the dext's process; it had not crashed", "nothing, when more follows"};

static const struct {
	const char *name;
	int speaker;
} processes[] = {{"kernel", KERNEL}, {"kernelmanagerd", MANAGER}, {"driverkitd", MANAGER},
    {"kernelmanager_helper", MANAGER}, {"sysextd", SYSEXTD}, {"syspolicyd", SYSPOLICYD},
    {"amfid", AMFID}, {"taskgated-helper", TASKGATED}};

static int
speaker_of(struct piece name)
{
	size_t i;

	for (i = 0; i < sizeof(processes) / sizeof(*processes); i++)
		if (piece_is(name, processes[i].name))
			return processes[i].speaker;
	return 0;
}

/* A line that Console copies begins with the type, then time and process. */
static bool
is_type(struct piece word)
{
	return piece_is(word, "default") || piece_is(word, "error") || piece_is(word, "fault") ||
	       piece_is(word, "info") || piece_is(word, "debug");
}

/* "[  389.798271]: ": a line of dmesg(8), which is the kernel's; takes it off. */
static bool
take_dmesg(struct piece *line)
{
	struct piece time = piece_trim(piece_cut(*line, 1, line->len)), seconds;

	if (!piece_starts(*line, "["))
		return false;
	seconds = piece_before(time, "]: ");
	if (seconds.len == 0 || seconds.len == time.len || !piece_has(seconds, ".") ||
	    piece_number(piece_before(seconds, ".")) < 0)
		return false;
	*line = piece_trim(piece_cut(time, seconds.len + 3, time.len));
	return true;
}

static bool
is_date(struct piece word)
{
	return word.len == 10 && word.text[4] == '-' && word.text[7] == '-';
}

/* What follows the type in Console's line: the time, with the date and the zone or without
 * them, and the process. */
static int
take_console(
    struct arena *arena, struct piece rest, struct piece *line, struct dext_log_event *event)
{
	struct piece time, name, day = {"", 0};

	if (!piece_next_word(&rest, &time))
		return 0;
	if (is_date(time)) {
		day = time;
		if (!piece_next_word(&rest, &time))
			return 0;
	}
	if (!piece_next_word(&rest, &name) ||
	    ((name.text[0] == '-' || name.text[0] == '+') && !piece_next_word(&rest, &name)))
		return 0;
	event->at = arena_printf(arena, "%s%s%s", piece_copy(arena, day), day.len > 0 ? " " : "",
	    piece_copy(arena, piece_cut(time, 0, 8)));
	*line = piece_trim(rest);
	return speaker_of(name);
}

/* Takes what stands before the message off *line. Who speaks, 0 for anybody else. */
static int
take_head(struct arena *arena, struct piece *line, struct dext_log_event *event)
{
	struct piece rest = *line, word, time, name;
	int words;

	if (take_dmesg(line))
		return KERNEL;
	for (words = 0; words < PROCESS_WORDS && piece_next_word(&rest, &word); words++) {
		if (words == 0 && is_type(word))
			return take_console(arena, rest, line, event);
		if (words == 0 && is_date(word) && (time = rest, piece_next_word(&time, &name)))
			event->at = arena_printf(arena, "%s %s", piece_copy(arena, word),
			    piece_copy(arena, piece_cut(name, 0, 8)));
		name = piece_before(piece_before(word, "["), ":");
		if (word.text[0] == '[' || word.text[0] == '(' || name.len == word.len ||
		    (words < 2 && event->at != NULL))
			continue;
		if (word.text[word.len - 1] != ':' && word.text[word.len - 1] != ']')
			continue;
		if (speaker_of(name) == 0)
			break;
		*line = piece_trim(rest);
		return speaker_of(name);
	}
	*line = piece_trim(*line);
	return event->at == NULL ? PASTED : 0;
}

/* Takes "(Sender) ", "[subsystem:category] " and "DK: " off. What a dext says itself in
 * the kernel's name is not the kernel's: false. */
static bool
take_sender(struct piece *message)
{
	struct piece group;
	char end;

	while (message->len > 0 && (message->text[0] == '(' || message->text[0] == '[')) {
		end = message->text[0] == '(' ? ')' : ']';
		group = piece_before(*message, end == ')' ? ")" : "]");
		if (group.len == message->len || piece_has(group, ".dext"))
			return false;
		*message = piece_trim(piece_cut(*message, group.len + 1, message->len));
	}
	if (piece_starts(*message, "DK: "))
		*message = piece_cut(*message, 4, message->len);
	return true;
}

static bool
is_hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Whether a field of that kind may be the whole piece. */
static bool
may_be(char kind, struct piece p)
{
	size_t i;

	if (kind == '*' || kind == 'r')
		return true;
	for (i = 0; i < p.len; i++)
		if ((kind == 'x' && !is_hex_digit(p.text[i])) || p.text[i] == ' ' ||
		    (kind == 's' && (p.text[i] == ':' || p.text[i] == ',')))
			return false;
	if (kind == 'n')
		return piece_number(p) >= 0;
	return p.len > 0 && (kind != 'i' || piece_is_bundle_id(p));
}

static void
keep(struct arena *arena, char kind, struct piece p, struct dext_log_event *event)
{
	if (kind == 'i')
		event->bundle_id = piece_copy(arena, p);
	else if (kind == 's')
		event->service = piece_copy(arena, piece_before(p, "-0x"));
	else if (kind == 'n')
		event->crashes = piece_number(p);
	else if (kind == 'w' || (kind == 'r' && piece_trim(p).len > 0))
		event->reason = piece_copy(arena, piece_trim(p));
}

/* Whether the template fits the text from its beginning; fills the event on the way
 * back, the first field last. The end of the text need not be reached. */
static bool
fits(struct arena *arena, const char *template, struct piece text, struct dext_log_event *event)
{
	size_t most, len, tries;
	char kind;

	for (; *template != '%'; template ++, text = piece_cut(text, 1, text.len)) {
		if (*template == '\0')
			return true;
		if (text.len == 0 || text.text[0] != *template)
			return false;
	}
	kind = template[1];
	for (most = 0; most < text.len && (kind == '*' || kind == 'r' ||
					      (most < FIELD_CHARS && text.text[most] != ' '));)
		most++;
	for (tries = 0; tries <= most; tries++) {
		len = kind == '*' ? tries : most - tries;
		if (!may_be(kind, piece_cut(text, 0, len)) ||
		    !fits(arena, template + 2, piece_cut(text, len, text.len), event))
			continue;
		keep(arena, kind, piece_cut(text, 0, len), event);
		return true;
	}
	return false;
}

/* The extension whose folder a path in the message names. */
static const char *
id_of_path(struct arena *arena, struct piece message)
{
	struct piece path = piece_after(message, EXTENSIONS);
	struct piece folder = piece_before(path, ".dext/");

	if (folder.len == path.len)
		folder = piece_before(path, ".systemextension/");
	while (folder.len < path.len && piece_has(folder, "/"))
		folder = piece_after(folder, "/");

	return path.text != NULL && folder.len < path.len && piece_is_bundle_id(folder)
		   ? piece_copy(arena, folder)
		   : NULL;
}

/* The first word of two dots that can be a bundle id. */
static const char *
id_of_words(struct arena *arena, struct piece message)
{
	struct piece rest = message, word, inner;

	while (piece_next_word(&rest, &word)) {
		inner = piece_has(word, "(") ? piece_after(word, "(") : word;
		while (inner.len > 0 && strchr("\"':,", inner.text[0]) != NULL)
			inner = piece_cut(inner, 1, inner.len);
		inner = piece_before(piece_before(piece_before(inner, ")"), "\""), ":");
		if (piece_is_bundle_id(inner) && piece_has(piece_after(inner, "."), "."))
			return piece_copy(arena, inner);
	}
	return NULL;
}

/* Whether what speaks of any program speaks of a dext: it names its path, or a person
 * left the path out. */
static bool
is_placed(struct piece message)
{
	struct piece path = piece_starts(message, "/") ? message : piece_after(message, " /");

	return piece_has(message, EXTENSIONS) || path.text == NULL ||
	       piece_starts(path, "_CodeSignature");
}

bool
dext_log_read_line(struct arena *arena, struct piece line, struct dext_log_event *event)
{
	struct dext_log_event found;
	struct piece message = line;
	int speaker;
	size_t i;

	*event = (struct dext_log_event){.crashes = -1};
	speaker = take_head(arena, &message, event);
	if (speaker == 0 || !take_sender(&message))
		return false;
	for (i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		found = *event;
		if ((patterns[i].speakers & speaker) == 0 ||
		    !fits(arena, patterns[i].text, message, &found) ||
		    ((patterns[i].speakers & PLACED) != 0 && !is_placed(message)))
			continue;
		*event = found;
		event->row = event->crashes == 0 ? &asked_to_start : &patterns[i].row;
		if (event->bundle_id == NULL)
			event->bundle_id = id_of_path(arena, message);
		if (event->bundle_id == NULL && event->service == NULL)
			event->bundle_id = id_of_words(arena, message);
		return true;
	}
	return false;
}
