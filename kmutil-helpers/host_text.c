/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The texts of sw_vers, sysctl, csrutil and bputil (tool_host.h). Rows are known
 * by their name or by the four letters in parentheses, not by their place.
 */
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/text_line.h"
#include "kmutil-helpers/tool_host.h"

#include "kmutil-helpers/banned.h"

/* Darwin 20 is macOS 11, and so on to 24; from 25 on Apple counts by years. */
#define DARWIN_FIRST 20
#define DARWIN_LAST_OLD 24

/* A UUID or a hash, and no word that a path may hold by chance. */
#define HASH_LEAST_CHARS 32

int
host_macos_of_darwin(const char *version)
{
	int darwin = piece_number(piece_make(version, strspn(version, "0123456789")));

	if (darwin < DARWIN_FIRST)
		return 0;
	return darwin <= DARWIN_LAST_OLD ? darwin - 9 : darwin + 1;
}

int
host_macos_of_build(const char *build)
{
	return build[strspn(build, "0123456789")] != '\0' ? host_macos_of_darwin(build) : 0;
}

bool
host_build_is_older(const char *build, const char *than)
{
	char *rest, *other;
	long a = strtol(build, &rest, 10), b = strtol(than, &other, 10);

	if (a != b || *rest != *other || *rest == '\0')
		return a != b ? a < b : *rest < *other;
	return strtol(rest + 1, NULL, 10) < strtol(other + 1, NULL, 10);
}

static void
set_build(struct arena *arena, struct piece value, struct host *host)
{
	host->build = piece_copy(arena, value);
	host->macos = host_macos_of_build(host->build);
}

/* Splits "NAME: VALUE"; false without a colon or a value. */
static bool
split(struct piece line, struct piece *name, struct piece *value)
{
	*name = piece_trim(piece_before(line, ":"));
	*value = piece_trim(piece_after(line, ":"));
	return value->len != 0;
}

void
host_text_read_sw_vers(struct arena *arena, const char *text, size_t len, struct host *host)
{
	struct piece rest = piece_make(text, len), line, name, value;

	while (piece_next_line(&rest, &line)) {
		if (!split(line, &name, &value))
			continue;
		if (piece_is(name, "ProductVersion"))
			host->product_version = piece_copy(arena, value);
		else if (piece_is(name, "BuildVersion"))
			set_build(arena, value, host);
	}
}

void
host_text_read_sysctl(
    struct arena *arena, const char *text, size_t len, struct host *host, bool *complete)
{
	struct piece rest = piece_make(text, len), line, name, value;
	int builds = 0;

	if (host->chip == HOST_CHIP_UNKNOWN)
		host->chip = HOST_CHIP_INTEL;
	while (piece_next_line(&rest, &line)) {
		if (!split(line, &name, &value))
			continue;
		if (piece_is(name, "kern.osversion")) {
			set_build(arena, value, host);
			builds++;
		} else if (piece_is(name, "kern.osrelease")) {
			host->darwin = piece_copy(arena, value);
		} else if (piece_is(name, "kern.bootsessionuuid")) {
			host->boot_uuid = piece_copy(arena, value);
		} else if (piece_is(name, "kern.safeboot")) {
			host->safe_mode = piece_is(value, "0") ? HOST_NO : HOST_YES;
		} else if (piece_is(name, "kern.bootobjectspath")) {
			host->boot_objects_path = piece_copy(arena, value);
		} else if (piece_is(name, "kern.kernelcacheuuid") ||
			   (piece_is(name, "kern.filesetuuid") && host->base_kc_uuid == NULL)) {
			host->base_kc_uuid = piece_copy(arena, value);
		} else if (piece_is(name, "kern.auxiliaryfilesetuuid")) {
			host->aux_kc_uuid = piece_copy(arena, value);
		} else if (piece_is(name, "hw.optional.arm64") && piece_is(value, "1")) {
			host->chip = HOST_CHIP_APPLE;
		}
	}
	*complete = builds == 2;
	host->aux_told = *complete || host->aux_kc_uuid != NULL;
	if (!*complete && host->chip == HOST_CHIP_INTEL)
		host->chip = HOST_CHIP_UNKNOWN;
}

