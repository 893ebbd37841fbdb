/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain: why a kext is there or will come back, and what can be done. One screen:
 * where the story leaves no room, the lines of the old script wait for -v. Writes
 * nothing.
 */
#include <string.h>

#include "kmutil-helpers/tool_ioreg.h"
#include "migrate/command.h"
#include "migrate/explain.h"
#include "migrate/removal.h"
#include "migrate/report_columns.h"
#include "kmutil-helpers/banned.h"

#define SCREEN_LINES 23 /* of 24: the prompt comes back on the last */
#define TEXT_COLUMNS 79
#define LEAD_COLUMNS 32
#define BLOCKS_TOLD 3

static void
json_story(struct report *report, const struct story *story)
{
	const struct sentence *sentence;
	size_t i;

	json_array_begin(&report->json, "sentences");
	for (i = 0; i < story->count; i++) {
		sentence = &story->items[i];
		json_object_begin(&report->json, NULL);
		json_text(&report->json, "about", sentence_about_name(sentence->about));
		json_text(&report->json, "text",
		    sentence->lead == NULL ? sentence->text
					   : arena_printf(report->session->arena, "%s: %s.",
						 sentence->lead, sentence->text));
		json_text(&report->json, "basis", sentence_basis_name(sentence->basis));
		json_text(&report->json, "assumption", sentence->assumption);
		json_end(&report->json);
	}
	json_end(&report->json);
}

/* The mark before a sentence: what it rests on. */
static char
basis_mark(enum sentence_basis basis)
{
	switch (basis) {
	case BASIS_DOCUMENTED:
		return '=';
	case BASIS_OBSERVED:
		return ' ';
	case BASIS_INFERRED:
		return '~';
	case BASIS_GUESS:
		break;
	}
	return '?';
}

/* Names in sentences come from the disk. */
static void
text_sentence(struct buf *out, const struct sentence *sentence, bool verbose)
{
	struct buf line = {0};

	if (sentence->lead != NULL)
		buf_printf(&line, "%-*s ", LEAD_COLUMNS - 1, sentence->lead);
	buf_name(&line, sentence->text);
	if (verbose && sentence->assumption != NULL)
		buf_printf(
		    &line, " [%s: %s]", sentence_basis_name(sentence->basis), sentence->assumption);
	buf_printf(out, "%c ", basis_mark(sentence->basis));
	columns_wrap(out, line.bytes, 2, TEXT_COLUMNS);
	buf_done(&line);
}

/* The sentences about one thing (SENTENCE_ABOUT_COUNT: all but the old script). */
static void
text_sentences(struct buf *out, const struct story *story, bool old_script, bool verbose)
{
	size_t i, blocks = 0;

	for (i = 0; i < story->count; i++) {
		if ((story->items[i].about == ABOUT_OLD_SCRIPT) != old_script)
			continue;
		blocks += story->items[i].about == ABOUT_BLOCKED;
		if (verbose || story->items[i].about != ABOUT_BLOCKED || blocks <= BLOCKS_TOLD)
			text_sentence(out, &story->items[i], verbose);
	}
	if (!verbose && blocks > BLOCKS_TOLD)
		buf_printf(out, "  and %zu more of that; kextirpate plan tells all\n",
		    blocks - BLOCKS_TOLD);
}

void
explain_print(struct buf *out, const struct story *story, bool verbose)
{
	static const char heading[] = "The lines of the usual clean-up script, on this macOS:\n";
	struct buf script = {0};
	size_t lines;

	text_sentences(out, story, false, verbose);
	text_sentences(&script, story, true, verbose);
	lines = columns_lines(out) + columns_lines(&script) + 2;
	if (script.len > 0 && (verbose || lines <= SCREEN_LINES)) {
		buf_text(out, heading);
		buf_add(out, script.bytes, script.len);
	} else if (script.len > 0) {
		buf_text(
		    out, "  -v: what each line of the usual clean-up script still does here.\n");
	}
	buf_text(out, verbose ? "= documented   ~ inferred   ? a guess   else seen here\n"
			      : "= documented   ~ inferred   ? a guess   else seen "
				"here; -v names the assumptions\n");
	buf_done(&script);
}

static bool
any_is_enabled(const struct dexts *dexts)
{
	size_t i;

	for (i = 0; i < dexts->list.count; i++)
		if (dexts->list.items[i].stage == SYSEXT_ENABLED)
			return true;
	return !dexts->known;
}

static bool
is_selected(const struct selection *selection, const char *id)
{
	const struct kext_case *kext;
	size_t i;

	for (i = 0; i < selection->count; i++) {
		kext = selection->subjects[i]->kext;
		if (kext != NULL && kext->bundle_id != NULL && strcmp(kext->bundle_id, id) == 0)
			return true;
	}
	return false;
}

/* Says at which devices a dext waits because one of the kexts holds them. One that was
 * switched off stays counted until the restart. */
static void
say_waiting_dexts(struct session *session, const struct removal *removal, struct story *story)
{
	const struct ioreg_entry *entry;
	struct ioreg registry = {0};
	const char *device, *waits = "and a dext waits behind it.";
	size_t i;
	int error = session->root.live ? ioreg_read_waiting(session->arena, &registry) : 0;

	if (error != 0)
		problem_add(&session->scan.problems, NULL, "ioreg", error,
		    "whether a dext waits behind the kext is unknown", false);
	if (!any_is_enabled(&removal->dexts))
		waits = "and a dext matches it, too, but none is active.";
	for (i = 0; error == 0 && i < registry.count; i++) {
		entry = &registry.items[i];
		if (entry->bundle_id == NULL || entry->parent == IOREG_NO_PARENT ||
		    !ioreg_has_waiting(&registry, entry->parent) ||
		    !is_selected(&removal->selection, entry->bundle_id))
			continue;
		device = registry.items[entry->parent].name;
		story_say(session->arena, story, ABOUT_NOW,
		    arena_printf(session->arena, "%s holds the device %s, %s", entry->bundle_id,
			device != NULL ? device : "without a name", waits));
	}
}

static int
explain_command(const struct options *options)
{
	struct session session;
	struct removal removal = {.session = &session, .command = "explain", .ask_approval = true};
	struct explain_input input = {.target = options->targets[0], .session = &session};
	struct story story = {0};
	struct report report;
	int exit;

	session_begin(&session, options, SESSION_SCAN);
	targets_select(&session, false, &removal.selection);
	removal_plan(&removal);
	input.subjects = removal.selection.subjects;
	input.count = removal.selection.count;
	input.plan = &removal.plan;
	input.dexts = &removal.dexts;
	if (input.count > 0)
		say_waiting_dexts(&session, &removal, &story);
	explain_story(session.arena, &input, &story);
	report_begin(&report, &session, "explain");
	if (report.is_json)
		json_story(&report, &story);
	else if (story.count > 0)
		explain_print(&report.out, &story, options->verbose);
	else
		buf_text(&report.out, "nothing of it is on this Mac\n");
	exit = report_end(&report, 0);
	session_end(&session);
	return exit;
}

const struct command cmd_explain = {
    .name = "explain",
    .synopsis = "explain [OPTIONS] TARGET",
    .summary = "tell why a kext is there, and what would bring it back",
    .groups = OPTIONS_READ,
    .min_targets = 1,
    .max_targets = 1,
    .run = explain_command,
};
