/* SPDX-License-Identifier: BSD-2-Clause */
/* explain: why a kext is there or will come back. Writes nothing. */
#include "migrate/command.h"
#include "migrate/explain.h"
#include "migrate/report.h"
#include "migrate/target.h"
#include "kmutil-helpers/banned.h"

#define TEXT_COLUMNS 78

static void
json_story(struct report *report, const struct story *story)
{
	size_t i;

	json_array_begin(&report->json, "sentences");
	for (i = 0; i < story->count; i++) {
		json_object_begin(&report->json, NULL);
		json_text(&report->json, "text", story->items[i].text);
		json_text(&report->json, "basis", sentence_basis_name(story->items[i].basis));
		json_text(&report->json, "assumption", story->items[i].assumption);
		json_end(&report->json);
	}
	json_end(&report->json);
}

/* One sentence, its basis where it is about macOS, broken at blanks. */
static void
text_sentence(struct buf *out, const struct sentence *sentence)
{
	const char *word = sentence->text;
	size_t column = 0, len;

	for (; *word != '\0'; word += len) {
		word += *word == ' ';
		for (len = 0; word[len] != '\0' && word[len] != ' '; len++)
			continue;
		if (column > 0 && column + len + 1 > TEXT_COLUMNS) {
			buf_text(out, "\n   ");
			column = 3;
		}
		buf_text(out, column == 0 ? "" : " ");
		buf_add(out, word, len);
		column += len + (column > 0);
	}
	if (sentence->assumption != NULL)
		buf_printf(out, "\n      [%s: %s]", sentence_basis_name(sentence->basis),
		    sentence->assumption);
	buf_text(out, "\n");
}

/* Names in sentences come from the disk. */
static void
text_story(struct report *report, const struct story *story)
{
	struct buf safe = {0};
	struct sentence sentence;
	size_t i;

	for (i = 0; i < story->count; i++) {
		safe.len = 0;
		buf_name(&safe, story->items[i].text);
		sentence = story->items[i];
		sentence.text = safe.bytes;
		text_sentence(&report->out, &sentence);
	}
	buf_done(&safe);
}

static int
explain_command(const struct options *options)
{
	struct session session;
	struct selection selection;
	struct story story = {0};
	struct report report;
	size_t i;
	int exit;

	session_begin(&session, options, SESSION_SCAN);
	targets_select(&session, false, &selection);
	for (i = 0; i < selection.count; i++)
		explain_subject(session.arena, selection.subjects[i], &story);
	report_begin(&report, &session, "explain");
	if (report.is_json)
		json_story(&report, &story);
	else if (story.count > 0)
		text_story(&report, &story);
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
