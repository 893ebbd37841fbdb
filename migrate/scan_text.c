/* SPDX-License-Identifier: BSD-2-Clause */
/* Scan for a person. */
#include <string.h>

#include "migrate/report_columns.h"
#include "migrate/report_style.h"
#include "migrate/scan_text.h"
#include "kmutil-helpers/banned.h"

#define COLUMNS 80
#define SOURCE_COLUMNS 15 /* the longest name of a source */
#define KEEPER_COLUMNS 13
#define WHERE_COLUMNS (COLUMNS - 2 - SOURCE_COLUMNS - 1 - 1 - KEEPER_COLUMNS)
#define BRIEF_FROM 5 /* so many kexts, and none asked for by name */

struct view {
	struct report *report;
	bool styled, verbose, brief;
};

static bool
is_carrier(const struct trace *trace)
{
	return source_get(trace->source)->role == TRACE_CARRIER;
}

/* The version of the case: the first that a trace has. */
static const char *
version_of(const struct subject *subject)
{
	size_t i;

	for (i = 0; subject->kext != NULL && i < subject->kext->trace_count; i++)
		if (subject->kext->traces[i]->version != NULL)
			return subject->kext->traces[i]->version;
	return NULL;
}

/* Where the trace is, made safe: the file that holds it, else its own path, else the
 * kernel; behind it what is unlike the rest of the case. */
static void
add_where(struct buf *out, const struct view *view, const struct trace *trace, const char *version)
{
	const char *path = trace->container != NULL ? trace->container : trace->path;
	struct buf safe = {0}, tail = {0};

	buf_name(&safe, path != NULL ? path : "in the kernel");
	if (trace->version != NULL && version != NULL && strcmp(trace->version, version) != 0) {
		buf_text(&tail, " ");
		(void)style_add_name(&tail, trace->version, SOURCE_COLUMNS, false);
	}
	if (trace->loadable == NO)
		buf_text(&tail, " (refused)");
	if (trace->signature == SIGNATURE_INVALID)
		buf_text(&tail, " (not validly signed)");
	if (view->verbose)
		buf_text(out, safe.bytes);
	else
		columns_cut(out, safe.bytes,
		    WHERE_COLUMNS - (tail.len > 0 ? columns_width(tail.bytes) : 0));
	buf_add(out, tail.bytes, tail.len);
	buf_done(&safe);
	buf_done(&tail);
}

static void
text_trace(const struct view *view, const struct kext_case *kext, const struct trace *trace,
    const char *version)
{
	struct buf *out = &view->report->out;

	buf_printf(out, "  %-*s %-*s ", SOURCE_COLUMNS, source_get(trace->source)->name,
	    KEEPER_COLUMNS, keeper_name(case_keeper(kext, trace)));
	add_where(out, view, trace, version);
	buf_text(out, "\n");
	if (view->verbose && trace->container != NULL && trace->path != NULL) {
		buf_printf(out, "  %-*s of ", SOURCE_COLUMNS + 1 + KEEPER_COLUMNS, "");
		buf_name(out, trace->path);
		buf_text(out, "\n");
	}
}

/* The sources of a role or of a keeper, each once, in one line. */
static void
text_sources(const struct view *view, const struct subject *subject, bool carriers, int keeper)
{
	struct buf line = {0};
	bool told[SOURCE_COUNT] = {false};
	const struct trace *trace;
	size_t i;

	for (i = 0; subject->kext != NULL && i < subject->kext->trace_count; i++) {
		trace = subject->kext->traces[i];
		if (is_carrier(trace) != carriers || told[trace->source] ||
		    (keeper >= 0 && case_keeper(subject->kext, trace) != (enum keeper)keeper))
			continue;
		told[trace->source] = true;
		buf_printf(&line, " %s", source_get(trace->source)->name);
		if (keeper >= 0 && trace->source == SOURCE_BUNDLE && trace->path != NULL) {
			buf_text(&line, " ");
			buf_name(&line, trace->path);
		}
	}
	if (line.len > 0) {
		buf_printf(&view->report->out, "  %-*s ", SOURCE_COLUMNS,
		    keeper >= 0 ? keeper_name((enum keeper)keeper) : "remembered by");
		columns_wrap(&view->report->out, line.bytes + 1, SOURCE_COLUMNS + 3, COLUMNS - 1);
	}
	buf_done(&line);
}

/* Few words on a kext among many: who can take away what, and where one piece is. */
static void
text_brief(const struct view *view, const struct subject *subject)
{
	int keeper;

	for (keeper = 0; keeper < KEEPER_COUNT; keeper++)
		text_sources(view, subject, true, keeper);
}

