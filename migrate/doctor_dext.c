/* SPDX-License-Identifier: BSD-2-Clause */
/* A dext that will not start. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kmutil-helpers/die.h"
#include "kmutil-helpers/tool_log.h"
#include "migrate/dext_macos.h"
#include "migrate/dext_rights.h"
#include "migrate/dext_state.h"
#include "migrate/doctor_dext.h"
#include "migrate/doctor_target.h"
#include "migrate/matching.h"
#include "migrate/readiness.h"
#include "migrate/report_columns.h"
#include "kmutil-helpers/banned.h"

#define STAGED "/Library/SystemExtensions"
#define IN_APP "/Contents/Library/SystemExtensions"
#define CHUNK_BYTES ((size_t)1 << 16)
#define INFO_CAP_BYTES ((size_t)16 << 20)

struct patient {
	const char *id;
	const struct rule *rule; /* that names it; NULL */
	const char *path;        /* its bundle; NULL: none was found */
	const struct sysext *row;
	bool list_known;
	struct driver driver; /* with path alone */
	struct notes notes;
	struct dext_log log;
	bool log_known;
	struct matching_view device;
	bool device_unread; /* the registry was asked, and did not answer */
};

/* Whether a staged bundle is of the version of the row. */
static bool
is_version_of(struct session *session, const char *path, const struct sysext *row)
{
	const struct plist *info = NULL;
	const char *version;
	char *bytes;
	size_t len;

	if (row == NULL ||
	    path_read(&session->root, arena_printf(session->arena, "%s/Info.plist", path),
		INFO_CAP_BYTES, session->arena, &bytes, &len) != 0 ||
	    plist_parse(session->arena, bytes, len, &info, NULL) != 0)
		return false;
	version = plist_find_text(info, "CFBundleVersion");
	return version != NULL && strcmp(version, row->version) == 0;
}

/* The bundle among the staged ones, one folder with a UUID each. Until the restart an older
 * version stays beside the new one. */
static const char *
find_staged(struct session *session, const struct patient *patient)
{
	const char *path, *found = NULL;
	char **names;
	size_t count, i;

	if (path_list(&session->root, STAGED, session->arena, &names, &count) != 0)
		return NULL;
	for (i = 0; i < count; i++) {
		path = arena_printf(session->arena, "%s/%s/%s.dext", STAGED, names[i], patient->id);
		if (!path_exists(&session->root, path))
			continue;
		if (is_version_of(session, path, patient->row))
			return path;
		found = found == NULL ? path : found;
	}
	return found;
}

static const char *
find_bundle(struct session *session, const struct patient *patient)
{
	const char *apps[] = {patient->rule != NULL ? patient->rule->replacement.app_path : NULL,
	    patient->row != NULL ? patient->row->app : NULL};
	const char *path = find_staged(session, patient);
	size_t i;

	for (i = 0; path == NULL && i < sizeof(apps) / sizeof(*apps); i++) {
		if (apps[i] == NULL)
			continue;
		path = arena_printf(session->arena, "%s" IN_APP "/%s.dext", apps[i], patient->id);
		if (!path_exists(&session->root, path))
			path = NULL;
	}
	return path;
}

/* What the dext on disk is signed for. */
static void
read_bundle(struct session *session, struct patient *patient)
{
	struct personality_list personalities;

	personalities_read(session->arena, patient->driver.info, &personalities);
	if (patient->driver.has_code)
		dext_rights_apply(
		    session->arena, patient->driver.entitlements, &personalities, &patient->notes);
	if (patient->driver.profile != NULL)
		dext_rights_profile(session->arena, patient->driver.profile,
		    patient->driver.entitlements, (int64_t)time(NULL), &patient->notes);
}

