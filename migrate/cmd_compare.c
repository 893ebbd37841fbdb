/* SPDX-License-Identifier: BSD-2-Clause */
/* compare: which devices an old driver took that the new one does not. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/die.h"
#include "migrate/command.h"
#include "migrate/compare.h"
#include "migrate/report.h"
#include "kmutil-helpers/banned.h"

#define INFO_PLIST_CAP_BYTES ((size_t)16 << 20)
#define TEXT_COLUMNS 78

/* The Mac's own path of an argument, which may be relative. */
static const char *
driver_path(const struct session *session, const char *argument)
{
	struct arena *arena = session->arena;
	char folder[PATH_MAX];
	const char *path = argument;

	if (argument[0] != '/' && session->options->root == NULL) {
		if (getcwd(folder, sizeof(folder)) == NULL)
			die(EXIT_NO_INPUT, "%s: the current folder cannot be told", argument);
		path = arena_printf(arena, "%s/%s", folder, argument);
	}
	path = session->options->root != NULL ? path_canonical(arena, path)
					      : path_canonical_here(arena, path);
	if (path == NULL)
		die(EXIT_USAGE, "%s: a path from the root, without \"..\", is needed", argument);
	return path;
}

/* The driver's Info.plist: of a kext or a dext, or given by itself. */
static const struct plist *
read_info(const struct session *session, const char *argument)
{
	static const char *const places[] = {"/Contents/Info.plist", "/Info.plist", ""};
	const char *path = driver_path(session, argument), *file = path;
	const struct plist *info = NULL;
	struct fault fault = {0};
	char *bytes;
	size_t len, i;
	int error = -ENOENT;

	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		file = arena_printf(session->arena, "%s%s", path, places[i]);
		error = path_read(
		    &session->root, file, INFO_PLIST_CAP_BYTES, session->arena, &bytes, &len);
		if (error != -ENOENT && error != -ENOTDIR)
			break;
	}
	if (error == -ENOENT || error == -FAULT_NOT_FILE)
		die(EXIT_NO_INPUT, "%s: is no kext, dext or Info.plist", argument);
	if (error != 0)
		die(EXIT_NO_INPUT, "%s: %s", file, fault_sentence(error));
	if (plist_parse(session->arena, bytes, len, &info, &fault) != 0)
		die(EXIT_BAD_INPUT, "%s: %s, near byte %llu", file, fault_sentence(fault.code),
		    (unsigned long long)fault.at);
	if (plist_type(info) != PLIST_DICT)
		die(EXIT_BAD_INPUT, "%s: is no property list of a driver", file);
	return info;
}

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

static void
text_sentence(struct arena *arena, struct buf *out, const char *text, size_t indent)
{
	size_t len, column = indent;

	buf_printf(out, "%*s", (int)indent, "");
	for (; *text != '\0'; text += len + (text[len] == ' ')) {
		len = strcspn(text, " ");
		text_word(out, arena_strndup(arena, text, len), indent, &column);
	}
	buf_text(out, "\n");
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
		text_sentence(arena, &report->out, list->items[i].why, 2);
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

static void
text_comparison(struct report *report, const struct comparison *comparison)
{
	text_rows(report, "devices that lose their driver", &comparison->lost);
	text_rows(report, "devices that gain one", &comparison->gained);
	text_rows(report, "devices that both want", &comparison->contested);
	buf_text(&report->out,
	    comparison->lost.count > 0
		? "next: who has one of the lost devices keeps the kext, or asks the vendor for a "
		  "dext that names it\n"
		: "next: nothing is lost; the kext may go\n");
}

static int
compare_command(const struct options *options)
{
	struct session session;
	struct comparison comparison;
	struct personality_list old, new;
	struct report report;
	int exit;

	session_begin(&session, options, SESSION_RULES);
	personalities_read(session.arena, read_info(&session, options->targets[0]), &old);
	personalities_read(session.arena, read_info(&session, options->targets[1]), &new);
	compare_drivers(session.arena, &old, &new, &comparison);
	report_begin(&report, &session, "compare");
	if (report.is_json) {
		json_rows(&report, "lost", &comparison.lost);
		json_rows(&report, "gained", &comparison.gained);
		json_rows(&report, "contested", &comparison.contested);
	} else {
		text_comparison(&report, &comparison);
	}
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
