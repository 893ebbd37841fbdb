/* SPDX-License-Identifier: BSD-2-Clause */
/* Parsing the command line. */
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/die.h"
#include "migrate/options.h"
#include "kmutil-helpers/banned.h"

static const struct option_row option_rows[] = {
    {"--json", NULL, OPTIONS_ALL, "print one JSON object"},
    {"--rules", "DIR", OPTIONS_ALL, "read the rules from DIR"},
    {"--state", "DIR", OPTIONS_ALL, "keep ledger and vault in DIR"},
    {"-q", NULL, OPTIONS_ALL, "print less"},
    {"-v", NULL, OPTIONS_ALL, "print more"},
    {"--help", NULL, OPTIONS_ALL, "explain the command"},
    {"--root", "DIR", OPTIONS_READ, "look at another Mac's volume, or a copy"},
    {"--data", "DIR", OPTIONS_READ, "where its Data volume is mounted, if elsewhere"},
    {"--preboot", "DIR", OPTIONS_READ, "where its Preboot volume is mounted, if elsewhere"},
    {"--all", NULL, OPTIONS_SCAN, "show Apple's kexts too"},
    {"--dry-run", NULL, OPTIONS_CHANGE, "say what would be done, and do nothing"},
    {"--approval", "never|ask", OPTIONS_REMOVE, "whether a person may be asked now"},
    {"--accept-bystanders", NULL, OPTIONS_REMOVE, "go on although other products are touched"},
    {"--without-replacement", NULL, OPTIONS_REMOVE, "go on although nothing takes over"},
    {"--keep-receipts", NULL, OPTIONS_REMOVE, "leave the packages' receipts"},
    {"--all-matching", NULL, OPTIONS_REMOVE, "a pattern may match several products"},
    {"--policy", "report|repair", OPTIONS_RECHECK, "what to do about a kext that came back"},
    {"--pending-ok", NULL, OPTIONS_ALL, "end with 0 instead of 2, 3 and 4"},
    {NULL, NULL, 0, NULL},
};

const struct option_row *
options_table(void)
{
	return option_rows;
}

static _Noreturn void
usage(const char *synopsis, const char *what, const char *word)
{
	die(EXIT_USAGE, "%s %s\nusage: kextirpate %s", word, what, synopsis);
}

static const struct option_row *
find_option(const char *word, size_t len, int groups)
{
	const struct option_row *row;

	for (row = option_rows; row->name != NULL; row++)
		if (strlen(row->name) == len && strncmp(row->name, word, len) == 0 &&
		    (row->groups & groups) != 0)
			return row;
	return NULL;
}

/* One of the words of "a|b": its number, or the end of the process. */
static int
choose(const char *synopsis, const struct option_row *row, const char *value)
{
	const char *word = row->argument;
	size_t len;
	int i;

	for (i = 0;; i++, word += len + 1) {
		len = strcspn(word, "|");
		if (strlen(value) == len && strncmp(word, value, len) == 0)
			return i;
		if (word[len] == '\0')
			break;
	}
	die(EXIT_USAGE, "%s=%s: the value must be one of %s\nusage: kextirpate %s", row->name,
	    value, row->argument, synopsis);
}

static void
set_value(
    struct options *options, const char *synopsis, const struct option_row *row, const char *value)
{
	if (strcmp(row->name, "--rules") == 0)
		options->rules = value;
	else if (strcmp(row->name, "--state") == 0)
		options->state = value;
	else if (strcmp(row->name, "--root") == 0)
		options->root = value;
	else if (strcmp(row->name, "--data") == 0)
		options->data = value;
	else if (strcmp(row->name, "--preboot") == 0)
		options->preboot = value;
	else if (strcmp(row->name, "--approval") == 0)
		options->approval =
		    choose(synopsis, row, value) == 0 ? APPROVAL_NEVER : APPROVAL_ASK;
	else if (strcmp(row->name, "--policy") == 0)
		options->policy = choose(synopsis, row, value) == 0 ? POLICY_REPORT : POLICY_REPAIR;
}

static void
set_flag(struct options *options, const struct option_row *row)
{
	struct {
		const char *name;
		bool *flag;
	} flags[] = {
	    {"--json", &options->json},
	    {"-q", &options->quiet},
	    {"-v", &options->verbose},
	    {"--help", &options->help},
	    {"--all", &options->all},
	    {"--dry-run", &options->dry_run},
	    {"--accept-bystanders", &options->accept_bystanders},
	    {"--without-replacement", &options->without_replacement},
	    {"--keep-receipts", &options->keep_receipts},
	    {"--all-matching", &options->all_matching},
	    {"--pending-ok", &options->pending_ok},
	};
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (strcmp(flags[i].name, row->name) == 0)
			*flags[i].flag = true;
}

/* Takes the option at argv[*i], and the value behind it. */
static void
take_option(
    int argc, char **argv, int *i, int groups, const char *synopsis, struct options *options)
{
	const char *word = argv[*i];
	size_t len = strcspn(word, "=");
	const struct option_row *row = find_option(word, len, groups);

	if (row == NULL)
		usage(synopsis, "is not an option of this command", word);
	if (row->argument == NULL) {
		if (word[len] == '=')
			usage(synopsis, "takes no value", word);
		set_flag(options, row);
	} else if (word[len] == '=') {
		set_value(options, synopsis, row, word + len + 1);
	} else if (*i + 1 < argc) {
		set_value(options, synopsis, row, argv[++*i]);
	} else {
		usage(synopsis, "needs a value", word);
	}
}

void
options_parse(int argc, char **argv, int groups, const char *synopsis, struct options *options)
{
	bool only_targets = false;
	int i;

	*options = (struct options){.targets = calloc((size_t)argc + 1, sizeof(char *))};
	if (options->targets == NULL)
		die(EXIT_BUG, "out of memory");
	for (i = 1; i < argc; i++) {
		if (!only_targets && strcmp(argv[i], "--") == 0)
			only_targets = true;
		else if (!only_targets && argv[i][0] == '-')
			take_option(argc, argv, &i, groups, synopsis, options);
		else if (argv[i][0] == '\0')
			usage(synopsis, "is empty: a target has a name", "\"\"");
		else
			options->targets[options->target_count++] = argv[i];
	}
	if (options->root == NULL && (options->data != NULL || options->preboot != NULL))
		usage(synopsis, "go with --root", "--data and --preboot");
}
