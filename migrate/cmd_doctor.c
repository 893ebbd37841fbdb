/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * doctor: this Mac against the assumptions that the tool rests on. Read-only. What
 * can only be told by changing something stays open: null.
 */
#include <strings.h>

#include "migrate/command.h"
#include "migrate/report.h"
#include "migrate/settings.h"
#include "rules/assumption.h"
#include "kmutil-helpers/banned.h"

struct check {
	enum tristate holds;
	const char *evidence; /* NULL: nothing on this Mac tells */
};

static struct check
check_path(const struct session *session, const char *path)
{
	struct check check = {.holds = UNKNOWN, .evidence = NULL};

	if (path_exists(&session->root, path)) {
		check.holds = YES;
		check.evidence = arena_printf(session->arena, "%s is there", path);
	}
	return check;
}

static struct check
check_rebuild(const struct session *session)
{
	struct check check = {.holds = UNKNOWN};

	if (session->host.macos == 0)
		return check;
	check.evidence = arena_printf(
	    session->arena, "build %s is macOS %d", session->host.build, session->host.macos);
	return check;
}

/* The UUID that sysctl tells is that of the collection on disk. */
static struct check
check_aux_uuid(const struct session *session)
{
	const char *file = session->scan.collection_uuid, *boot = session->host.aux_kc_uuid;
	struct check check = {.holds = UNKNOWN};

	if (file == NULL || boot == NULL)
		return check;
	check.holds = strcasecmp(file, boot) == 0 ? YES : UNKNOWN;
	check.evidence = arena_printf(session->arena, "on disk %s, in this boot %s", file, boot);
	return check;
}

/* bputil's three rows against what our own reading lists. */
static struct check
check_sealed(const struct session *session)
{
	const struct host *host = &session->host;
	struct check check = {.holds = UNKNOWN};
	bool absent = host->auxp == HOST_NO && host->auxi == HOST_NO && host->auxr == HOST_NO;

	if (host->auxp == HOST_UNKNOWN)
		return check;
	check.evidence =
	    absent ? "bputil: auxp, auxi and auxr are absent" : "bputil: a collection is sealed";
	if (absent && session->host.aux_kc_uuid == NULL)
		check.holds = YES;
	return check;
}

/* A stale collection is on disk, and this boot loaded it all the same, or did not. */
static struct check
check_stale(const struct session *session)
{
	const char *linked = session->scan.collection_base_uuid;
	const char *base = session->host.base_kc_uuid;
	struct check check = {.holds = UNKNOWN};

	if (linked == NULL || base == NULL || session->scan.collection_uuid == NULL)
		return check;
	check.evidence =
	    arena_printf(session->arena, "linked against %s, and this boot runs %s", linked, base);
	if (strcasecmp(linked, base) != 0 && session->host.aux_told)
		check.holds =
		    session->host.aux_kc_uuid == NULL ? YES
		    : strcasecmp(session->host.aux_kc_uuid, session->scan.collection_uuid) == 0
			? NO
			: UNKNOWN;
	return check;
}

static struct check
check_collection(const struct session *session, enum source_id source)
{
	struct check check = {.holds = UNKNOWN};
	size_t i;

	for (i = 0; i < session->scan.traces.count && check.evidence == NULL; i++)
		if (session->scan.traces.items[i].source == source)
			check = (struct check){
			    .holds = YES, .evidence = session->scan.traces.items[i].container};
	return check;
}

