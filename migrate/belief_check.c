/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this Mac shows of each assumption. "No" is said only where what was seen cannot
 * be otherwise; whatever leaves a doubt is "cannot tell".
 */
#include <string.h>
#include <strings.h>

#include "kmutil-helpers/text_line.h"
#include "kmutil-helpers/tool_kmutil.h"
#include "migrate/belief_check.h"
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

#define KEM "/private/var/db/KernelExtensionManagement"
#define AUXKC KEM "/AuxKC/CurrentAuxKC"
#define REBUILD_FIRST_MACOS 14

static const char *const place_paths[EYES_COUNT] = {"/Library/Extensions",
    "/private/var/db/receipts", KEM, "/Library/StagedExtensions",
    "/private/var/db/SystemPolicyConfiguration", "/Library/SystemExtensions"};

static const struct belief cannot_tell = {.holds = UNKNOWN};

void
eyes_open(struct eyes *eyes)
{
	size_t i;

	for (i = 0; i < EYES_COUNT; i++)
		eyes->places[i].path = place_paths[i];
	if (protection_read(eyes->session->arena, eyes->places, EYES_COUNT) != 0)
		for (i = 0; i < EYES_COUNT; i++)
			eyes->places[i].known = false;
	/* A plan has not asked whether System Integrity Protection is on. */
	if (eyes->session->host.sip == NULL &&
	    (eyes->places[EYES_EXTENSIONS].restricted || eyes->places[EYES_RECEIPTS].restricted) &&
	    host_read(eyes->session->arena, HOST_POLICY, &eyes->session->host) != 0)
		eyes->session->host.third_party_kexts = HOST_UNKNOWN;
	if (kmutil_read_verbs(eyes->session->arena, &eyes->verbs) != 0)
		eyes->verbs = NULL;
}

static bool
sip_is_on(const struct eyes *eyes)
{
	const char *sip = eyes->session->host.sip;

	return sip == NULL || strcmp(sip, "disabled") != 0;
}

/* Whether root may change what lies in the folder: not where SIP keeps it. */
static struct belief
check_folder(
    const struct eyes *eyes, enum eyes_place place, const char *free_text, enum tristate when_free)
{
	const struct protection *seen = &eyes->places[place];
	struct arena *arena = eyes->session->arena;

	if (!seen->known)
		return cannot_tell;
	if (seen->restricted && sip_is_on(eyes))
		return (struct belief){.holds = NO,
		    .evidence = arena_printf(arena,
			"%s is marked restricted: System Integrity Protection keeps it",
			seen->path)};
	return (struct belief){.holds = seen->restricted ? UNKNOWN : when_free,
	    .evidence = arena_printf(arena, "%s %s", seen->path,
		seen->restricted ? "is marked restricted, but System Integrity Protection is off"
				 : free_text)};
}

struct belief
check_extensions(struct eyes *eyes)
{
	return check_folder(
	    eyes, EYES_EXTENSIONS, "is not kept by System Integrity Protection", YES);
}

struct belief
check_receipts(struct eyes *eyes)
{
	return check_folder(eyes, EYES_RECEIPTS,
	    "is not kept by System Integrity Protection; only a receipt that goes proves it",
	    UNKNOWN);
}

struct belief
check_kept_folders(struct eyes *eyes)
{
	struct belief belief = {.holds = sip_is_on(eyes) ? YES : UNKNOWN,
	    .evidence = "the four folders are marked restricted"};
	size_t i;

	for (i = EYES_KEPT; i < EYES_COUNT; i++) {
		if (!eyes->places[i].known)
			return cannot_tell;
		if (!eyes->places[i].restricted)
			belief = (struct belief){.holds = sip_is_on(eyes) ? NO : UNKNOWN,
			    .evidence = arena_printf(eyes->session->arena,
				"%s is not marked restricted", eyes->places[i].path)};
	}
	return belief;
}

/* Only a help that was understood tells: it names the verbs that every kmutil has. */
struct belief
check_rebuild_verb(struct eyes *eyes)
{
	const struct host *host = &eyes->session->host;
	size_t len = eyes->verbs != NULL ? strlen(eyes->verbs) : 0;
	bool has = kmutil_text_has_verb(eyes->verbs, len, "rebuild");

	if (host->macos == 0 || !kmutil_text_has_verb(eyes->verbs, len, "inspect") ||
	    !kmutil_text_has_verb(eyes->verbs, len, "clear-staging"))
		return cannot_tell;
	return (struct belief){.holds = has == (host->macos >= REBUILD_FIRST_MACOS) ? YES : NO,
	    .evidence =
		arena_printf(eyes->session->arena, "kmutil of macOS %d (%s) %s the verb rebuild",
		    host->macos, host->build, has ? "lists" : "does not list")};
}

static bool
is_member(const struct trace *trace)
{
	return (trace->source == SOURCE_PREBOOT || trace->source == SOURCE_AUXKC) &&
	       trace->keeper != KEEPER_OTHER_SYSTEM;
}

