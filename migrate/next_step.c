/* SPDX-License-Identifier: BSD-2-Clause */
/* The sentences, by exit status and standing. */
#include <unistd.h>

#include "migrate/mdm_hint.h"
#include "migrate/next_step.h"
#include "migrate/report.h"
#include "migrate/target.h"
#include "kmutil-helpers/banned.h"

static const char *const approve[] = {"kextirpate", "approve", NULL};
static const char *const status[] = {"kextirpate", "status", NULL};

/* A command with the kext's product, else the kext, behind it. */
static const char *const *
make_command(struct session *session, const char *name, const struct subject *about)
{
	const char **words = arena_array(session->arena, 4, sizeof(*words));
	const struct rule *rule = about != NULL ? subject_rule_of(session, about) : NULL;

	words[0] = "kextirpate";
	words[1] = name;
	words[2] = rule != NULL                   ? rule->id
		   : about == NULL                ? NULL
		   : about->now.bundle_id != NULL ? about->now.bundle_id
						  : about->now.path;
	return words;
}

/* Why nothing can be asked for where this macOS has no rebuild that is known. */
static const char *
without_rebuild(struct session *session, const char *what, const char *before_14)
{
	if (session->host.macos <= KNOWN_MACOS_LAST)
		return arena_printf(session->arena,
		    "%s, and before macOS 14 there is no rebuild to ask for: %s", what, before_14);
	return arena_printf(session->arena,
	    "%s, and nothing says how macOS %d lets go of it: install a newer kextirpate, which "
	    "may know it",
	    what, session->host.macos);
}

/* Without its bundle only macOS can have brought it back, and only macOS lets it go. */
static struct next_step
next_of_relinked(struct session *session, const struct subject *about)
{
	struct next_step next = {.command = approve};

	if (!about->evidence.has_rebuild) {
		next.command = make_command(session, "explain", about);
		next.text = without_rebuild(session, "macOS linked it in again",
		    "it goes after the upgrade, with kextirpate approve");
	} else if (about->now.rung == RUNG_OTHERS && mdm_hint_applies(session)) {
		next.command = mdm_hint_command();
		next.text = "macOS linked it in again; it left the collection before by a rebuild "
			    "that was not asked for here, as MDM's RestartDevice with "
			    "RebuildKernelCache is one: have it sent again, or approve a rebuild";
	} else if (about->now.rung == RUNG_REBUILD) {
		next.text =
		    "macOS linked it in again; the rebuild that took it out before is to do "
		    "so again, with an administrator at this Mac";
	} else {
		next.text = "macOS linked it in again; a rebuild takes it out, with an "
			    "administrator at this Mac";
	}
	return next;
}

static struct next_step
next_of_carrier(struct session *session, const struct subject *about, enum standing standing)
{
	const char *cause = about != NULL ? about->now.return_cause : NULL;

	if (standing == STANDING_INERT)
		return (struct next_step){
		    "the kext cannot run, but macOS still names it and has nothing left that "
		    "could be asked for now; an OS update may list it again, which recheck "
		    "notices",
		    make_command(session, "explain", about)};
	if (standing == STANDING_RETURNED && cause != NULL && !about->evidence.facts.bundle)
		return next_of_relinked(session, about);
	if (standing == STANDING_RETURNED && cause != NULL)
		return (struct next_step){
		    "its bundle is on the disk again, put there by somebody: end that first, then "
		    "uninstall takes it away",
		    make_command(session, "uninstall", about)};
	return (struct next_step){"the kext is there; uninstall takes it away",
	    make_command(session, "uninstall", about)};
}

