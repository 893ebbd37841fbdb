/* SPDX-License-Identifier: BSD-2-Clause */
/* rules draft: from traces to a rule. Whatever lint refuses is left out, and said. */
#include <ctype.h>
#include <string.h>

#include "kmutil-helpers/die.h"
#include "kmutil-helpers/plist.h"
#include "migrate/report.h"
#include "migrate/rules_draft.h"
#include "migrate/target.h"
#include "rules/lint.h"
#include "uninstall/jobs.h"
#include "uninstall/receipt.h"
#include "kmutil-helpers/banned.h"

struct drafting {
	struct session *session;
	struct draft draft;
	struct subject **subjects; /* the product's kexts */
	size_t count;
};

static void
note(struct drafting *drafting, const char *text)
{
	struct draft *draft = &drafting->draft;

	*(const char **)arena_push(drafting->session->arena, &draft->notes, &draft->note_count,
	    &draft->note_room, sizeof(*draft->notes)) = text;
}

/* Whether lint accepts the rule with what was just added to it; else a note says why
 * that is left out. */
static bool
is_accepted(struct drafting *drafting)
{
	struct lint lint = {.arena = drafting->session->arena};

	lint_check_rule(&lint, "", &drafting->draft.rule);
	if (lint.count > 0)
		note(drafting, arena_printf(lint.arena, "left out: %s", lint.faults[0].message));
	return lint.count == 0;
}

static bool
is_one_of(const char *const *texts, size_t count, const char *text)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(texts[i], text) == 0)
			return true;
	return false;
}

static void
add_place(struct drafting *drafting, struct rule_kext *kext, const char *path)
{
	if (path == NULL || !path_has_suffix(path, ".kext") ||
	    is_one_of(kext->places, kext->place_count, path))
		return;
	kext->places[kext->place_count++] = path;
	if (!is_accepted(drafting))
		kext->place_count--;
}

/* The Team ID that all traces agree on. */
static const char *
team_of(struct drafting *drafting, const struct kext_case *kext)
{
	const char *team = NULL;
	size_t i;

	for (i = 0; i < kext->trace_count; i++) {
		if (kext->traces[i]->team_id == NULL)
			continue;
		if (team != NULL && strcmp(team, kext->traces[i]->team_id) != 0) {
			note(drafting, arena_printf(drafting->session->arena,
					   "left out: %s is of the teams %s and %s",
					   case_name(kext), team, kext->traces[i]->team_id));
			return NULL;
		}
		team = kext->traces[i]->team_id;
	}
	return team;
}

static void
add_kext(struct drafting *drafting, const struct kext_case *kext)
{
	struct arena *arena = drafting->session->arena;
	struct rule *rule = &drafting->draft.rule;
	struct rule_kext *added = &rule->kexts[rule->kext_count];
	size_t i;

	if (kext->apple || rule->kext_count == RULE_MAX_ITEMS) {
		note(drafting,
		    arena_printf(arena, "left out: %s %s", case_name(kext),
			kext->apple ? "is Apple's" : "is one kext too many for one rule"));
		return;
	}
	*added = (struct rule_kext){.bundle_id = kext->bundle_id,
	    .places = arena_array(arena, kext->trace_count + 1, sizeof(*added->places)),
	    .place_lines = arena_array(arena, kext->trace_count + 1, sizeof(int))};
	rule->kext_count++;
	if (!is_accepted(drafting)) {
		rule->kext_count--;
		return;
	}
	added->team_id = team_of(drafting, kext);
	if (added->team_id != NULL && !is_accepted(drafting))
		added->team_id = NULL;
	for (i = 0; i < kext->trace_count; i++)
		if (kext->traces[i]->source != SOURCE_RELOCATED)
			add_place(drafting, added, trace_original_path(kext->traces[i]));
	if (added->bundle_id == NULL && added->place_count == 0)
		rule->kext_count--;
}