static void
read_log_file(struct session *session, const char *file, struct patient *patient)
{
	char *bytes = arena_alloc(session->arena, CHUNK_BYTES);
	char *path = path_canonical_here(session->arena, file);
	struct root root;
	ssize_t got = -1;
	int fd, error = root_init(&root, "/", NULL, NULL);

	if (path == NULL)
		die(EXIT_USAGE, "%s: a log must be given with its whole path", file);
	if (error == 0)
		error = path_open_file(&root, path, &fd, NULL);
	root_done(&root);
	if (error != 0)
		die(EXIT_NO_INPUT, "%s: %s", file, fault_sentence(error));
	while ((got = read(fd, bytes, CHUNK_BYTES)) > 0 || (got < 0 && errno == EINTR))
		if (got > 0)
			dext_log_feed(&patient->log, bytes, (size_t)got);
	error = got < 0 ? -errno : 0;
	(void)close(fd);
	dext_log_finish(&patient->log);
	if (error != 0)
		die(EXIT_IO, "%s: %s", file, fault_sentence(error));
	patient->log_known = true;
}

static void
read_log(struct session *session, struct patient *patient)
{
	int error;

	dext_log_init(session->arena, &patient->log);
	if (session->options->log != NULL) {
		read_log_file(session, session->options->log, patient);
		return;
	}
	if (!session->root.live)
		return;
	error = log_read_dexts(session->arena, &patient->log);
	patient->log_known = error == 0;
	if (error != 0)
		problem_add(&session->scan.problems, NULL, "log", error,
		    "what macOS logged of the dext is unknown", false);
}

/* Whether one of the dext's personalities makes an object of that class. */
static bool
has_class(const struct plist *dict, const char *name, int depth)
{
	const char *text = plist_find_text(dict, "IOUserClass");
	size_t i;

	if (text != NULL && strcmp(text, name) == 0)
		return true;
	for (i = 0; depth > 0 && plist_type(dict) == PLIST_DICT && i < plist_count(dict); i++)
		if (has_class(plist_value(dict, i), name, depth - 1))
			return true;
	return false;
}

/* Whether another line names the dext and this object together. */
static bool
is_named_with(const struct patient *patient, const char *service)
{
	const struct dext_log_event *event;
	size_t i;

	for (i = 0; i < patient->log.count; i++) {
		event = &patient->log.findings[i].last;
		if (event->bundle_id != NULL && event->service != NULL &&
		    strcmp(event->bundle_id, patient->id) == 0 &&
		    strcmp(event->service, service) == 0)
			return true;
	}
	return false;
}

/* Whether a finding speaks of the dext: by its id, else by one of its objects. */
static bool
is_of(const struct patient *patient, const struct dext_log_event *event)
{
	if (event->bundle_id != NULL)
		return strcmp(event->bundle_id, patient->id) == 0;
	if (event->service != NULL && is_named_with(patient, event->service))
		return true;
	return event->service != NULL && patient->driver.info != NULL &&
	       has_class(plist_find(patient->driver.info, "IOKitPersonalities"), event->service, 2);
}

/* A line that names no dext, where this one's objects are not known. */
static bool
may_be_of(const struct patient *patient, const struct dext_log_event *event)
{
	if (event->bundle_id != NULL)
		return false;
	return event->row->weight == DEXT_LOG_BAD
		   ? event->service == NULL || patient->driver.info == NULL
		   : event->row->weight == DEXT_LOG_WAITS && event->service == NULL;
}

static enum tristate
log_holds(const struct patient *patient)
{
	size_t i, last_good = 0, last_bad = 0;

	for (i = 0; i < patient->log.count; i++) {
		const struct dext_log_finding *finding = &patient->log.findings[i];

		if (!is_of(patient, &finding->last))
			continue;
		if (finding->last.row->weight == DEXT_LOG_BAD && finding->last_line > last_bad)
			last_bad = finding->last_line;
		if (finding->last.row->weight == DEXT_LOG_GOOD && finding->last_line > last_good)
			last_good = finding->last_line;
	}
	if (last_bad > last_good)
		return NO;
	return patient->log_known ? YES : UNKNOWN;
}

struct verdict {
	const char *id, *claim;
	enum tristate holds;
	const char *evidence, *todo;
};