static struct next_step
next_of_blocked(struct session *session, const struct subject *about, enum standing standing)
{
	struct next_step next = {.command = make_command(session, "explain", about)};

	if (standing == STANDING_APPROVAL_PENDING) {
		next.command = approve;
		next.text = "macOS cannot build its collection: what the step rebuild says has to "
			    "be mended first, then approve asks again";
	} else if (standing != STANDING_BLOCKED) {
		next.text = "refused; explain says what stands in the way";
	} else if (about != NULL && !about->evidence.has_rebuild) {
		next.text = without_rebuild(session, "it can load without its files",
		    "after the upgrade kextirpate approve takes it out; the last resort is kmutil "
		    "trigger-panic-medic in Recovery, which takes every third-party kext and every "
		    "approval away");
	} else if (about != NULL && standing_lacks_approval(standing, &about->evidence)) {
		next.command = approve;
		next.text = "the rebuild was not approved before the restart, and without it the "
			    "kext can still load; approve it, with an administrator at this Mac";
	} else {
		next.text =
		    "macOS does not let go, or another kext stands in the way: explain says which; "
		    "approve may then be tried once more; the last resort is kmutil "
		    "trigger-panic-medic in Recovery, which takes every third-party kext and every "
		    "approval away";
	}
	return next;
}

static struct next_step
next_of_approval(struct session *session, const struct subject *about)
{
	struct next_step next = {
	    session->host.chip == HOST_CHIP_INTEL
		? "an administrator must approve the rebuild on this Mac; approve says what will "
		  "be asked"
		: "an administrator who owns the volume must approve the rebuild on this Mac; "
		  "approve says what will be asked",
	    approve};

	if (about != NULL && about->now.rebuild == REBUILD_REFUSED)
		next.text = arena_printf(session->arena,
		    "%s; it was asked for in this boot already: where macOS then sees nothing to "
		    "change, restart first",
		    next.text);
	if (mdm_hint_applies(session))
		next.text = mdm_hint_add(session, next.text, &next.command);
	return next;
}

/* A bundle that is left is what a new run goes on with. */
static struct next_step
next_of_unfinished(struct session *session, const struct subject *about)
{
	struct next_step next = {
	    "some steps failed; run the command again when their cause is gone", status};

	if (about == NULL)
		return next;
	next.command =
	    make_command(session, about->now.migrates ? "migrate" : "uninstall", about);
	if (about->evidence.step_unfinished && about->evidence.facts.bundle)
		next.text = "a run was cut off, or could not move the bundle, which is still "
			    "there; the same command goes on with it";
	return next;
}

/* What the replacement waits for takes a look at it and at its app. */
static struct next_step
next_of_handoff(struct session *session, const struct subject *about)
{
	struct next_step next = {
	    "the kext is out of the way; the replacement waits for a person to allow it, or for a "
	    "restart",
	    NULL};

	if (about != NULL && subject_rule_of(session, about) != NULL) {
		next.text = arena_printf(
		    session->arena, "%s: handoff says which, and where", next.text);
		next.command = make_command(session, "handoff", about);
	}
	return next;
}

static struct next_step
next_of_unknown(const struct session *session, enum standing standing)
{
	if (session->look.safe_mode)
		return (struct next_step){"in safe mode nobody can say what a normal start would "
					  "load: start the Mac normally, then look again",
		    NULL};
	if (standing == STANDING_VERIFYING)
		return (struct next_step){
		    "macOS still works on its collections: look again in a moment", status};
	return (struct next_step){
	    geteuid() == 0 ? "a place that could hold a kext could not be read: see the problems"
			   : "a place that could hold a kext could not be read; run as root, and "
			     "see the problems",
	    NULL};
}

struct next_step
next_step_find(
    struct session *session, const struct subject *about, enum standing standing, int exit)
{
	switch (exit) {
	case 0:
		return (struct next_step){"nothing is left to do", NULL};
	case 1:
		return next_of_carrier(session, about, standing);
	case 2:
		return (struct next_step){
		    "restart the Mac; until then nothing is called gone", status};
	case 3:
		return next_of_approval(session, about);
	case 4:
		return next_of_handoff(session, about);
	case 5:
		return next_of_blocked(session, about, standing);
	case 6:
		return next_of_unfinished(session, about);
	default:
		return next_of_unknown(session, standing);
	}
}