void
host_text_read_csrutil(struct arena *arena, const char *text, size_t len, struct host *host)
{
	struct piece status = piece_after(piece_make(text, len), "Protection status:");

	status = piece_trim(piece_before(status, "\n"));
	if (piece_has(status, "Custom Configuration"))
		host->sip = "custom";
	else if (piece_starts(status, "enabled"))
		host->sip = "enabled";
	else if (piece_starts(status, "disabled"))
		host->sip = "disabled";
	else
		host->sip = piece_copy(arena, status);
}

static enum host_answer
present(struct piece value)
{
	return piece_is(value, "absent") ? HOST_NO : HOST_YES;
}

static enum host_answer
enabled(struct piece words)
{
	if (piece_starts(words, "Enabled"))
		return HOST_YES;
	return piece_starts(words, "Disabled") ? HOST_NO : HOST_UNKNOWN;
}

/* One row is absent only where every policy that is looked at says so. */
static void
seal_note(enum host_answer *answer, struct piece value)
{
	if (value.len != 0 && *answer != HOST_YES)
		*answer = present(value);
}

static void
policy_row(struct arena *arena, struct piece line, struct host *host)
{
	struct piece words = piece_trim(piece_after(line, ":"));
	struct piece name = piece_trim(piece_before(line, ":"));
	struct piece value = piece_trim(piece_after(line, "):"));

	if (piece_has(name, "(auxp)"))
		seal_note(&host->auxp, value);
	else if (piece_has(name, "(auxi)"))
		seal_note(&host->auxi, value);
	else if (piece_has(name, "(auxr)"))
		seal_note(&host->auxr, value);
	else if (piece_is(name, "3rd Party Kexts Status"))
		host->third_party_kexts = enabled(words);
	else if (piece_is(name, "User-allowed MDM Control") ||
		 piece_is(name, "DEP-allowed MDM Control"))
		host->mdm_control = host->mdm_control == HOST_YES ? HOST_YES : enabled(words);
	else if (!piece_is(name, "Security Mode") || words.len == 0)
		return;
	else if (piece_starts(words, "Full"))
		host->security_mode = "full";
	else if (piece_starts(words, "Reduced"))
		host->security_mode = "reduced";
	else if (piece_starts(words, "Permissive"))
		host->security_mode = "permissive";
	else
		host->security_mode = piece_copy(arena, piece_before(words, " "));
}

/* Takes the next policy off *rest: up to the next line that names a volume group.
 * False at the end. */
static bool
next_policy(struct piece *rest, struct piece *policy)
{
	struct piece line, before = *rest;

	*policy = before;
	if (!piece_next_line(rest, &line))
		return false;
	while (before = *rest, piece_next_line(rest, &line))
		if (piece_has(line, " for volume group ")) {
			policy->len = (size_t)(before.text - policy->text);
			*rest = before;
			return true;
		}
	return true;
}

/* Whether a policy is that of this boot: its volume group, or the hash of its next
 * stage, names a folder on the way to this boot's objects. */
static bool
is_own_policy(struct arena *arena, struct piece policy, const struct host *host)
{
	struct piece path = piece_make("", 0), line, value;

	if (host->boot_objects_path != NULL)
		path = piece_make(host->boot_objects_path, strlen(host->boot_objects_path));
	while (piece_next_line(&policy, &line)) {
		value = piece_trim(piece_before(piece_after(line, " for volume group "), ":"));
		if (value.len == 0 && piece_has(line, "(nsih)"))
			value = piece_trim(piece_after(line, "):"));
		if (value.len >= HASH_LEAST_CHARS && piece_has(path, piece_copy(arena, value)))
			return true;
	}
	return false;
}

void
host_text_read_bputil(struct arena *arena, const char *text, size_t len, struct host *host)
{
	struct piece rest = piece_make(text, len), policy, line;
	bool own = false;

	while (!own && next_policy(&rest, &policy))
		own = is_own_policy(arena, policy, host);
	rest = own ? policy : piece_make(text, len);
	host->auxp = host->auxi = host->auxr = HOST_UNKNOWN;
	while (piece_next_line(&rest, &line))
		policy_row(arena, line, host);
}