/* The file of this system's collection; NULL when no member names one. */
static const char *
collection_file(const struct session *session, enum source_id source)
{
	size_t i;

	for (i = 0; i < session->scan.traces.count; i++)
		if (is_member(&session->scan.traces.items[i]) &&
		    session->scan.traces.items[i].source == source)
			return session->scan.traces.items[i].container;
	return NULL;
}

static struct belief
check_collection(struct eyes *eyes, enum source_id source, enum host_chip chip)
{
	const struct session *session = eyes->session;
	const char *file = collection_file(session, source);

	if (file != NULL)
		return (struct belief){.holds = YES, .evidence = file};
	if (!session->root.live || session->host.chip != chip ||
	    session->host.aux_kc_uuid == NULL || session->scan.collection_uuid != NULL ||
	    problem_any_matters(&session->scan.problems))
		return cannot_tell;
	return (struct belief){.holds = NO,
	    .evidence = arena_printf(session->arena,
		"this boot loaded the auxiliary collection %s, and no file is there",
		session->host.aux_kc_uuid)};
}

struct belief
check_preboot(struct eyes *eyes)
{
	return check_collection(eyes, SOURCE_PREBOOT, HOST_CHIP_APPLE);
}

struct belief
check_data(struct eyes *eyes)
{
	return check_collection(eyes, SOURCE_AUXKC, HOST_CHIP_INTEL);
}

static struct belief
check_path(const struct eyes *eyes, const char *path)
{
	if (!path_exists(&eyes->session->root, path))
		return cannot_tell;
	return (struct belief){
	    .holds = YES, .evidence = arena_printf(eyes->session->arena, "%s is there", path)};
}

struct belief
check_stash(struct eyes *eyes)
{
	return check_path(eyes, AUXKC "/StashedExtensions");
}

struct belief
check_instructions(struct eyes *eyes)
{
	return check_path(eyes, AUXKC "/com.apple.kcgen.instructions.plist");
}

struct belief
check_staging(struct eyes *eyes)
{
	return check_path(eyes, "/Library/StagedExtensions/Library/Extensions");
}

/* An approval of a kext of which nothing else is left. */
struct belief
check_policy(struct eyes *eyes)
{
	const struct session *session = eyes->session;
	const struct kext_case *kext;
	size_t i, j;

	for (i = 0; i < session->cases.count; i++) {
		kext = &session->cases.items[i];
		for (j = 0; j < kext->trace_count && !case_get_facts(kext).has_carrier; j++)
			if (kext->traces[j]->source == SOURCE_POLICY)
				return (struct belief){.holds = YES,
				    .evidence = arena_printf(session->arena,
					"the approval of %s is still there, and no carrier of it",
					case_name(kext))};
	}
	return cannot_tell;
}

/* A kext of this system's collection that runs now; NULL. */
static const struct kext_case *
running_member(const struct session *session)
{
	struct case_facts facts;
	size_t i;

	for (i = 0; i < session->cases.count; i++) {
		facts = case_get_facts(&session->cases.items[i]);
		if (facts.loaded && facts.listed && !session->cases.items[i].apple)
			return &session->cases.items[i];
	}
	return NULL;
}

/* The UUID that sysctl tells is that of the collection on disk. */
struct belief
check_boot_uuid(struct eyes *eyes)
{
	const struct session *session = eyes->session;
	const char *file = session->scan.collection_uuid, *boot = session->host.aux_kc_uuid;
	const struct kext_case *kext = running_member(session);

	if (boot == NULL && session->host.aux_told && kext != NULL)
		return (struct belief){.holds = NO,
		    .evidence = arena_printf(session->arena,
			"sysctl tells of no auxiliary collection in this boot, and %s runs",
			case_name(kext))};
	if (file == NULL || boot == NULL)
		return cannot_tell;
	return (struct belief){.holds = strcasecmp(file, boot) == 0 ? YES : UNKNOWN,
	    .evidence = arena_printf(session->arena, "on disk %s, in this boot %s", file, boot)};
}

static bool
list_names(const struct kmutil_list *list, const char *id)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strcmp(list->items[i].id, id) == 0)
			return true;
	return false;
}

/* Each member that we read is in kmutil's list. */
struct belief
check_inspect(struct eyes *eyes)
{
	const struct session *session = eyes->session;
	const struct trace *trace;
	struct kmutil_list list;
	size_t members = 0, i;

	if (session->scan.collection_uuid == NULL ||
	    kmutil_inspect(session->arena, NULL, &list) != 0 || list.count == 0)
		return cannot_tell;
	for (i = 0; i < session->scan.traces.count; i++) {
		trace = &session->scan.traces.items[i];
		if (!is_member(trace) || trace->bundle_id == NULL)
			continue;
		members++;
		if (!list_names(&list, trace->bundle_id))
			return (struct belief){.holds = NO,
			    .evidence = arena_printf(session->arena,
				"kmutil inspect does not list %s, which the collection holds",
				trace->bundle_id)};
	}
	return (struct belief){.holds = members > 0 ? YES : UNKNOWN,
	    .evidence =
		arena_printf(session->arena, "kmutil inspect lists all %zu that we read", members)};
}

