/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * history: runs, OS updates, standings and places over time, as the ledger remembers
 * them. The Mac is not looked at. Writes nothing but the page that --html names.
 */
#include <fnmatch.h>
#include <string.h>

#include "kmutil-helpers/die.h"
#include "kmutil-helpers/new_file.h"
#include "migrate/command.h"
#include "migrate/history.h"
#include "migrate/report_columns.h"
#include "kmutil-helpers/banned.h"

#define RECEIPT_PREFIX "receipt:"

/* The builds in the order in which they were first seen. */
static const char **
list_builds(struct arena *arena, const struct history *history, size_t *count)
{
	size_t runs = history->run_count, standings = history->standing_count;
	size_t all = runs + standings + history->sighting_count, i, j;
	const char **builds = arena_array(arena, all + 1, sizeof(*builds)), *build;

	*count = 0;
	for (i = 0; i < all; i++) {
		build = i < history->sighting_count ? history->sightings[i].build
			: i < history->sighting_count + runs
			    ? history->runs[i - history->sighting_count].build
			    : history->standings[i - history->sighting_count - runs].build;
		for (j = 0; build != NULL && j < *count; j++)
			if (strcmp(builds[j], build) == 0)
				break;
		if (build != NULL && j == *count)
			builds[(*count)++] = build;
	}
	return builds;
}

/* What a run did; nothing where the ledger cannot tell. */
static struct step *
steps_of(struct session *session, const struct ledger_run *run, size_t *count)
{
	struct step *steps = NULL;

	if (ledger_step_list(&session->ledger, session->arena, run->id, &steps, count) != 0)
		*count = 0;
	return steps;
}

static void
json_runs(struct report *report, const struct history *history)
{
	struct json *json = &report->json;
	const struct step *steps;
	size_t count, i;

	json_array_begin(json, "runs");
	for (i = 0; i < history->run_count; i++) {
		steps = steps_of(report->session, &history->runs[i], &count);
		json_object_begin(json, NULL);
		report_json_steps(report, history->runs[i].id, steps, count);
		json_text(json, "command", history->runs[i].command);
		json_text(json, "targets", history->runs[i].targets);
		json_text(json, "began_at", history->runs[i].began_at);
		json_text(json, "ended_at", history->runs[i].ended_at);
		json_text(json, "build", history->runs[i].build);
		json_text(json, "state", history->runs[i].state);
		json_integer(json, "job", history->runs[i].job);
		json_text(json, "expired_at", history->runs[i].expired_at);
		json_end(json);
	}
	json_end(json);
	json_array_begin(json, "standings");
	for (i = 0; i < history->standing_count; i++) {
		json_object_begin(json, NULL);
		json_text(json, "kext", history->standings[i].key);
		json_text(json, "at", history->standings[i].at);
		json_text(json, "build", history->standings[i].build);
		json_text(json, "standing", history->standings[i].standing);
		json_text(json, "return_cause", history->standings[i].cause);
		json_end(json);
	}
	json_end(json);
}

static void
json_places(struct json *json, unsigned int places)
{
	static const struct {
		unsigned int place;
		const char *name;
	} names[] = {{PLACE_BUNDLE, "bundle"}, {PLACE_STAGED, "staged"},
	    {PLACE_LISTED, "collection"}, {PLACE_LOADABLE, "loadable"}, {PLACE_KEPT, "kept"},
	    {PLACE_LOADED, "loaded"}, {PLACE_UNREAD, "unread"}};
	size_t i;

	json_array_begin(json, "places");
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if ((places & names[i].place) != 0)
			json_text(json, NULL, names[i].name);
	json_end(json);
}

static void
json_history(struct report *report, const struct history *history)
{
	struct json *json = &report->json;
	const struct ledger_sighting *seen;
	size_t count, i;
	const char **builds = list_builds(report->session->arena, history, &count);

	json_array_begin(json, "builds");
	for (i = 0; i < count; i++)
		json_text(json, NULL, builds[i]);
	json_end(json);
	json_runs(report, history);
	json_array_begin(json, "sightings");
	for (i = 0; i < history->sighting_count; i++) {
		seen = &history->sightings[i];
		json_object_begin(json, NULL);
		json_text(json, "kext", seen->key);
		json_text(json, "at", seen->at);
		json_text(json, "build", seen->build);
		json_text(json, "product_version", seen->product_version);
		json_text(json, "boot_uuid", seen->boot_uuid);
		json_integer(json, "run", seen->run);
		json_text(json, "standing", standing_name(seen->standing));
		json_places(json, seen->places);
		json_end(json);
	}
	json_end(json);
}

static void
text_standing(struct buf *out, const struct ledger_standing *standing)
{
	buf_printf(out, "%s  %-8s ", standing->at, standing->build != NULL ? standing->build : "-");
	buf_name(out, standing->key);
	buf_printf(out, "  %s%s%s\n",
	    standing->standing != NULL ? standing->standing : "only remembered",
	    standing->cause != NULL ? ": " : "", standing->cause != NULL ? standing->cause : "");
}

