/* SPDX-License-Identifier: BSD-2-Clause */
/* Judging how a bundle came back. Times are compared as text, RFC 3339 in UTC. */
#include <string.h>
#include <time.h>

#include "kmutil-helpers/os.h"
#include "kmutil-helpers/plist.h"
#include "migrate/came_back.h"
#include "uninstall/receipt.h"
#include "kmutil-helpers/banned.h"

#define HISTORY "/Library/Receipts/InstallHistory.plist"
#define MIGRATIONS "/Library/SystemMigration/History"
#define CAP_BYTES ((size_t)1 << 20)
#define HISTORY_CAP_BYTES ((size_t)16 << 20)
#define NS_PER_SECOND 1000000000LL

/* A package that lists the bundle. */
struct package {
	const char *kext_path;    /* what is looked for */
	const char *id, *at, *by; /* the newest so far; NULL: none */
};

static const char *
time_text(struct arena *arena, int64_t seconds)
{
	time_t when = (time_t)seconds;
	char text[32];
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return NULL;
	return arena_strdup(arena, text);
}

/* When the file at that path last changed; NULL when it is not there. */
static const char *
time_of(struct session *session, const char *path)
{
	struct stat st;

	return path_stat(&session->root, path, &st) == 0
		   ? time_text(session->arena, os_mtime_ns(&st) / NS_PER_SECOND)
		   : NULL;
}

/* The same second counts: what came back within it came back after. */
static bool
is_since(const char *at, const char *other)
{
	return at != NULL && other != NULL && strcmp(at, other) >= 0;
}

static int
match_path(const char *path, const struct bom_entry *entry, void *payload)
{
	const struct package *package = payload;

	(void)entry;
	return strcmp(path, package->kext_path) == 0;
}

/* Takes the receipt's date when it is the newest so far. */
static void
take_receipt(struct session *session, const struct receipt *receipt, struct package *package)
{
	const struct plist *list;
	const char *at = NULL;
	int64_t seconds;
	char *bytes;
	size_t len;

	if (receipt->plist_path == NULL ||
	    path_read(&session->root, receipt->plist_path, CAP_BYTES, session->arena, &bytes,
		&len) != 0 ||
	    plist_parse(session->arena, bytes, len, &list, NULL) != 0)
		return;
	if (plist_date(plist_find(list, "InstallDate"), &seconds) == 0)
		at = time_text(session->arena, seconds);
	if (at == NULL || (package->at != NULL && !is_since(at, package->at)))
		return;
	package->id = receipt->id;
	package->at = at;
	package->by = plist_find_text(list, "InstallProcessName");
}

static struct package
find_package(struct session *session, const char *kext_path)
{
	struct package package = {.kext_path = kext_path};
	struct receipt *receipts;
	struct fault fault;
	size_t count, i;

	if (receipt_list(&session->root, session->arena, &receipts, &count) != 0)
		return package;
	for (i = 0; i < count; i++)
		if (receipt_each_path(&session->root, &receipts[i], ".kext", NULL, match_path,
			&package, &fault) == 1)
			take_receipt(session, &receipts[i], &package);
	return package;
}

/* Takes the entry of the history of installations when it names a package of the rule and
 * is the newest so far. */
static void
take_entry(struct session *session, const struct rule *rule, const struct plist *entry,
    struct package *package)
{
	const struct plist *ids = plist_find(entry, "packageIdentifiers");
	const char *id, *at = NULL;
	int64_t seconds;
	size_t i, j;

	if (plist_date(plist_find(entry, "date"), &seconds) == 0)
		at = time_text(session->arena, seconds);
	if (at == NULL || (package->at != NULL && !is_since(at, package->at)))
		return;
	for (i = 0; i < plist_count(ids); i++)
		for (j = 0, id = plist_text(plist_item(ids, i));
		     id != NULL && j < rule->receipt_count; j++)
			if (strcmp(rule->receipts[j], id) == 0)
				*package = (struct package){.id = id,
				    .at = at,
				    .by = plist_find_text(entry, "processName")};
}