enum { VERDICT_ACTIVE, VERDICT_MACOS, VERDICT_SIGNED, VERDICT_DRIVES, VERDICT_LOG, VERDICTS };

/* Who drives the device, where macOS would let the dext. A device that is not attached
 * speaks neither for nor against it. */
static void
judge_device(struct session *session, const struct patient *patient, struct verdict *verdict)
{
	const struct matching_view *view = &patient->device;

	*verdict = (struct verdict){"dext-drives", "The dext drives its device.", UNKNOWN, NULL,
	    "the lines of the log say why"};
	if (view->now == MATCHING_RUNS) {
		verdict->holds = YES;
		verdict->evidence = "ioreg shows it at a device, and its program runs";
	} else if (view->now == MATCHING_NO_SERVER) {
		verdict->holds = NO;
		verdict->evidence = "ioreg shows it at a device, but its program does not run";
	} else if (view->now == MATCHING_HELD) {
		verdict->holds = NO;
		verdict->evidence = arena_printf(session->arena,
		    "%s is loaded and holds %s; the dext waits behind it, whatever its probe score",
		    view->kext, view->device != NULL ? view->device : "its device");
		verdict->todo = arena_printf(session->arena,
		    "the kext has to go, and the Mac to be restarted: kextirpate migrate %s",
		    patient->rule->id);
	} else if (view->now == MATCHING_NONE) {
		verdict->evidence = "none of its devices is attached, or it matches none";
	}
}

static const char *
what_is_missing(struct session *session, const struct patient *patient)
{
	const struct rule_dext *named = NULL;
	const char *forbidden;
	size_t i;

	if (patient->row == NULL)
		return patient->rule != NULL ? "kextirpate handoff has its app asked for it"
					     : "open its vendor's app, which asks for it";
	for (i = 0; patient->rule != NULL && i < patient->rule->replacement.dext_count; i++)
		if (strcmp(patient->rule->replacement.dexts[i].id, patient->id) == 0)
			named = &patient->rule->replacement.dexts[i];
	forbidden = named != NULL && patient->row->stage != SYSEXT_ENDED
			? readiness_forbidden(session, named)
			: NULL;
	return forbidden != NULL
		   ? forbidden
		   : dext_state_missing(session->arena, session->host.macos, patient->row);
}

static void
judge(struct session *session, const struct patient *patient, struct verdict verdicts[VERDICTS])
{
	struct arena *arena = session->arena;
	enum tristate log = log_holds(patient);
	const char *state = patient->row != NULL ? patient->row->state : "macOS does not know it";
	struct dext_macos macos;

	dext_macos_read(arena, patient->driver.info, &session->host, &macos);
	verdicts[VERDICT_ACTIVE] =
	    (struct verdict){"dext-active", "The dext is activated and enabled.",
		!patient->list_known                                            ? UNKNOWN
		: patient->row != NULL && patient->row->stage == SYSEXT_ENABLED ? YES
										: NO,
		patient->list_known ? state : NULL, what_is_missing(session, patient)};
	verdicts[VERDICT_MACOS] =
	    (struct verdict){"dext-fits-macos", "This macOS is new enough for the dext.",
		macos.new_enough, macos.text, "install a version for this macOS, or update macOS"};
	verdicts[VERDICT_SIGNED] =
	    (struct verdict){"dext-signed", "The dext is signed for what it drives.",
		patient->notes.count > 0                            ? NO
		: patient->path != NULL && patient->driver.has_code ? YES
								    : UNKNOWN,
		patient->path, "this is for its vendor to mend"};
	judge_device(session, patient, &verdicts[VERDICT_DRIVES]);
	verdicts[VERDICT_LOG] =
	    (struct verdict){"dext-log", "Nothing in the log is against the dext.", log,
		arena_printf(arena, "%zu lines of %s", patient->log.lines,
		    session->options->log != NULL ? session->options->log : "the last day"),
		"see the lines"};
	if (!patient->log_known)
		verdicts[VERDICT_LOG].evidence = NULL;
}

