/* SPDX-License-Identifier: BSD-2-Clause */
/* The facts of this Mac, one function each. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/plist.h"
#include "migrate/doctor_host.h"
#include "migrate/restart.h"
#include "kmutil-helpers/banned.h"

#define TCC "/Library/Application Support/com.apple.TCC/TCC.db"
#define UPDATES "/Library/Preferences/com.apple.SoftwareUpdate.plist"
#define UPDATES_CAP_BYTES ((size_t)4 << 20)

static enum tristate
tristate_of(enum host_answer answer)
{
	return answer == HOST_UNKNOWN ? UNKNOWN : answer == HOST_YES ? YES : NO;
}

static void
tell_macos(struct session *session, struct host_fact *fact)
{
	const struct host *host = &session->host;

	fact->holds = host->macos == 0 ? UNKNOWN
		      : host->macos < KNOWN_MACOS_FIRST || host->macos > KNOWN_MACOS_LAST
			  ? NO
			  : YES;
	if (host->macos != 0)
		fact->evidence = arena_printf(session->arena, "%s, build %s",
		    host->product_version, host->build);
}

static void
tell_sip(struct session *session, struct host_fact *fact)
{
	const char *sip = session->host.sip;

	fact->evidence = sip != NULL ? arena_printf(session->arena, "csrutil: %s", sip) : NULL;
	fact->holds = sip == NULL ? UNKNOWN : strcmp(sip, "enabled") == 0 ? YES : NO;
}

/* An Intel Mac has no such policy: its kexts need approval alone. */
static void
tell_policy(struct session *session, struct host_fact *fact)
{
	const struct host *host = &session->host;

	if (host->chip == HOST_CHIP_INTEL) {
		fact->holds = YES;
		fact->evidence = "an Intel Mac has no boot policy for kexts";
		return;
	}
	fact->holds = tristate_of(host->third_party_kexts);
	if (host->security_mode != NULL)
		fact->evidence = arena_printf(session->arena, "bputil: security mode %s, kexts %s",
		    host->security_mode, fact->holds == YES ? "allowed" : "not allowed");
}

static void
tell_mdm(struct session *session, struct host_fact *fact)
{
	static const char *const words[] = {
	    [HOST_UNKNOWN] = "not told", [HOST_NO] = "no", [HOST_YES] = "yes"};
	const struct manage *manage = &session->manage;

	fact->holds = tristate_of(manage_may_rebuild(manage, &session->host));
	if (manage->enrolled != HOST_UNKNOWN)
		fact->evidence = arena_printf(session->arena,
		    "enrolled: %s; boot policy allows it: %s; bootstrap token: %s",
		    words[manage->enrolled],
		    session->host.chip == HOST_CHIP_INTEL ? "not needed"
							  : words[session->host.mdm_control],
		    words[manage->bootstrap_token]);
}

static void
tell_console(struct session *session, struct host_fact *fact)
{
	if (!session->root.live)
		return;
	fact->holds = session->console.user != NULL ? YES : NO;
	fact->evidence = session->console.user != NULL ? session->console.user : "nobody";
}

static void
tell_filevault(struct session *session, struct host_fact *fact)
{
	fact->holds = tristate_of(session->manage.filevault);
	if (fact->holds != UNKNOWN)
		fact->evidence = fact->holds == YES ? "fdesetup: on" : "fdesetup: off";
}

/* The store of permissions itself may be read with Full Disk Access alone, by root too,
 * and asking for it shows no dialog (docs/facts.md#bundles). */
static void
tell_privacy(struct session *session, struct host_fact *fact)
{
	int fd, error;

	if (!session->root.live)
		return;
	error = path_open_file(&session->root, TCC, &fd, NULL);
	if (error == 0)
		(void)close(fd);
	if (error != 0 && error != -EPERM && !(error == -EACCES && geteuid() == 0))
		return;
	fact->holds = error == 0 ? YES : NO;
	fact->evidence = error == 0 ? TCC " can be opened" : TCC " cannot be opened";
}

/* A prepared update, or one that is offered; what is not offered proves nothing
 * (docs/facts.md#pending-updates). */
static void
tell_updates(struct session *session, struct host_fact *fact)
{
	const struct plist *list, *offered;
	const char *name;
	char *bytes;
	size_t len, i;
	bool prepared = false;

	if (session->root.live && restart_find_update(&prepared) == 0 && prepared) {
		fact->holds = NO;
		fact->evidence = "one is prepared, and the next restart would install it";
		return;
	}
	if (path_read(&session->root, UPDATES, UPDATES_CAP_BYTES, session->arena, &bytes, &len) !=
		0 ||
	    plist_parse(session->arena, bytes, len, &list, NULL) != 0)
		return;
	offered = plist_find(list, "RecommendedUpdates");
	for (i = 0; i < plist_count(offered); i++) {
		name = plist_find_text(plist_item(offered, i), "Display Name");
		if (name != NULL && strncmp(name, "macOS", 5) == 0) {
			fact->holds = NO;
			fact->evidence = name;
			return;
		}
	}
}