/* The package of a receipt's trace. */
static const char *
package_of(struct arena *arena, const struct trace *trace)
{
	const char *leaf = path_leaf(trace->container);

	return arena_strndup(
	    arena, leaf, strlen(leaf) - strlen(path_has_suffix(leaf, ".bom") ? ".bom" : ".plist"));
}

/* Whether a package that lists the kext is one of the draft's; adds them when `add`. */
static bool
shares_package(struct drafting *drafting, const struct kext_case *kext, bool add)
{
	struct rule *rule = &drafting->draft.rule;
	const char *id;
	size_t i;

	for (i = 0; i < kext->trace_count; i++) {
		if (kext->traces[i]->source != SOURCE_RECEIPT)
			continue;
		id = package_of(drafting->session->arena, kext->traces[i]);
		if (is_one_of(rule->receipts, rule->receipt_count, id)) {
			if (!add)
				return true;
		} else if (add && rule->receipt_count < RULE_MAX_ITEMS) {
			rule->receipts[rule->receipt_count++] = id;
			if (!is_accepted(drafting))
				rule->receipt_count--;
		}
	}
	return false;
}

static bool
is_taken(const struct drafting *drafting, const struct subject *subject)
{
	size_t i;

	for (i = 0; i < drafting->count; i++)
		if (drafting->subjects[i] == subject)
			return true;
	return false;
}

/* Adds the kexts, and all others of the packages that installed them. */
static void
add_kexts(struct drafting *drafting)
{
	struct session *session = drafting->session;
	struct subject *subject;
	size_t i, j;

	for (i = 0; i < drafting->count; i++) {
		subject = drafting->subjects[i];
		if (subject->kext == NULL)
			continue;
		add_kext(drafting, subject->kext);
		(void)shares_package(drafting, subject->kext, true);
		for (j = 0; j < session->subject_count; j++)
			if (session->subjects[j].kext != NULL &&
			    !is_taken(drafting, &session->subjects[j]) &&
			    shares_package(drafting, session->subjects[j].kext, false))
				drafting->subjects[drafting->count++] = &session->subjects[j];
	}
}

static void
add_job(struct drafting *drafting, const char *path)
{
	struct arena *arena = drafting->session->arena;
	struct rule *rule = &drafting->draft.rule;
	const char *leaf = path_leaf(path), *label;
	size_t i;

	if (!jobs_is_place(path) || !path_exists(&drafting->session->root, path) ||
	    rule->job_count == RULE_MAX_ITEMS)
		return;
	label = arena_strndup(arena, leaf, strlen(leaf) - strlen(".plist"));
	for (i = 0; i < rule->job_count; i++)
		if (strcmp(rule->jobs[i].text, label) == 0)
			return;
	rule->jobs = arena_grow(
	    arena, rule->jobs, rule->job_count, rule->job_count + 1, sizeof(*rule->jobs));
	rule->jobs[rule->job_count++] = (struct rule_claim){.text = label};
	if (!is_accepted(drafting))
		rule->job_count--;
}

struct package_look {
	struct drafting *drafting;
	const char *app; /* the first app that the package installs */
};

static int
look_at_path(const char *path, const struct bom_entry *entry, void *payload)
{
	struct package_look *look = payload;
	struct arena *arena = look->drafting->session->arena;

	if (look->app == NULL && entry->type == BOM_DIRECTORY && path_has_suffix(path, ".app"))
		look->app = arena_strdup(arena, path);
	if (path_has_suffix(path, ".plist") && jobs_is_place(path))
		add_job(look->drafting, arena_strdup(arena, path));
	return 0;
}