static void
json_findings(struct report *report, const struct patient *patient)
{
	struct json *json = &report->json;
	size_t i;

	json_array_begin(json, "lines");
	for (i = 0; i < patient->log.count; i++) {
		const struct dext_log_finding *finding = &patient->log.findings[i];
		const struct dext_log_event *last = &finding->last;

		if (!is_of(patient, last) && !may_be_of(patient, last))
			continue;
		json_object_begin(json, NULL);
		json_text(json, "name", last->row->name);
		json_boolean(json, "bad", last->row->weight == DEXT_LOG_BAD);
		json_text(json, "bundle_id", last->bundle_id);
		json_text(json, "service", last->service);
		json_text(json, "reason", last->reason);
		json_integer(json, "count", (int64_t)finding->count);
		json_text(json, "last", last->at);
		if (last->crashes < 0)
			json_null(json, "crashes");
		else
			json_integer(json, "crashes", last->crashes);
		json_text(json, "means", last->row->means);
		json_text(json, "todo", last->row->todo);
		json_end(json);
	}
	json_end(json);
}

static void
json_patient(
    struct report *report, const struct patient *patient, const struct verdict verdicts[VERDICTS])
{
	struct json *json = &report->json;
	size_t i;

	json_array_begin(json, "checks");
	for (i = 0; i < VERDICTS; i++) {
		json_object_begin(json, NULL);
		json_text(json, "id", verdicts[i].id);
		json_text(json, "claim", verdicts[i].claim);
		json_tristate(json, "holds", verdicts[i].holds);
		json_text(json, "evidence", verdicts[i].evidence);
		json_end(json);
	}
	json_end(json);
	json_object_begin(json, "dext");
	json_text(json, "bundle_id", patient->id);
	json_text(json, "state", patient->row != NULL ? patient->row->state : NULL);
	json_text(json, "version", patient->row != NULL ? patient->row->version : NULL);
	json_path(json, "path", patient->path);
	json_end(json);
	json_array_begin(json, "notes");
	for (i = 0; i < patient->notes.count; i++)
		json_text(json, NULL, patient->notes.items[i]);
	json_end(json);
	json_findings(report, patient);
}

static const char *
finding_head(struct arena *arena, const struct dext_log_finding *finding)
{
	const struct dext_log_event *last = &finding->last;

	return arena_printf(arena, "%s%s%s%s: %s%s%s%s", last->row->name,
	    last->service != NULL ? " (" : "", last->service != NULL ? last->service : "",
	    last->service != NULL ? ")" : "",
	    last->crashes > 0
		? arena_printf(arena, "%d %s", last->crashes, last->crashes == 1 ? "time" : "times")
		: arena_printf(
		      arena, "%zu %s", finding->count, finding->count == 1 ? "line" : "lines"),
	    last->at != NULL ? ", last " : "", last->at != NULL ? last->at : "",
	    last->reason != NULL ? arena_printf(arena, " [%s]", last->reason) : "");
}

static void
text_findings(
    struct report *report, const struct patient *patient, enum dext_log_weight weight, bool own)
{
	const struct dext_log_finding *finding;
	size_t i;

	for (i = 0; i < patient->log.count; i++) {
		finding = &patient->log.findings[i];
		if (finding->last.row->weight != weight ||
		    !(own ? is_of(patient, &finding->last) : may_be_of(patient, &finding->last)))
			continue;
		columns_sentence(&report->out, own ? "    " : "  ? ",
		    finding_head(report->session->arena, finding));
		columns_sentence(&report->out, "      ", finding->last.row->means);
		if (weight == DEXT_LOG_BAD)
			columns_sentence(&report->out, "      do: ", finding->last.row->todo);
	}
}

static void
text_patient(
    struct report *report, const struct patient *patient, const struct verdict verdicts[VERDICTS])
{
	static const char *const marks[] = {[NO] = "NO  ", [YES] = "yes "};
	size_t i, j;