/* Of a migration what it came to, which is seen after a restart alone. */
static void
text_verified(struct report *report, const struct ledger_run *run)
{
	size_t count, i;
	const struct step *steps = steps_of(report->session, run, &count);

	for (i = 0; i < count; i++)
		if (steps[i].kind == STEP_VERIFY && steps[i].message != NULL)
			columns_sentence(&report->out,
			    arena_printf(report->session->arena, "%*s", 32, ""),
			    arena_printf(report->session->arena, "verify %s: %s",
				step_state_name(steps[i].state), steps[i].message));
}

static void
text_run(struct report *report, const struct ledger_run *run)
{
	struct buf *out = &report->out;

	buf_printf(out, "%s  %-8s run %lld: %s ", run->began_at,
	    run->build != NULL ? run->build : "-", (long long)run->id, run->command);
	buf_name(out, run->targets);
	buf_printf(out, "  %s", run->state);
	if (run->job != run->id)
		buf_printf(out, ", carried on by run %lld", (long long)run->job);
	if (run->expired_at != NULL)
		buf_printf(out, ", removed from the vault on %.10s", run->expired_at);
	buf_text(out, "\n");
	text_verified(report, run);
}

/* An update that the sightings show: the first one on each further build. */
static bool
is_update(const struct history *history, size_t i)
{
	const struct ledger_sighting *seen = &history->sightings[i];

	return i > 0 && seen->build != NULL && seen[-1].build != NULL &&
	       strcmp(seen->build, seen[-1].build) != 0;
}

static void
text_update(struct buf *out, const struct ledger_sighting *seen)
{
	buf_printf(out, "%s  %-8s macOS ", seen->at, seen->build);
	buf_name(out, history_macos(seen));
	buf_text(out, ": an update, noticed then\n");
}

/* Where an event stands among the others: a clock may have been put back or forward
 * between two of them, the numbers of runs only rise. */
struct event_order {
	bool over;       /* the list has no more */
	int64_t run;     /* the last run that had begun by then; -1: not known */
	bool is_the_run; /* the beginning of that run itself */
	const char *at;
	const char *build; /* of a standing: on which it began */
	const char *until; /* of an update: the build before it */
};

static bool
is_before(const struct event_order *a, const struct event_order *b)
{
	if (a->over || b->over)
		return !a->over;
	if (a->run >= 0 && b->run >= 0 && a->run != b->run)
		return a->run < b->run;
	if (a->run >= 0 && b->run >= 0 && a->is_the_run != b->is_the_run)
		return a->is_the_run;
	if (a->until != NULL && b->build != NULL)
		return strcmp(a->until, b->build) != 0;
	return strcmp(a->at, b->at) <= 0;
}

/* Everything in the order in which it was; each list is in that order already. */
static void
text_events(struct report *report, const struct history *history)
{
	const struct ledger_sighting *seen = history->sightings,
				     *seen_end = seen + history->sighting_count;
	const struct ledger_run *run = history->runs, *run_end = run + history->run_count;
	const struct ledger_standing *standing = history->standings,
				     *standing_end = standing + history->standing_count;
	struct event_order a, b, c;

	for (;;) {
		while (seen < seen_end && !is_update(history, (size_t)(seen - history->sightings)))
			seen++;
		a = b = c = (struct event_order){.over = true};
		if (seen < seen_end)
			a = (struct event_order){
			    .run = seen->run, .at = seen->at, .until = seen[-1].build};
		if (run < run_end)
			b = (struct event_order){
			    .run = run->id, .is_the_run = true, .at = run->began_at};
		if (standing < standing_end)
			c = (struct event_order){
			    .run = standing->run, .at = standing->at, .build = standing->build};
		if (a.over && b.over && c.over)
			return;
		if (is_before(&a, &b) && is_before(&a, &c))
			text_update(&report->out, seen++);
		else if (is_before(&b, &c))
			text_run(report, run++);
		else
			text_standing(&report->out, standing++);
	}
}

static void
text_history(struct report *report, const struct history *history)
{
	struct buf *out = &report->out;
	size_t i;

	for (i = 0; i < history->lane_count; i++)
		history_text_picture(out, report->session->arena, &history->lanes[i]);
	if (history->lane_count > 0 && !report->session->options->quiet)
		buf_text(out,
		    "\xe2\x97\x8f there, and can load   \xe2\x97\x8b only listed or kept: "
		    "an OS update can bring it back   \xc2\xb7 nothing\n\n");
	if (!report->session->options->quiet)
		text_events(report, history);
	if (history->run_count == 0 && report->session->has_ledger)
		buf_text(out, "nothing was done on this Mac so far\n");
}

/* --- a target --- */

static bool
rule_has_receipt(const struct rule *rule, const char *id)
{
	size_t i;

	for (i = 0; i < rule->receipt_count; i++)
		if (strcmp(rule->receipts[i], id) == 0)
			return true;
	return false;
}

