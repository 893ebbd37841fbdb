/* SPDX-License-Identifier: BSD-2-Clause */
/* MDM commands and profiles. */
#include <string.h>

#include "kmutil-helpers/digest.h"
#include "kmutil-helpers/plist_write.h"
#include "migrate/mdm.h"
#include "kmutil-helpers/banned.h"

#define TEAM_LETTERS 10
#define TOOL_PATH "/usr/local/kextirpate/bin/kextirpate"
#define JOB_PREFIX "org.kextirpate."

/* A UUID that the name decides: SHA-256 of it, as version 8 (RFC 9562). */
static const char *
uuid_of(struct arena *arena, const char *name)
{
	uint8_t d[DIGEST_MAX_BYTES];
	struct digest digest;

	digest_init(&digest, DIGEST_SHA256);
	digest_update(&digest, name, strlen(name));
	digest_final(&digest, d);
	d[6] = (uint8_t)((d[6] & 0x0f) | 0x80);
	d[8] = (uint8_t)((d[8] & 0x3f) | 0x80);
	return arena_printf(arena,
	    "%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X", d[0], d[1],
	    d[2], d[3], d[4], d[5], d[6], d[7], d[8], d[9], d[10], d[11], d[12], d[13], d[14],
	    d[15]);
}

static void
payload_head(struct plist_write *list, struct arena *arena, const char *type, const char *id,
    const char *title)
{
	plist_write_text(list, "PayloadType", type);
	plist_write_integer(list, "PayloadVersion", 1);
	plist_write_text(list, "PayloadIdentifier", id);
	plist_write_text(list, "PayloadUUID", uuid_of(arena, id));
	plist_write_text(list, "PayloadDisplayName", title);
}

/* A profile up to the inside of its one payload, of that type. */
static void
profile_begin(struct plist_write *list, struct buf *out, struct arena *arena, const char *type,
    const char *id, const char *title)
{
	plist_write_begin(list, out);
	payload_head(list, arena, "Configuration", id, title);
	plist_write_text(list, "PayloadScope", "System");
	plist_write_array(list, "PayloadContent");
	plist_write_dict(list, NULL);
	payload_head(list, arena, type, arena_printf(arena, "%s.payload", id), title);
}

static void
profile_done(struct plist_write *list)
{
	plist_write_end(list);
	plist_write_end(list);
	plist_write_done(list);
}

void
mdm_restart_device(struct buf *out)
{
	struct plist_write list;

	plist_write_begin(&list, out);
	plist_write_text(&list, "CommandUUID", "kextirpate-restart-device");
	plist_write_dict(&list, "Command");
	plist_write_text(&list, "RequestType", "RestartDevice");
	plist_write_boolean(&list, "RebuildKernelCache", true);
	plist_write_end(&list);
	plist_write_done(&list);
}

/* Adds the team's dexts, if none before this one is of the same team. */
static void
put_team(struct plist_write *list, const struct rule_replacement *replacement, size_t first)
{
	const struct rule_dext *dexts = replacement->dexts;
	const char *team = dexts[first].team;
	size_t i;

	if (team == NULL)
		return;
	for (i = 0; i < first; i++)
		if (dexts[i].team != NULL && strcmp(dexts[i].team, team) == 0)
			return;
	plist_write_array(list, team);
	for (i = first; i < replacement->dext_count; i++)
		if (dexts[i].team != NULL && strcmp(dexts[i].team, team) == 0)
			plist_write_text(list, NULL, dexts[i].id);
	plist_write_end(list);
}

size_t
mdm_system_extension_profile(struct buf *out, struct arena *arena, const struct rule *rule)
{
	const struct rule_replacement *replacement = &rule->replacement;
	struct plist_write list;
	size_t i, known = 0;

	for (i = 0; i < replacement->dext_count; i++)
		known += replacement->dexts[i].team != NULL;
	if (known == 0)
		return 0;
	profile_begin(&list, out, arena, "com.apple.system-extension-policy",
	    arena_printf(arena, "org.kextirpate.system-extension.%s", rule->id),
	    arena_printf(arena, "%s: allow its system extension", rule->product));
	plist_write_dict(&list, "AllowedSystemExtensions");
	for (i = 0; i < replacement->dext_count; i++)
		if (replacement->dexts[i].team != NULL)
			put_team(&list, replacement, i);
	plist_write_end(&list);
	profile_done(&list);
	return known;
}

bool
mdm_is_team(const char *text)
{
	return strlen(text) == TEAM_LETTERS &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == TEAM_LETTERS;
}

void
mdm_privacy_profile(struct buf *out, struct arena *arena, const char *team)
{
	static const char *const services[] = {"SystemPolicyAllFiles", "SystemPolicyAppBundles"};
	/* Developer ID: the intermediate and the leaf carry Apple's markers. */
	const char *requirement = arena_printf(arena,
	    "identifier \"%s\" and anchor apple generic and certificate "
	    "1[field.1.2.840.113635.100.6.2.6] exists and certificate "
	    "leaf[field.1.2.840.113635.100.6.1.13] exists and certificate leaf[subject.OU] = "
	    "\"%s\"",
	    MDM_CODE_ID, team);
	struct plist_write list;
	size_t i;

	profile_begin(&list, out, arena, "com.apple.TCC.configuration-profile-policy",
	    arena_printf(arena, "org.kextirpate.privacy.%s", team),
	    "kextirpate: read what macOS keeps, move what root may");
	plist_write_dict(&list, "Services");
	for (i = 0; i < sizeof(services) / sizeof(*services); i++) {
		plist_write_array(&list, services[i]);
		plist_write_dict(&list, NULL);
		plist_write_text(&list, "Identifier", TOOL_PATH);
		plist_write_text(&list, "IdentifierType", "path");
		plist_write_text(&list, "CodeRequirement", requirement);
		plist_write_boolean(&list, "Allowed", true);
		plist_write_end(&list);
		plist_write_end(&list);
	}
	plist_write_end(&list);
	profile_done(&list);
}

void
mdm_background_profile(struct buf *out, struct arena *arena)
{
	struct plist_write list;

	profile_begin(&list, out, arena, "com.apple.servicemanagement", "org.kextirpate.background",
	    "kextirpate: its daemon and its agent stay on");
	plist_write_array(&list, "Rules");
	plist_write_dict(&list, NULL);
	plist_write_text(&list, "RuleType", "LabelPrefix");
	plist_write_text(&list, "RuleValue", JOB_PREFIX);
	plist_write_text(&list, "Comment", "org.kextirpate.recheck, org.kextirpate.handoff");
	plist_write_end(&list);
	plist_write_end(&list);
	profile_done(&list);
}