	columns_sentence(&report->out, "", patient->id);
	for (i = 0; i < VERDICTS; i++) {
		columns_sentence(&report->out,
		    verdicts[i].holds == UNKNOWN ? "?   " : marks[verdicts[i].holds],
		    verdicts[i].claim);
		if (verdicts[i].evidence != NULL)
			columns_sentence(&report->out, "    ", verdicts[i].evidence);
		for (j = 0; i == VERDICT_SIGNED && j < patient->notes.count; j++)
			columns_sentence(&report->out, "    - ", patient->notes.items[j]);
		if (i != VERDICT_LOG && verdicts[i].holds == NO)
			columns_sentence(&report->out, "    do: ", verdicts[i].todo);
	}
	text_findings(report, patient, DEXT_LOG_BAD, true);
	text_findings(report, patient, DEXT_LOG_BAD, false);
	if (report->session->options->verbose) {
		text_findings(report, patient, DEXT_LOG_WAITS, true);
		text_findings(report, patient, DEXT_LOG_WAITS, false);
		text_findings(report, patient, DEXT_LOG_GOOD, true);
	}
	if (patient->log.cut)
		columns_sentence(
		    &report->out, "    ", "the log says more of dexts than is kept here");
}

/* Everything that is known of the dext that the word means. */
static void
find_patient(struct session *session, const char *word, struct patient *patient)
{
	struct doctor_target target;
	struct dexts dexts = {0};

	dexts_read(session, &dexts);
	patient->list_known = dexts.known;
	doctor_target_find(session, word, dexts.known ? &dexts.list : NULL, &patient->log, &target);
	patient->id = target.id;
	patient->rule = target.rule;
	patient->path = target.path;
	patient->driver = target.driver;
	patient->row = sysext_find(&dexts.list, patient->id, NULL);
	if (patient->path == NULL) {
		patient->path = find_bundle(session, patient);
		if (patient->path != NULL)
			driver_read(session, patient->path, &patient->driver);
	}
	if (patient->path != NULL)
		read_bundle(session, patient);
}

/* The registry, for the kexts that the rule says the dext replaces. */
static void
look_at_device(struct session *session, struct patient *patient)
{
	const char **kexts;
	size_t count = 0, i;
	int error;

	if (!session->root.live || patient->row == NULL || patient->row->stage != SYSEXT_ENABLED)
		return;
	kexts = arena_array(session->arena,
	    (patient->rule != NULL ? patient->rule->kext_count : 0) + 1, sizeof(*kexts));
	for (i = 0; patient->rule != NULL && i < patient->rule->kext_count; i++)
		if (patient->rule->kexts[i].bundle_id != NULL)
			kexts[count++] = patient->rule->kexts[i].bundle_id;
	error = matching_look(session->arena, patient->id, kexts, count, &patient->device);
	patient->device_unread = error != 0;
	if (error != 0)
		problem_add(&session->scan.problems, NULL, "ioreg", error,
		    "whether the dext drives its device is unknown", false);
}

int
doctor_dext(struct report *report, const char *target)
{
	struct session *session = report->session;
	struct verdict verdicts[VERDICTS];
	struct patient patient = {0};
	int exit = 0, i;

	/* A saved log tells which dexts there are; the Mac's own takes its time. */
	if (session->options->log != NULL)
		read_log(session, &patient);
	find_patient(session, target, &patient);
	if (session->options->log == NULL)
		read_log(session, &patient);
	look_at_device(session, &patient);
	judge(session, &patient, verdicts);
	if (report->is_json)
		json_patient(report, &patient, verdicts);
	else
		text_patient(report, &patient, verdicts);
	for (i = 0; i < VERDICTS; i++)
		if (verdicts[i].holds == NO)
			exit = exit_worst(exit, 5);
		else if (verdicts[i].holds == UNKNOWN &&
			 (i != VERDICT_DRIVES || patient.device_unread))
			exit = exit_worst(exit, 7);
	return exit;
}