/* bputil's three rows against the collection of this boot. */
struct belief
check_sealed(struct eyes *eyes)
{
	const struct session *session = eyes->session;
	const struct host *host = &session->host;
	bool absent = host->auxp == HOST_NO && host->auxi == HOST_NO && host->auxr == HOST_NO;

	if (host->auxp == HOST_UNKNOWN)
		return cannot_tell;
	if (absent)
		return (struct belief){.holds = host->aux_kc_uuid == NULL ? YES : NO,
		    .evidence = host->aux_kc_uuid == NULL
				    ? "bputil: auxp, auxi and auxr are absent"
				    : "bputil: absent, and this boot loaded a collection"};
	return (struct belief){.holds = host->aux_told && host->aux_kc_uuid == NULL &&
						session->scan.collection_uuid == NULL
					    ? NO
					    : UNKNOWN,
	    .evidence = host->aux_kc_uuid == NULL && session->scan.collection_uuid == NULL
			    ? "bputil: a collection is sealed, and there is none"
			    : "bputil: a collection is sealed"};
}

/* A stale collection is on disk, and this boot loaded it all the same, or did not. */
struct belief
check_stale(struct eyes *eyes)
{
	const struct session *session = eyes->session;
	const char *linked = session->scan.collection_base_uuid, *base = session->host.base_kc_uuid;
	const char *boot = session->host.aux_kc_uuid, *file = session->scan.collection_uuid;
	struct belief belief = cannot_tell;

	if (linked == NULL || base == NULL || file == NULL)
		return belief;
	belief.evidence =
	    arena_printf(session->arena, "linked against %s, and this boot runs %s", linked, base);
	if (strcasecmp(linked, base) != 0 && session->host.aux_told && boot == NULL)
		belief.holds = YES;
	else if (strcasecmp(linked, base) != 0 && boot != NULL && strcasecmp(boot, file) == 0)
		belief.holds = NO;
	return belief;
}

struct belief
check_loaded(struct eyes *eyes)
{
	const struct kext_case *kext = running_member(eyes->session);

	if (kext == NULL || case_get_facts(kext).bundle)
		return cannot_tell;
	return (struct belief){.holds = YES,
	    .evidence = arena_printf(
		eyes->session->arena, "%s runs, and its bundle is gone", case_name(kext))};
}

/* A kext whose bundle a run took away before the last restart, and that is still listed. */
static const struct subject *
listed_after_restart(const struct session *session)
{
	const struct evidence *evidence;
	size_t i;

	for (i = 0; i < session->subject_count; i++) {
		evidence = &session->subjects[i].evidence;
		if (session->subjects[i].row != NULL && evidence->restarted &&
		    evidence->facts.listed && !evidence->facts.bundle)
			return &session->subjects[i];
	}
	return NULL;
}

struct belief
check_restart(struct eyes *eyes)
{
	const struct subject *subject = listed_after_restart(eyes->session);

	if (subject == NULL)
		return cannot_tell;
	return (struct belief){.holds = YES,
	    .evidence = arena_printf(
		eyes->session->arena, "%s is still listed after the restart", subject->now.key)};
}

struct belief
check_not_loadable(struct eyes *eyes)
{
	const struct subject *subject = listed_after_restart(eyes->session);

	if (subject == NULL)
		return cannot_tell;
	return (struct belief){.holds = subject->evidence.facts.loaded ? NO : YES,
	    .evidence =
		arena_printf(eyes->session->arena, "%s %s after the restart without its bundle",
		    subject->now.key, subject->evidence.facts.loaded ? "runs" : "does not run")};
}

struct belief
check_rebuild_drops(struct eyes *eyes)
{
	const struct subject *subject;
	size_t i;

	for (i = 0; i < eyes->session->subject_count; i++) {
		subject = &eyes->session->subjects[i];
		if (subject->row != NULL && subject->now.rebuild == REBUILD_CONVERGED)
			return (struct belief){.holds = YES,
			    .evidence = arena_printf(eyes->session->arena,
				"the rebuild of run %lld took %s out", (long long)subject->row->run,
				subject->now.key)};
		if (subject->row != NULL && subject->now.standing == STANDING_BLOCKED &&
		    subject->now.rebuild == REBUILD_APPROVED && subject->evidence.facts.listed &&
		    !subject->evidence.facts.bundle)
			return (struct belief){.holds = NO,
			    .evidence = arena_printf(eyes->session->arena,
				"%s is listed after an approved rebuild and a restart",
				subject->now.key)};
	}
	return cannot_tell;
}
