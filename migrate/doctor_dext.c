/* SPDX-License-Identifier: BSD-2-Clause */
/* A dext that will not start. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kmutil-helpers/die.h"
#include "kmutil-helpers/tool_log.h"
#include "migrate/dext_rights.h"
#include "migrate/doctor_dext.h"
#include "migrate/driver.h"
#include "migrate/report_columns.h"
#include "kmutil-helpers/banned.h"

#define STAGED "/Library/SystemExtensions"
#define IN_APP "/Contents/Library/SystemExtensions"
#define CHUNK_BYTES ((size_t)1 << 16)

struct patient {
	const char *id;
	const char *path; /* its bundle; NULL: none was found */
	const struct sysext *row;
	bool list_known;
	struct driver driver; /* with path alone */
	struct notes notes;
	struct dext_log log;
	bool log_known;
};

static const struct rule *
find_rule(const struct session *session, const char *target)
{
	size_t i;

	for (i = 0; i < session->rules.count; i++)
		if (strcmp(session->rules.rules[i].id, target) == 0 ||
		    (session->rules.rules[i].replacement.dext_id != NULL &&
			strcmp(session->rules.rules[i].replacement.dext_id, target) == 0))
			return &session->rules.rules[i];
	return NULL;
}

/* The bundle among the staged ones, one folder with a UUID each. */
static const char *
find_staged(struct session *session, const char *id)
{
	const char *path;
	char **names;
	size_t count, i;

	if (path_list(&session->root, STAGED, session->arena, &names, &count) != 0)
		return NULL;
	for (i = 0; i < count; i++) {
		path = arena_printf(session->arena, "%s/%s/%s.dext", STAGED, names[i], id);
		if (path_exists(&session->root, path))
			return path;
	}
	return NULL;
}

static const char *
find_bundle(struct session *session, const struct patient *patient, const struct rule *rule)
{
	const char *apps[] = {rule != NULL ? rule->replacement.app_path : NULL,
	    patient->row != NULL ? patient->row->app : NULL};
	const char *path = find_staged(session, patient->id);
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
	return event->bundle_id == NULL && event->row->weight == DEXT_LOG_BAD &&
	       (event->service == NULL || patient->driver.info == NULL);
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

#define VERDICTS 3

static void
judge(struct session *session, const struct patient *patient, struct verdict verdicts[VERDICTS])
{
	struct arena *arena = session->arena;
	enum tristate log = log_holds(patient);
	const char *state = patient->row != NULL ? patient->row->state : "macOS does not know it";

	verdicts[0] = (struct verdict){"dext-active", "The dext is activated and enabled.",
	    !patient->list_known                                            ? UNKNOWN
	    : patient->row != NULL && patient->row->stage == SYSEXT_ENABLED ? YES
									    : NO,
	    patient->list_known ? state : NULL,
	    "open its app; allow it in System Settings; kextirpate handoff does the first"};
	verdicts[1] = (struct verdict){"dext-signed", "The dext is signed for what it drives.",
	    patient->notes.count > 0                            ? NO
	    : patient->path != NULL && patient->driver.has_code ? YES
								: UNKNOWN,
	    patient->path, "this is for its vendor to mend"};
	verdicts[2] = (struct verdict){"dext-log", "Nothing in the log is against the dext.", log,
	    arena_printf(arena, "%zu lines of %s", patient->log.lines,
		session->options->log != NULL ? session->options->log : "the last day"),
	    "see the lines"};
	if (!patient->log_known)
		verdicts[2].evidence = NULL;
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
		for (j = 0; i == 1 && j < patient->notes.count; j++)
			columns_sentence(&report->out, "    - ", patient->notes.items[j]);
		if (i < 2 && verdicts[i].holds == NO)
			columns_sentence(&report->out, "    do: ", verdicts[i].todo);
	}
	text_findings(report, patient, DEXT_LOG_BAD, true);
	text_findings(report, patient, DEXT_LOG_BAD, false);
	if (report->session->options->verbose) {
		text_findings(report, patient, DEXT_LOG_WAITS, true);
		text_findings(report, patient, DEXT_LOG_GOOD, true);
	}
	if (patient->log.cut)
		columns_sentence(
		    &report->out, "    ", "the log says more of dexts than is kept here");
}

/* The dext that the target means: a rule's, a bundle on disk, else a bundle id. */
static void
find_patient(struct session *session, const char *target, struct patient *patient)
{
	const struct rule *rule = find_rule(session, target);
	struct dexts dexts = {0};

	dexts_read(session, &dexts);
	patient->list_known = dexts.known;
	if (strchr(target, '/') != NULL) {
		driver_read(session, target, &patient->driver);
		patient->path = target;
		patient->id = plist_find_text(patient->driver.info, "CFBundleIdentifier");
		if (patient->id == NULL)
			die(EXIT_BAD_INPUT, "%s: says no CFBundleIdentifier", target);
	} else if (rule != NULL) {
		patient->id = rule->replacement.dext_id;
		if (patient->id == NULL)
			die(EXIT_USAGE, "%s: the rule names no dext", target);
	} else if (piece_is_bundle_id(piece_make(target, strlen(target)))) {
		patient->id = target;
	} else {
		die(EXIT_USAGE, "%s: is no rule, no bundle id and no path of a dext", target);
	}
	patient->row = sysext_find(&dexts.list, patient->id, NULL);
	if (patient->path == NULL) {
		patient->path = find_bundle(session, patient, rule);
		if (patient->path != NULL)
			driver_read(session, patient->path, &patient->driver);
	}
	if (patient->path != NULL)
		read_bundle(session, patient);
}

int
doctor_dext(struct report *report, const char *target)
{
	struct session *session = report->session;
	struct verdict verdicts[VERDICTS];
	struct patient patient = {0};
	int exit = 0, i;

	find_patient(session, target, &patient);
	read_log(session, &patient);
	judge(session, &patient, verdicts);
	if (report->is_json)
		json_patient(report, &patient, verdicts);
	else
		text_patient(report, &patient, verdicts);
	for (i = 0; i < VERDICTS; i++)
		exit = exit_worst(exit, verdicts[i].holds == NO        ? 5
					: verdicts[i].holds == UNKNOWN ? 7
								       : 0);
	return exit;
}
