/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the facts quote of logs about dexts, taken out of the texts themselves: each is known,
 * and nothing else that they quote is taken for one. docs/facts.md#dext-log has only such
 * quotations; the collection that this project grew from (../shared, where it is there) has
 * them among many others.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/dext_log.h"

#define SHARED "../shared"
#define SECTION "<a id=\"dext-log\"></a>"

static struct arena *arena;

/* What a quotation leaves open, filled in. */
static const struct {
	const char *open, *filled;
} blanks[] = {{"<id>", "com.example.dext"}, {"<object>", "MyDriver-0x100000d60"},
    {"<tag>", "100000d60"}, {"<n>", "3"}, {"<reason>", "Check In Token verification failed"},
    {"<team>", "EXAMPLE001"}, {"<name>", "other.name"},
    {"<path>", "/Library/SystemExtensions/8A2F106E/com.example.dext.dext/x"},
    {"<category>", "com.apple.system_extension.driver_extension"}};

/* Quoted in docs/facts.md#dext-log, and no line by itself. */
static const char *const no_lines[] = {"DK: ", "log show",
    "[  389.798271]: ", "Entitlements check failed", "Check In Token verification failed",
    "CDHash check failed",
    "date time+zone thread type activity pid ttl process: (sender) [subsystem:category] message",
    "kernel: (<id>.dext) …", "is not in the list of allowed extensions",
    "Activation decision … is: Deny"};

/* What ../shared quotes of dexts, by a piece of it. All else there is of kexts, tools and
 * files. */
static const char *const known_there[] = {"not in state to be enabled", "Exec format error",
    "Authenticating extension failed: Bad code signature", "staging bundle from ... to:"};

static char *
read_whole(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct buf text = {0};
	char bytes[4096];
	size_t got;
	char *copy;

	if (file == NULL)
		return NULL;
	while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0)
		buf_add(&text, bytes, got);
	(void)fclose(file);
	copy = arena_strdup(arena, text.bytes != NULL ? text.bytes : "");
	buf_done(&text);
	return copy;
}

/* The quotation as a line: "…" at its beginning is what the table's line begins with. */
static const char *
fill(const char *quoted)
{
	struct buf line = {0};
	const char *at = quoted, *filled;
	size_t i;

	if (strncmp(at, "… ", 4) == 0 || strncmp(at, "…:", 4) == 0) {
		buf_text(&line, "MyDriver-0x100000d60");
		at += 3;
	}
	while (*at != '\0') {
		for (i = 0; i < sizeof(blanks) / sizeof(*blanks); i++)
			if (strncmp(at, blanks[i].open, strlen(blanks[i].open)) == 0)
				break;
		if (i < sizeof(blanks) / sizeof(*blanks)) {
			buf_text(&line, blanks[i].filled);
			at += strlen(blanks[i].open);
		} else {
			buf_add(&line, at++, 1);
		}
	}
	filled = arena_strdup(arena, line.bytes != NULL ? line.bytes : "");
	buf_done(&line);
	return filled;
}

/* Whether anybody who may say it says it; of dmesg's, too. */
static bool
is_known(const char *text)
{
	static const char *const speakers[] = {"", "kernel: ", "kernel: DK: ", "kernelmanagerd: ",
	    "sysextd: ", "syspolicyd: ", "amfid: ", "taskgated-helper: "};
	struct dext_log_event event;
	const char *line;
	size_t i;

	for (i = 0; i < sizeof(speakers) / sizeof(*speakers); i++) {
		line = arena_printf(arena, "%s%s", speakers[i], text);
		if (dext_log_read_line(arena, piece_make(line, strlen(line)), &event))
			return true;
	}
	return false;
}

static bool
is_among(const char *text, const char *const *list, size_t count, bool whole)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (whole ? strcmp(text, list[i]) == 0 : strstr(text, list[i]) != NULL)
			return true;
	return false;
}

/* The next quotation between two marks on one line, cut out of the text; NULL: no more. */
static const char *
next_quotation(char **at)
{
	char *begin = strchr(*at, '`'), *end;

	while (begin != NULL) {
		end = begin + 1 + strcspn(begin + 1, "`\n");
		if (*end == '`') {
			*end = '\0';
			*at = end + 1;
			return begin + 1;
		}
		begin = strchr(end, '`');
	}
	return NULL;
}

static void
what_our_facts_quote_is_known(void **state)
{
	char *text = read_whole("docs/facts.md"), *at, *end;
	const char *quoted;
	size_t count = 0;

	(void)state;
	assert_non_null(text);
	at = strstr(text, SECTION);
	assert_non_null(at);
	end = strstr(at + strlen(SECTION), "<a id=");
	assert_non_null(end);
	*end = '\0';
	while ((quoted = next_quotation(&at)) != NULL) {
		if (strchr(quoted, ' ') == NULL ||
		    is_among(quoted, no_lines, sizeof(no_lines) / sizeof(*no_lines), true))
			continue;
		count++;
		if (!is_known(fill(quoted)))
			fail_msg("docs/facts.md quotes what is not known: %s", quoted);
	}
	print_message("# %zu quoted lines\n", count);
	assert_true(count > 35);
}

/* Counts the line, and fails where it is known and should not be, or the other way. */
static void
check_line(const char *path, const char *line, size_t *known, size_t *others)
{
	bool wanted =
	    is_among(line, known_there, sizeof(known_there) / sizeof(*known_there), false);

	if (is_known(fill(line)) != wanted)
		fail_msg("%s: %s: %s", path, wanted ? "not known" : "taken for a dext's", line);
	*(wanted ? known : others) += 1;
}

static void
check_file(const char *path, bool quotations, size_t *known, size_t *others)
{
	char *text = read_whole(path), *at = text;
	const char *line;

	assert_non_null(text);
	if (quotations) {
		while ((line = next_quotation(&at)) != NULL)
			check_line(path, line, known, others);
		return;
	}
	for (line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		check_line(path, line, known, others);
}

static void
of_all_other_facts_only_these_are(void **state)
{
	static const struct {
		const char *folder;
		bool quotations;
	} folders[] = {{SHARED "/facts", true}, {SHARED "/samples/text", false}};
	size_t known = 0, others = 0, i;
	struct dirent *entry;
	DIR *dir;

	(void)state;
	for (i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		if ((dir = opendir(folders[i].folder)) == NULL) {
			print_message("# skipped: no %s here\n", folders[i].folder);
			continue;
		}
		while ((entry = readdir(dir)) != NULL)
			if (entry->d_name[0] != '.')
				check_file(
				    arena_printf(arena, "%s/%s", folders[i].folder, entry->d_name),
				    folders[i].quotations, &known, &others);
		(void)closedir(dir);
		assert_true(others > 50);
	}
	print_message("# %zu lines of dexts, %zu others\n", known, others);
	assert_true(others == 0 || known >= 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_our_facts_quote_is_known),
	    cmocka_unit_test(of_all_other_facts_only_these_are),
	};
	int failed;

	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
