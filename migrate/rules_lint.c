/* SPDX-License-Identifier: BSD-2-Clause */
/* rules lint: what is wrong with files of rules. Looks at them and at nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmutil-helpers/die.h"
#include "migrate/report.h"
#include "migrate/rules_lint.h"
#include "rules/lint.h"
#include "rules/rule_schema.h"
#include "kmutil-helpers/banned.h"

/* A file that lint was given, or that the catalogue has. */
struct linted {
	const char *file;
	const struct rule *rule; /* NULL: its fault is told */
};

/* Any path that a person may type, links followed: nothing is acted on. */
static int
read_any_file(const char *path, struct arena *arena, char **bytes, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0)
		error = -errno;
	else if (!S_ISREG(st.st_mode))
		error = -FAULT_NOT_FILE;
	else
		error = file_read(fd, RULE_MAX_BYTES, arena, bytes, len);
	(void)close(fd);
	return error;
}

/* Parses a file and checks the rule by itself. */
static void
lint_file(struct lint *lint, struct linted *linted)
{
	struct rule_fault *added, fault = {0};
	char *bytes = NULL;
	size_t len = 0;
	int error = read_any_file(linted->file, lint->arena, &bytes, &len);

	if (error == -ENOENT)
		die(EXIT_NO_INPUT, "%s: %s", linted->file, fault_sentence(error));
	if (error != 0)
		fault.message = arena_strdup(lint->arena, fault_sentence(error));
	else
		linted->rule = rule_parse(lint->arena, linted->file, bytes, len, &fault);
	if (linted->rule != NULL &&
	    !rule_schema_fits(lint->arena, linted->file, bytes, len, &fault))
		linted->rule = NULL;
	if (linted->rule != NULL) {
		lint_check_rule(lint, linted->file, linted->rule);
		return;
	}
	added = arena_push(lint->arena, &lint->faults, &lint->count, &lint->room, sizeof(*added));
	*added = fault;
	added->file = linted->file;
	added->line = fault.line > 0 ? fault.line : 1;
}

/* The files among each other, and against the other rules that are known. */
static void
lint_across(
    struct lint *lint, const struct linted *files, size_t count, const struct rule_set *known)
{
	const struct rule **rules =
	    arena_array(lint->arena, count + known->count + 1, sizeof(*rules));
	size_t all = 0, i, j;

	for (i = 0; i < known->count; i++) {
		for (j = 0; j < count; j++)
			if (files[j].rule != NULL &&
			    strcmp(known->rules[i].id, files[j].rule->id) == 0)
				break;
		if (j == count)
			rules[all++] = &known->rules[i];
	}
	for (i = 0; i < count; i++)
		if (files[i].rule != NULL)
			rules[all++] = files[i].rule;
	lint_check_set(lint, rules, all);
}

static void
report_faults(struct report *report, const struct lint *lint)
{
	size_t i;

	if (report->is_json)
		json_array_begin(&report->json, "faults");
	for (i = 0; i < lint->count; i++)
		if (report->is_json) {
			json_object_begin(&report->json, NULL);
			json_path(&report->json, "path", lint->faults[i].file);
			json_integer(&report->json, "line", lint->faults[i].line);
			json_text(&report->json, "message", lint->faults[i].message);
			json_end(&report->json);
		} else {
			buf_name(&report->out, lint->faults[i].file);
			buf_printf(&report->out, ":%d: ", lint->faults[i].line);
			buf_name(&report->out, lint->faults[i].message);
			buf_text(&report->out, "\n");
		}
	if (report->is_json)
		json_end(&report->json);
}

/* The files of the folder of rules. */
static struct linted *
list_catalogue(struct session *session, size_t *count)
{
	const char *folder =
	    session->options->rules != NULL ? session->options->rules : RULES_FOLDER;
	char *canonical = path_canonical_here(session->arena, folder), **names;
	struct linted *files;
	size_t i, name_count;
	int error = path_list(&session->root, canonical, session->arena, &names, &name_count);

	if (error != 0)
		die(EXIT_NO_INPUT, "%s: %s", folder, fault_sentence(error));
	files = arena_array(session->arena, name_count + 1, sizeof(*files));
	for (*count = i = 0; i < name_count; i++)
		if (path_has_suffix(names[i], ".xml"))
			files[(*count)++].file =
			    arena_printf(session->arena, "%s/%s", canonical, names[i]);
	return files;
}

int
rules_lint(const struct options *options)
{
	struct session session;
	struct report report;
	struct lint lint;
	struct linted *files;
	size_t count = options->target_count - 1, i;
	int exit;

	session_begin(&session, options, SESSION_AWAY);
	/* Lint says itself what is wrong with a file. */
	session.scan.problems.count = 0;
	lint = (struct lint){.arena = session.arena};
	if (count == 0) {
		files = list_catalogue(&session, &count);
		session.rules.count = 0;
	} else {
		files = arena_array(session.arena, count, sizeof(*files));
		for (i = 0; i < count; i++)
			files[i].file = options->targets[i + 1];
	}
	for (i = 0; i < count; i++)
		lint_file(&lint, &files[i]);
	lint_across(&lint, files, count, &session.rules);
	report_begin(&report, &session, "rules");
	report_faults(&report, &lint);
	exit = report_end(&report, lint.count > 0 ? EXIT_BAD_INPUT : 0);
	session_end(&session);
	return exit;
}