/* What else the packages install: jobs, and an app, which may have to stay. */
static void
look_into_packages(struct drafting *drafting)
{
	struct session *session = drafting->session;
	struct rule *rule = &drafting->draft.rule;
	struct package_look look;
	struct receipt *receipts;
	struct fault fault;
	size_t count = 0, i;

	if (receipt_list(&session->root, session->arena, &receipts, &count) != 0)
		return;
	for (i = 0; i < count; i++) {
		if (!is_one_of(rule->receipts, rule->receipt_count, receipts[i].id))
			continue;
		look = (struct package_look){.drafting = drafting};
		if (receipt_each_path(
			&session->root, &receipts[i], NULL, NULL, look_at_path, &look, &fault) != 0)
			note(drafting,
			    arena_printf(session->arena, "the list of %s could not be read whole",
				receipts[i].id));
		if (look.app != NULL)
			note(drafting,
			    arena_printf(session->arena,
				"%s installs %s too: if that stays, write <keep receipt=\"%s\"> "
				"instead of <receipt>",
				receipts[i].id, look.app, receipts[i].id));
	}
}

static void
add_jobs(struct drafting *drafting)
{
	const struct kext_case *kext;
	size_t i, j;

	for (i = 0; i < drafting->count; i++) {
		kext = drafting->subjects[i]->kext;
		for (j = 0; kext != NULL && j < kext->trace_count; j++)
			if (kext->traces[j]->source == SOURCE_LAUNCHD)
				add_job(drafting, kext->traces[j]->path);
	}
	look_into_packages(drafting);
}

static const char *
read_app_id(struct session *session, const char *app)
{
	const struct plist *info;

	info = app != NULL ? scan_read_plist(&session->scan, SOURCE_BUNDLE,
				 arena_printf(session->arena, "%s/Contents/Info.plist", app))
			   : NULL;
	return info != NULL ? plist_find_text(info, "CFBundleIdentifier") : NULL;
}

static void
add_dexts(struct drafting *drafting)
{
	struct draft *draft = &drafting->draft;
	struct session *session = drafting->session;
	const struct sysext *dext;
	struct dexts dexts;
	size_t i, j;

	dexts_read(session, &dexts);
	draft->dexts = arena_array(session->arena, dexts.shown.count + 1, sizeof(void *));
	draft->app_ids = arena_array(session->arena, dexts.shown.count + 1, sizeof(char *));
	for (i = 0; i < dexts.shown.count; i++) {
		dext = &dexts.shown.items[i];
		for (j = 0; j < draft->rule.kext_count; j++)
			if (draft->rule.kexts[j].team_id != NULL &&
			    strcmp(draft->rule.kexts[j].team_id, dext->team) == 0)
				break;
		if (j == draft->rule.kext_count)
			continue;
		draft->app_ids[draft->dext_count] = read_app_id(session, dext->app);
		draft->dexts[draft->dext_count++] = dext;
	}
}

/* com.example.capture.driver, com.example.capture.event: example-capture. */
static const char *
make_id(struct drafting *drafting, const char *bundle_id, const char *place)
{
	const char *dot = bundle_id != NULL ? strchr(bundle_id, '.') : NULL;
	const char *from = bundle_id == NULL ? path_leaf(place) : dot != NULL ? dot + 1 : bundle_id;
	struct buf id = {0};
	const char *made;

	for (; *from != '\0'; from++) {
		if (bundle_id == NULL && strcmp(from, ".kext") == 0)
			break;
		if (isalnum((unsigned char)*from))
			buf_printf(&id, "%c", tolower((unsigned char)*from));
		else if (id.len > 0)
			buf_text(&id, "-");
	}
	made = id.len > 0 ? arena_strdup(drafting->session->arena, id.bytes) : "product";
	buf_done(&id);
	if (rules_find(&drafting->session->rules, made) != NULL)
		made = arena_printf(drafting->session->arena, "%s-draft", made);
	return made;
}