static size_t
count_traces(const struct session *session, enum source_id source)
{
	size_t count = 0, i;

	for (i = 0; i < session->scan.traces.count; i++)
		count += session->scan.traces.items[i].source == source;
	return count;
}

/* What the scan could not do with a source, in its own words; NULL: nothing. */
static const char *
problem_of(const struct session *session, const char *source)
{
	size_t i;

	for (i = 0; i < session->scan.problems.count; i++)
		if (strcmp(session->scan.problems.items[i].source, source) == 0)
			return session->scan.problems.items[i].message;
	return NULL;
}

/* Tables came and went with macOS; one without any that is known is no store. */
static void
tell_policy_store(struct session *session, struct host_fact *fact)
{
	size_t approved = count_traces(session, SOURCE_POLICY),
	       managed = count_traces(session, SOURCE_POLICY_MDM),
	       loads = count_traces(session, SOURCE_LOAD_HISTORY);

	fact->evidence = problem_of(session, "policy");
	if (fact->evidence != NULL) {
		fact->holds = NO;
	} else if (approved + managed + loads > 0) {
		fact->holds = YES;
		fact->evidence = arena_printf(session->arena,
		    "KextPolicy: %zu approvals, %zu of profiles, %zu loads", approved, managed,
		    loads);
	}
}

/* The list of what is loaded: what else kmutil says is told by assumptions. */
static void
tell_kmutil(struct session *session, struct host_fact *fact)
{
	if (!session->root.live)
		return;
	fact->evidence = problem_of(session, "loaded");
	fact->holds = fact->evidence != NULL ? NO : YES;
	if (fact->holds == YES)
		fact->evidence =
		    arena_printf(session->arena, "kmutil showloaded: %zu that are not Apple's",
			count_traces(session, SOURCE_LOADED));
}

static void
tell_safe_mode(struct session *session, struct host_fact *fact)
{
	fact->holds = session->host.safe_mode == HOST_UNKNOWN ? UNKNOWN
		      : session->host.safe_mode == HOST_YES   ? NO
							      : YES;
	if (fact->holds != UNKNOWN)
		fact->evidence =
		    fact->holds == YES ? "sysctl kern.safeboot: 0" : "sysctl kern.safeboot: 1";
}

void
host_facts_read(struct session *session, struct host_fact facts[HOST_FACTS])
{
	static const struct {
		const char *id, *claim;
		void (*tell)(struct session *session, struct host_fact *fact);
		const char *todo;
	} rows[HOST_FACTS] = {
	    {"macos-is-known", "This macOS is one that the assumptions speak of.", tell_macos,
		"on an older one nothing is changed, on a newer one only bundles go to the vault; "
		"a newer kextirpate may know it"},
	    {"sip-is-on", "System Integrity Protection is on.", tell_sip,
		"root may write more here than on other Macs"},
	    {"kexts-are-allowed", "The boot policy lets third-party kexts load.", tell_policy,
		"no kext of another vendor starts on this Mac"},
	    {"mdm-may-rebuild", "An MDM server may have macOS rebuild its collection.", tell_mdm,
		"a person must approve the rebuild"},
	    {"somebody-is-there", "Somebody is logged in who could approve.", tell_console,
		"run approve when a person is there"},
	    {"full-disk-access", "This process has Full Disk Access.", tell_privacy,
		"a file in /Applications may stay: allow it in a privacy profile or in System "
		"Settings"},
	    {"no-update-waits", "No update of macOS waits.", tell_updates,
		"finish the removal before it, or run recheck after it"},
	    {"filevault-is-on", "FileVault is on: a restart waits for a person.", tell_filevault,
		NULL},
	    {"kext-policy-is-known", "The store of approvals has tables that are known.",
		tell_policy_store,
		"what was approved before is not seen; removal does not need it"},
	    {"kmutil-is-understood", "What kmutil says of loaded kexts is understood.", tell_kmutil,
		"nothing can be called gone here; report this"},
	    {"not-in-safe-mode", "This is no safe mode.", tell_safe_mode,
		"restart without it: nothing can be concluded now"},
	};
	size_t i;

	for (i = 0; i < HOST_FACTS; i++) {
		facts[i] = (struct host_fact){.id = rows[i].id,
		    .claim = rows[i].claim,
		    .holds = UNKNOWN,
		    .todo = rows[i].todo};
		rows[i].tell(session, &facts[i]);
	}
}