static void
text_heading(const struct view *view, const struct subject *subject)
{
	const struct rule *rule = subject_rule_of(view->report->session, subject);
	const struct ledger_case *now = &subject->now;
	struct buf *out = &view->report->out, about = {0};
	const char *version = version_of(subject);
	size_t width, rest = columns_width(report_standing_words(now->standing)) + 2;

	width = style_add_name(out, subject->now.key, COLUMNS - 1, view->styled);
	if (version != NULL && width + rest + 3 < COLUMNS) {
		buf_text(out, " ");
		width += 1 + style_add_name(out, version, COLUMNS - width - rest - 2, false);
	}
	buf_text(out, width + rest < COLUMNS ? "  " : "\n  ");
	style_add_standing(out, now->standing, view->styled);
	buf_text(out, "\n");
	if (rule != NULL)
		buf_printf(&about, "%s, %s", rule->product, rule->vendor);
	if (subject->kext != NULL && subject->kext->team_id != NULL)
		buf_printf(&about, "%steam %s", about.len > 0 ? "; " : "", subject->kext->team_id);
	if (subject->kext != NULL && subject->kext->claims_apple_id)
		buf_printf(&about, "%sclaims an Apple id", about.len > 0 ? "; " : "");
	if (about.len > 0) {
		buf_text(out, "  ");
		(void)style_add_name(out, about.bytes, COLUMNS - 3, false);
		buf_text(out, "\n");
	}
	buf_done(&about);
}

static void
text_subject(const struct view *view, const struct subject *subject)
{
	const char *version = version_of(subject);
	size_t i;

	text_heading(view, subject);
	if (view->brief) {
		text_brief(view, subject);
		return;
	}
	for (i = 0; subject->kext != NULL && i < subject->kext->trace_count; i++)
		if (view->verbose || is_carrier(subject->kext->traces[i]))
			text_trace(view, subject->kext, subject->kext->traces[i], version);
	if (!view->verbose)
		text_sources(view, subject, false, -1);
}

static void
text_dexts(const struct view *view, const struct dexts *dexts)
{
	struct buf *out = &view->report->out;
	size_t i;

	for (i = 0; i < dexts->shown.count; i++) {
		buf_text(out, "dext ");
		(void)style_add_name(out, dexts->shown.items[i].id, COLUMNS / 2, view->styled);
		buf_text(out, "  ");
		(void)style_add_name(out, dexts->shown.items[i].state, COLUMNS / 2 - 8, false);
		buf_text(out, "\n");
	}
}

/* "3 kexts: 2 installed, 1 gone; 1 place could not be read". */
static void
text_summary(const struct view *view, const struct selection *selection)
{
	static const char *const words[STANDING_COUNT] = {"only remembered", "Apple's", "unknown",
	    "verifying", "removing", "installed", "blocked", "returned", "approval-pending",
	    "restart-pending", "inert", "gone"};
	const struct problem_list *problems = &view->report->session->scan.problems;
	struct buf *out = &view->report->out;
	size_t counts[STANDING_COUNT] = {0}, i, told = 0, unread = 0;

	for (i = 0; i < selection->count; i++)
		counts[selection->subjects[i]->now.standing]++;
	buf_printf(out, "%zu kext%s", selection->count, selection->count == 1 ? "" : "s");
	for (i = STANDING_COUNT; i > 0; i--)
		if (counts[i - 1] > 0)
			buf_printf(out, "%s%zu %s", told++ == 0 ? ": " : ", ", counts[i - 1],
			    words[i - 1]);
	for (i = 0; i < problems->count; i++)
		unread += problems->items[i].matters;
	if (unread > 0)
		buf_printf(out, "; %zu place%s could not be read", unread, unread == 1 ? "" : "s");
	buf_text(out, "\n");
	if (view->brief)
		buf_text(out, "kextirpate scan TARGET shows where each piece lies\n");
}

void
scan_text(struct report *report, const struct selection *selection, const struct dexts *dexts,
    bool styled)
{
	const struct options *options = report->session->options;
	struct view view = {.report = report,
	    .styled = styled,
	    .verbose = options->verbose,
	    .brief =
		!options->verbose && options->target_count == 0 && selection->count >= BRIEF_FROM};
	size_t i;

	if (selection->count > 0 && !options->quiet)
		buf_printf(&report->out, "  %-*s %s\n", SOURCE_COLUMNS,
		    view.brief ? "taken away by" : "carried by",
		    view.brief ? "carried by" : "taken away by where");
	for (i = 0; i < selection->count; i++)
		text_subject(&view, selection->subjects[i]);
	if (options->quiet)
		return;
	text_dexts(&view, dexts);
	if (selection->count > 0)
		text_summary(&view, selection);
	else
		buf_text(&report->out, "no kext was found\n");
}