/* What a rule that knows the kexts says; else what the first kext's names tell. */
static void
fill_head(struct drafting *drafting, const struct rule *known)
{
	struct arena *arena = drafting->session->arena;
	struct rule *rule = &drafting->draft.rule;
	const struct rule_kext *kext = &rule->kexts[0];

	if (known != NULL) {
		rule->id = known->id;
		rule->vendor = known->vendor;
		rule->product = known->product;
		rule->class_name = known->class_name;
		note(drafting,
		    arena_printf(arena,
			"the rule %s knows this product already: here is what is on this Mac",
			known->id));
		return;
	}
	rule->id =
	    make_id(drafting, kext->bundle_id, kext->place_count > 0 ? kext->places[0] : NULL);
	rule->vendor = kext->team_id != NULL
			   ? arena_printf(arena, "unknown (Team ID %s)", kext->team_id)
			   : "unknown";
	rule->product = kext->place_count > 0 ? path_leaf(kext->places[0]) : kext->bundle_id;
	note(drafting, "class: storage, filesystem, network, input, display, audio, serial, "
		       "virtualisation, security or other");
}

static const struct rule *
only_rule(const struct drafting *drafting, const char *target)
{
	const struct rule *known = NULL, *rule;
	size_t i;

	for (i = 0; i < drafting->count; i++) {
		rule = subject_rule_of(drafting->session, drafting->subjects[i]);
		if (rule != NULL && known != NULL && rule != known)
			die(EXIT_USAGE,
			    "%s: kexts of %s and of %s are among them; a rule is of one product",
			    target, known->id, rule->id);
		if (rule != NULL)
			known = rule;
	}
	return known;
}

static void
make_draft(struct drafting *drafting, const char *target)
{
	struct session *session = drafting->session;
	struct rule *rule = &drafting->draft.rule;
	struct rule_evidence *evidence = arena_alloc(session->arena, sizeof(*evidence));

	evidence->grade = 'L';
	evidence->text = arena_printf(session->arena,
	    "found on a Mac on %.10s by rules draft; confirm before acting", session->now);
	*rule = (struct rule){.id = "draft",
	    .vendor = "unknown",
	    .product = "unknown",
	    .detects_only = true,
	    .kexts = arena_array(session->arena, RULE_MAX_ITEMS + 1, sizeof(*rule->kexts)),
	    .receipts = arena_array(session->arena, RULE_MAX_ITEMS + 1, sizeof(char *)),
	    .receipt_lines = arena_array(session->arena, RULE_MAX_ITEMS + 1, sizeof(int)),
	    .receipt_grades = arena_array(session->arena, RULE_MAX_ITEMS + 1, 1),
	    .evidences = evidence,
	    .evidence_count = 1,
	    .evidence = evidence->text};
	add_kexts(drafting);
	if (rule->kext_count == 0)
		die(EXIT_BAD_INPUT, "%s: no rule can be made of it%s%s", target,
		    drafting->draft.note_count > 0 ? ": " : "",
		    drafting->draft.note_count > 0 ? drafting->draft.notes[0] : "");
	fill_head(drafting, only_rule(drafting, target));
	add_jobs(drafting);
	add_dexts(drafting);
}

static void
report_draft(struct report *report, const struct drafting *drafting)
{
	struct buf text = {0};

	draft_write(&text, &drafting->draft);
	if (report->is_json)
		json_text(&report->json, "draft", text.bytes);
	else
		buf_text(&report->out, text.bytes);
	buf_done(&text);
}

int
rules_draft(const struct options *options)
{
	struct options own = *options;
	struct session session;
	struct selection selection;
	struct drafting drafting = {.session = &session};
	struct report report;
	size_t i;
	int exit;

	/* The word behind "draft" is the target. */
	own.targets++;
	own.target_count--;
	session_begin(&session, &own, SESSION_SCAN);
	targets_select(&session, false, &selection);
	drafting.subjects =
	    arena_array(session.arena, session.subject_count + 1, sizeof(*drafting.subjects));
	for (i = 0; i < selection.count; i++)
		if (selection.subjects[i]->kext != NULL)
			drafting.subjects[drafting.count++] = selection.subjects[i];
	if (drafting.count > 0)
		make_draft(&drafting, own.targets[0]);
	report_begin(&report, &session, "rules");
	if (drafting.count > 0)
		report_draft(&report, &drafting);
	else if (report.is_json)
		json_null(&report.json, "draft");
	exit = report_end(&report, 0);
	session_end(&session);
	return exit;
}
