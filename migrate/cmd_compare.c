/* SPDX-License-Identifier: BSD-2-Clause */
/* compare: which devices an old driver took that the new one does not. */
#include <string.h>
#include <time.h>

#include "migrate/command.h"
#include "migrate/compare.h"
#include "migrate/dext_rights.h"
#include "migrate/driver.h"
#include "migrate/report.h"
#include "migrate/report_columns.h"
#include "kmutil-helpers/banned.h"

#define TEXT_COLUMNS 78

static void
json_number(struct json *json, const char *key, int64_t number)
{
	if (number < 0)
		json_null(json, key);
	else
		json_integer(json, key, number);
}

static void
json_rows(struct report *report, const char *key, const struct compare_list *list)
{
	struct json *json = &report->json;
	size_t i;

	json_array_begin(json, key);
	for (i = 0; i < list->count; i++) {
		const struct compare_row *row = &list->items[i];

		json_object_begin(json, NULL);
		json_text(json, "bus", bus_name(row->bus));
		json_number(json, "vendor_id", row->vendor_id);
		json_number(json, "product_id", row->product_id);
		json_text(json, "match", row->match);
		json_text(json, "personality", row->personality);
		json_text(json, "why", row->why);
		json_end(json);
	}
	json_end(json);
}

/* Whether an earlier row has the same reason. */
static bool
was_told(const struct compare_list *list, size_t row)
{
	size_t i;

	for (i = 0; i < row; i++)
		if (strcmp(list->items[i].why, list->items[row].why) == 0)
			return true;
	return false;
}

/* A word, on the next line when this one is full. */
static void
text_word(struct buf *out, const char *word, size_t indent, size_t *column)
{
	struct buf safe = {0};

	buf_name(&safe, word);
	if (*column > indent && *column + safe.len + 1 > TEXT_COLUMNS) {
		buf_printf(out, "\n%*s", (int)indent, "");
		*column = indent;
	}
	if (*column > indent)
		buf_text(out, " ");
	*column += safe.len + (*column > indent);
	buf_text(out, safe.bytes);
	buf_done(&safe);
}

/* The rows, those with the same reason together. */
static void
text_rows(struct report *report, const char *title, const struct compare_list *list)
{
	struct arena *arena = report->session->arena;
	bool verbose = report->session->options->verbose;
	size_t i, j, column;

	buf_printf(&report->out, "%s: %zu\n", title, list->count);
	for (i = 0; i < list->count; i++) {
		if (was_told(list, i))
			continue;
		columns_sentence(&report->out, "  ", list->items[i].why);
		buf_text(&report->out, "    ");
		column = 4;
		for (j = i; j < list->count; j++) {
			const struct compare_row *row = &list->items[j];

			if (strcmp(row->why, list->items[i].why) != 0)
				continue;
			text_word(&report->out,
			    arena_printf(arena, "%s %s%s%s%s;", bus_name(row->bus), row->match,
				verbose ? " (" : "", verbose ? row->personality : "",
				verbose ? ")" : ""),
			    4, &column);
		}
		report->out.len--;
		buf_text(&report->out, "\n");
	}
}

static const char *
next_text(const struct personality_list *old, const struct comparison *comparison)
{
	if (comparison->lost.count > 0)
		return "next: who has one of the lost devices keeps the kext, or asks the vendor "
		       "for a dext that takes it";
	return old->count > 0
		   ? "next: nothing is lost; the kext may go"
		   : "next: compare each kext in its Contents/PlugIns, if it has any; it "
		     "names no device itself";
}

static void
text_comparison(struct report *report, const struct personality_list *old,
    const struct comparison *comparison, const struct notes *notes)
{
	size_t i;

	text_rows(report, "devices that lose their driver", &comparison->lost);
	text_rows(report, "devices that gain one", &comparison->gained);
	text_rows(report, "devices that both want", &comparison->contested);
	if (notes->count > 0)
		buf_text(&report->out, "about the drivers:\n");
	for (i = 0; i < notes->count; i++)
		columns_sentence(&report->out, "  ", notes->items[i]);
	columns_sentence(&report->out, "", next_text(old, comparison));
}

static void
json_comparison(
    struct report *report, const struct comparison *comparison, const struct notes *notes)
{
	size_t i;

	json_rows(report, "lost", &comparison->lost);
	json_rows(report, "gained", &comparison->gained);
	json_rows(report, "contested", &comparison->contested);
	json_array_begin(&report->json, "notes");
	for (i = 0; i < notes->count; i++)
		json_text(&report->json, NULL, notes->items[i]);
	json_end(&report->json);
}

/* Of a personality that matches nothing no device is told: that is said instead; and of one
 * that may match less than its numbers name, that. */
static void
note_empty(struct session *session, const struct personality_list *list, const char *whose,
    struct notes *notes)
{
	const struct personality *each;
	const char *what;
	size_t i;

	for (i = 0; i < list->count; i++) {
		each = &list->items[i];
		if (each->is_apples || (each->devices.count > 0 && !each->is_odd_set))
			continue;
		what = each->devices.count == 0
			   ? "its numbers name no device"
			   : "its keys are no set that USB matches by (Apple, QA1076), so that it "
			     "may get no device";
		notes_add(session->arena, notes,
		    arena_printf(session->arena, "%s of the %s: %s", each->name, whose, what));
	}
}

/* The new driver's personalities, as far as it may use them. */
static void
read_new(struct session *session, const char *argument, struct personality_list *list,
    struct notes *notes)
{
	struct arena *arena = session->arena;
	struct driver driver;

	driver_read(session, argument, &driver);
	personalities_read(arena, driver.info, list);
	note_empty(session, list, "dext", notes);
	if (driver.has_code)
		dext_rights_apply(arena, driver.entitlements, list, notes);
	if (driver.profile != NULL)
		dext_rights_profile(
		    arena, driver.profile, driver.entitlements, (int64_t)time(NULL), notes);
}

static int
compare_command(const struct options *options)
{
	struct session session;
	struct comparison comparison;
	struct personality_list old, new;
	struct notes notes = {0};
	struct driver driver;
	struct report report;
	int exit;

	session_begin(&session, options, SESSION_AWAY | SESSION_NO_RULES);
	driver_read(&session, options->targets[0], &driver);
	personalities_read(session.arena, driver.info, &old);
	if (old.count == 0)
		notes_add(session.arena, &notes,
		    "the kext has no IOKitPersonalities: it names no device that could be lost");
	note_empty(&session, &old, "kext", &notes);
	read_new(&session, options->targets[1], &new, &notes);
	compare_drivers(session.arena, &old, &new, &comparison);
	report_begin(&report, &session, "compare");
	if (report.is_json)
		json_comparison(&report, &comparison, &notes);
	else
		text_comparison(&report, &old, &comparison, &notes);
	exit = report_end(&report, comparison.lost.count > 0 ? 1 : 0);
	session_end(&session);
	return exit;
}

const struct command cmd_compare = {
    .name = "compare",
    .synopsis = "compare [OPTIONS] OLD.kext NEW.dext",
    .summary = "tell which devices a new driver does not take over",
    .groups = OPTIONS_READ,
    .min_targets = 2,
    .max_targets = 2,
    .run = compare_command,
};