/* The rule of a kext that the history names: by the ledger's case, else by its id. */
static const struct rule *
rule_of_key(const struct session *session, const char *key, const char **path)
{
	size_t i;

	*path = NULL;
	for (i = 0; i < session->row_count; i++) {
		if (strcmp(session->rows[i].key, key) != 0)
			continue;
		*path = session->rows[i].path;
		if (session->rows[i].rule != NULL)
			return rules_find(&session->rules, session->rows[i].rule);
	}
	return rules_find_kext(
	    &session->rules, key[0] != '/' ? key : NULL, key[0] == '/' ? key : *path, NULL);
}

static bool
is_meant(const struct session *session, const char *key)
{
	const char *target = session->options->targets[0], *path;
	const char *wanted = path_canonical(session->arena, target);
	const struct rule *rule = rule_of_key(session, key, &path);

	if (strncmp(target, RECEIPT_PREFIX, strlen(RECEIPT_PREFIX)) == 0)
		return rule != NULL && rule_has_receipt(rule, target + strlen(RECEIPT_PREFIX));
	if (rule != NULL && strcmp(rule->id, target) == 0)
		return true;
	if (wanted != NULL)
		return strcmp(key, wanted) == 0 || (path != NULL && strcmp(path, wanted) == 0);
	return fnmatch(target, key, 0) == 0;
}

/* A run is told when it named the target, what the target means, or nothing. */
static bool
is_run_meant(
    const struct session *session, const struct history *history, const struct ledger_run *run)
{
	const char *target = session->options->targets[0], *word = run->targets, *path;
	const struct rule *rule;
	size_t len, i;

	for (; *word != '\0'; word += len + (word[len] != '\0')) {
		len = strcspn(word, " ");
		if (strlen(target) == len && strncmp(word, target, len) == 0)
			return true;
		for (i = 0; i < history->sighting_count; i++) {
			rule = rule_of_key(session, history->sightings[i].key, &path);
			if ((rule != NULL && strlen(rule->id) == len &&
				strncmp(word, rule->id, len) == 0) ||
			    fnmatch(arena_strndup(session->arena, word, len),
				history->sightings[i].key, 0) == 0)
				return true;
		}
	}
	return run->targets[0] == '\0';
}

static void
keep_meant(struct session *session, struct history *history)
{
	size_t i, kept = 0;

	for (i = 0; i < history->sighting_count; i++)
		if (is_meant(session, history->sightings[i].key))
			history->sightings[kept++] = history->sightings[i];
	history->sighting_count = kept;
	for (kept = i = 0; i < history->standing_count; i++)
		if (is_meant(session, history->standings[i].key))
			history->standings[kept++] = history->standings[i];
	history->standing_count = kept;
	for (kept = i = 0; i < history->run_count; i++)
		if (is_run_meant(session, history, &history->runs[i]))
			history->runs[kept++] = history->runs[i];
	history->run_count = kept;
	if (history->sighting_count + history->standing_count == 0 &&
	    rules_find(&session->rules, session->options->targets[0]) == NULL)
		die(EXIT_USAGE,
		    "%s: no rule and nothing that was ever seen here has that name; "
		    "kextirpate history without a target lists all",
		    session->options->targets[0]);
}

int
history_read(struct session *session, struct history *history)
{
	struct arena *arena = session->arena;
	struct ledger *ledger = &session->ledger;
	int error;

	if (!session->has_ledger)
		return 0;
	error = ledger_run_list(ledger, arena, &history->runs, &history->run_count);
	if (error == 0)
		error = ledger_standing_list(
		    ledger, arena, &history->standings, &history->standing_count);
	return error != 0 ? error
			  : ledger_sighting_list(ledger, arena, false, &history->sightings,
				&history->sighting_count);
}

static void
write_page(struct session *session, const struct history *history, const char *path)
{
	struct new_file file;
	struct buf page = {0};
	int error = new_file_begin(&file, session->arena, path, true);

	if (error == 0) {
		history_html(&page, session->arena, history, session->now);
		error = new_file_end(&file, buf_flush(&page, file.fd));
		buf_done(&page);
	}
	if (error != 0)
		die(EXIT_CANNOT_CREATE, "%s: %s; nothing was written", path, fault_sentence(error));
}

static int
history_command(const struct options *options)
{
	struct session session;
	struct history history = {0};
	struct report report;
	int exit, error;

	session_begin(&session, options, 0);
	error = history_read(&session, &history);
	if (error != 0)
		die(EXIT_IO, "%s/ledger.db: %s", session.ledger.folder, fault_sentence(error));
	if (options->target_count > 0)
		keep_meant(&session, &history);
	history_make_lanes(session.arena, &history);
	/* A ledger that could not be read makes no page that says nothing happened. */
	if (options->html != NULL && session.has_ledger)
		write_page(&session, &history, options->html);
	report_begin(&report, &session, "history");
	if (report.is_json)
		json_history(&report, &history);
	else if (options->html == NULL)
		text_history(&report, &history);
	exit = report_end(&report, session.has_ledger ? 0 : 7);
	session_end(&session);
	return exit;
}

const struct command cmd_history = {
    .name = "history",
    .synopsis = "history [OPTIONS] [TARGET]",
    .summary = "list what was done, and what was true, over time",
    .groups = OPTIONS_HISTORY,
    .max_targets = 1,
    .run = history_command,
};