static struct check
check_assumption(const struct session *session, enum assumption_id id)
{
	if (!session->root.live)
		return (struct check){.holds = UNKNOWN};
	switch ((int)id) {
	case ASSUMPTION_COLLECTION_IN_PREBOOT:
		return check_collection(session, SOURCE_PREBOOT);
	case ASSUMPTION_COLLECTION_ON_DATA:
		return check_collection(session, SOURCE_AUXKC);
	case ASSUMPTION_STASH_ON_DATA:
		return check_path(session, "/private/var/db/KernelExtensionManagement/AuxKC/"
					   "CurrentAuxKC/StashedExtensions");
	case ASSUMPTION_INSTRUCTIONS_NAME_MEMBERS:
		return check_path(session,
		    "/private/var/db/KernelExtensionManagement/AuxKC/CurrentAuxKC/"
		    "com.apple.kcgen.instructions.plist");
	case ASSUMPTION_STAGING_MIRRORS_PATH:
		return check_path(session, "/Library/StagedExtensions/Library/Extensions");
	case ASSUMPTION_AUX_UUID_TELLS_BOOT:
		return check_aux_uuid(session);
	case ASSUMPTION_STALE_COLLECTION_IS_REFUSED:
		return check_stale(session);
	case ASSUMPTION_SEALED_COLLECTION_SHOWS_IN_POLICY:
		return check_sealed(session);
	case ASSUMPTION_REBUILD_SINCE_14:
		return check_rebuild(session);
	default:
		return (struct check){.holds = UNKNOWN};
	}
}

static void
report_check(struct report *report, enum assumption_id id, const struct check *check)
{
	const struct assumption *assumption = assumption_get(id);
	struct json *json = &report->json;

	if (report->is_json) {
		json_object_begin(json, NULL);
		json_text(json, "id", assumption->id);
		json_text(json, "claim", assumption->says);
		json_text(json, "grade", assumption_grade_name(assumption->grade));
		json_tristate(json, "holds", check->holds);
		json_text(json, "evidence", check->evidence);
		json_end(json);
		return;
	}
	buf_printf(&report->out, "[%s] %s (%s)\n",
	    check->holds == YES  ? "yes"
	    : check->holds == NO ? "NO "
				 : " ? ",
	    assumption->id, assumption_grade_name(assumption->grade));
	if (report->session->options->verbose)
		buf_printf(
		    &report->out, "      %s\n      %s\n", assumption->says, assumption->checked);
	if (check->evidence != NULL) {
		buf_text(&report->out, "      ");
		buf_name(&report->out, check->evidence);
		buf_text(&report->out, "\n");
	}
}

/* The settings in force, and where they come from. */
static void
report_settings(struct report *report, const struct settings *settings)
{
	int i;

	if (report->is_json)
		json_array_begin(&report->json, "settings");
	else
		buf_text(&report->out, "settings:\n");
	for (i = 0; i < SETTING_COUNT; i++) {
		if (report->is_json) {
			json_object_begin(&report->json, NULL);
			json_text(&report->json, "name", setting_name((enum setting)i));
			json_text(&report->json, "value", settings->value[i]);
			json_path(&report->json, "from", settings->from[i]);
			json_end(&report->json);
			continue;
		}
		buf_printf(&report->out, "  %-16s ", setting_name((enum setting)i));
		buf_name(&report->out, settings->value[i]);
		buf_printf(&report->out, " (%s)\n",
		    settings->from[i] != NULL ? settings->from[i] : "default");
	}
	if (report->is_json)
		json_end(&report->json);
}

static int
doctor_command(const struct options *options)
{
	struct session session;
	struct report report;
	struct settings settings;
	struct check check;
	int id, exit = 0;

	session_begin(&session, options, SESSION_CARRIERS | SESSION_HOST_POLICY | SESSION_NO_RULES);
	report_begin(&report, &session, "doctor");
	settings_read(&session.root, session.arena, &settings);
	session_tell_settings(&session, &settings);
	report_settings(&report, &settings);
	if (report.is_json)
		json_array_begin(&report.json, "checks");
	for (id = 0; id < ASSUMPTION_COUNT; id++) {
		check = check_assumption(&session, (enum assumption_id)id);
		if (check.holds == NO)
			exit = 5;
		report_check(&report, (enum assumption_id)id, &check);
	}
	if (report.is_json)
		json_end(&report.json);
	if (exit == 0 && problem_any_matters(&session.scan.problems))
		exit = 7;
	exit = report_end(&report, exit);
	session_end(&session);
	return exit;
}

const struct command cmd_doctor = {
    .name = "doctor",
    .synopsis = "doctor [OPTIONS]",
    .summary = "check this Mac against what is believed of macOS",
    .groups = OPTIONS_READ,
    .max_targets = 0,
    .run = doctor_command,
};