/* A package whose receipt is gone again: its installation stays in the history. */
static struct package
find_in_history(struct session *session, const struct rule *rule)
{
	struct package package = {0};
	const struct plist *list;
	char *bytes;
	size_t len, i;

	if (rule == NULL ||
	    path_read(&session->root, HISTORY, HISTORY_CAP_BYTES, session->arena, &bytes, &len) !=
		0 ||
	    plist_parse(session->arena, bytes, len, &list, NULL) != 0)
		return package;
	for (i = 0; i < plist_count(list); i++)
		take_entry(session, rule, plist_item(list, i), &package);
	return package;
}

/* The last time that Migration Assistant brought files to this Mac
 * (ASSUMPTION_MIGRATION_LEAVES_ATTEMPT). */
static const char *
last_migration(struct session *session)
{
	const char *last = NULL, *at;
	char **names;
	size_t count, i;

	if (path_list(&session->root, MIGRATIONS, session->arena, &names, &count) != 0)
		return NULL;
	for (i = 0; i < count; i++) {
		at = time_of(session, arena_printf(session->arena,
					  MIGRATIONS "/%s/MigrationAttempt.plist", names[i]));
		if (at != NULL && (last == NULL || is_since(at, last)))
			last = at;
	}
	return last;
}

static const char *
bundle_of(const struct subject *subject)
{
	size_t i;

	for (i = 0; i < subject->kext->trace_count; i++)
		if (subject->kext->traces[i]->source == SOURCE_BUNDLE)
			return subject->kext->traces[i]->path;
	return NULL;
}

/* When the tool last acted on the case; NULL when that is not known. *told says whether
 * the clock can be believed: no run before it was later, none after it earlier, and it is
 * not to come yet. */
static const char *
time_of_removal(struct session *session, const struct ledger_case *row, bool *told)
{
	const char *removed = NULL;
	struct ledger_run *runs;
	size_t count, i;

	if (ledger_run_list(&session->ledger, session->arena, &runs, &count) != 0)
		return NULL;
	for (i = 0; i < count; i++)
		if (runs[i].id == row->run)
			removed = runs[i].began_at;
	*told = is_since(session->now, removed);
	for (i = 0; removed != NULL && i < count; i++)
		*told &= runs[i].id <= row->run ? is_since(removed, runs[i].began_at)
						: is_since(runs[i].began_at, removed);
	return removed;
}

static const char *
explain(struct session *session, const struct rule *rule, const char *bundle, const char *removed,
    const char **cause)
{
	struct package package = find_package(session, bundle);
	const char *info = arena_printf(session->arena, "%s/Contents/Info.plist", bundle);
	const char *migrated = last_migration(session), *made = time_of(session, info);

	if (!is_since(package.at, removed))
		package = find_in_history(session, rule);
	*cause = "reinstalled";
	if (is_since(package.at, removed))
		return arena_printf(session->arena,
		    "came back with the package %s, which %s installed at %s; who sends that "
		    "package must stop first",
		    package.id, package.by != NULL ? package.by : "an installer", package.at);
	if (made == NULL || is_since(made, removed))
		return arena_printf(session->arena,
		    "came back at %s by no package that left a receipt; an app or a script may "
		    "have copied it",
		    made != NULL ? made : "a time that is not known");
	*cause = "restored";
	if (is_since(migrated, removed))
		return arena_printf(session->arena,
		    "came back with files of %s, after its removal: Migration Assistant brought "
		    "files to this Mac at %s",
		    made, migrated);
	return arena_printf(session->arena,
	    "came back with files of %s, older than its removal at %s: restored from a backup, "
	    "or copied from elsewhere",
	    made, removed);
}

void
came_back_judge(struct session *session)
{
	const char *bundle, *removed, *text;
	struct subject *subject;
	bool told;
	size_t i;

	for (i = 0; i < session->subject_count; i++) {
		subject = &session->subjects[i];
		if (subject->row == NULL || subject->kext == NULL ||
		    subject->now.standing != STANDING_RETURNED || !subject->evidence.facts.bundle)
			continue;
		bundle = bundle_of(subject);
		removed = time_of_removal(session, subject->row, &told);
		if (bundle == NULL || removed == NULL)
			continue;
		subject->now.return_cause = "unknown";
		text = told ? explain(session, subject->kext->rule, bundle, removed,
				  &subject->now.return_cause)
			    : arena_printf(session->arena,
				  "came back; how cannot be told: this Mac's clock was another one "
				  "when it was removed (%s)",
				  removed);
		problem_add_text(&session->scan.problems, bundle, "returned", text, false);
	}
}
