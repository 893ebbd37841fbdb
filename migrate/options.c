/* SPDX-License-Identifier: BSD-2-Clause */
/* Parsing the command line. */
#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/die.h"
#include "migrate/options.h"
#include "kmutil-helpers/banned.h"

static_assert(sizeof(enum approval) == sizeof(int) && sizeof(enum policy) == sizeof(int) &&
		  sizeof(enum restart) == sizeof(int) && sizeof(enum context) == sizeof(int),
    "choices are set as int");

#define SECONDS_PER_DAY 86400

#define FLAG(member) OPTION_FLAG, offsetof(struct options, member)
#define TEXT(member) OPTION_TEXT, offsetof(struct options, member)
#define CHOICE(member) OPTION_CHOICE, offsetof(struct options, member)
#define TIME(member) OPTION_TIME, offsetof(struct options, member)
#define SET(member) OPTION_SET, offsetof(struct options, member)

static const struct option_row option_rows[] = {
    {"--json", NULL, OPTIONS_ALL, "print one JSON object", FLAG(json)},
    {"--rules", "DIR", OPTIONS_ALL, "read the rules from DIR", TEXT(rules)},
    {"--state", "DIR", OPTIONS_ALL, "keep ledger and vault in DIR", TEXT(state)},
    {"-q", NULL, OPTIONS_ALL, "print less", FLAG(quiet)},
    {"-v", NULL, OPTIONS_ALL, "print more", FLAG(verbose)},
    {"--help", NULL, OPTIONS_ALL, "explain the command", FLAG(help)},
    {"--version", NULL, OPTIONS_ALL, "print the version", FLAG(version)},
    {"--root", "DIR", OPTIONS_READ, "look at another Mac's volume, or a copy", TEXT(root)},
    {"--data", "DIR", OPTIONS_READ, "where its Data volume is mounted, if elsewhere", TEXT(data)},
    {"--preboot", "DIR", OPTIONS_READ, "where its Preboot volume is mounted, if elsewhere",
	TEXT(preboot)},
    {"--all", NULL, OPTIONS_SCAN, "show Apple's kexts too", FLAG(all)},
    {"--dry-run", NULL, OPTIONS_CHANGE, "say what would be done, and do nothing", FLAG(dry_run)},
    {"--approval", "never|ask", OPTIONS_REMOVE, "whether a person may be asked now",
	CHOICE(approval)},
    {"--restart", "never|ask|now", OPTIONS_REMOVE, "whether to restart when a restart is due",
	CHOICE(restart)},
    {"--restart-even-if-logged-in", NULL, OPTIONS_REMOVE,
	"--restart=now, although it ends people's sessions", FLAG(restart_even_if_logged_in)},
    {"--accept-bystanders", NULL, OPTIONS_REMOVE, "go on although other products are touched",
	FLAG(accept_bystanders)},
    {"--accept-loss-of", "network|storage|input", OPTIONS_REMOVE,
	"go on although that would be cut off", SET(accepted_losses)},
    {"--without-replacement", NULL, OPTIONS_REMOVE, "go on although nothing takes over",
	FLAG(without_replacement)},
    {"--keep-receipts", NULL, OPTIONS_REMOVE, "leave the packages' receipts", FLAG(keep_receipts)},
    {"--all-matching", NULL, OPTIONS_REMOVE | OPTIONS_TARGETS,
	"a pattern may match several products", FLAG(all_matching)},
    {"--context", "terminal|mdm|login|installer", OPTIONS_REMOVE,
	"in whose hands this runs; found by itself", CHOICE(context)},
    {"--strict", NULL, OPTIONS_REMOVE, "in an installer keep the status 5 and 6", FLAG(strict)},
    {"--policy", "report|repair", OPTIONS_REMOVE, "what recheck does about a kext that came back",
	CHOICE(policy)},
    {"--installcheck", NULL, OPTIONS_STATUS,
	"end with 0 when uninstall would change something, else 1", FLAG(installcheck)},
    {"--update-ready", NULL, OPTIONS_STATUS,
	"end with 0 when an OS update would bring nothing back", FLAG(update_ready)},
    {"--wait", "TIME", OPTIONS_WAIT, "wait as long as 10m, 90s or 1h for what is pending",
	TIME(wait_seconds)},
    {"--html", "FILE", OPTIONS_HISTORY, "write a page with a picture to FILE", TEXT(html)},
    {"--pending", NULL, OPTIONS_HANDOFF,
	"each one that a migrate waits for, as the person who is logged in", FLAG(pending)},
    {"--deactivate", NULL, OPTIONS_HANDOFF, "have its app switch the dext off again",
	FLAG(deactivate)},
    {"--log", "FILE", OPTIONS_DOCTOR, "read a saved log instead of asking for the last day's",
	TEXT(log)},
    {"--pending-ok", NULL, OPTIONS_ALL, "end with 0 instead of 2, 3 and 4", FLAG(pending_ok)},
    {NULL, NULL, 0, NULL, OPTION_FLAG, 0},
};

const struct option_row *
options_table(void)
{
	return option_rows;
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

/* The number of the value among the words of "a|b", from 1. */
static int
choose(const char *synopsis, const struct option_row *row, const char *value)
{
	const char *word = row->argument;
	size_t len;
	int i;

	assert(value != NULL);
	for (i = 1;; i++, word += len + 1) {
		len = strcspn(word, "|");
		if (strlen(value) == len && strncmp(word, value, len) == 0)
			return i;
		if (word[len] == '\0')
			break;
	}
	die_usage(synopsis, "%s=%s: the value must be one of %s", row->name, value, row->argument);
}

/* The seconds of "90s", "10m" or "1h", a day at the most. */
static int
read_time(const char *synopsis, const struct option_row *row, const char *value)
{
	char *unit;
	long number, seconds = 0;

	assert(value != NULL);
	number = strtol(value, &unit, 10);
	if (value[0] >= '0' && value[0] <= '9' && number <= SECONDS_PER_DAY && unit[0] != '\0' &&
	    unit[1] == '\0')
		seconds = unit[0] == 's'   ? number
			  : unit[0] == 'm' ? number * 60
			  : unit[0] == 'h' ? number * 3600
					   : 0;
	if (seconds < 1 || seconds > SECONDS_PER_DAY)
		die_usage(synopsis, "%s=%s: is no time; 90s, 10m or 1h is one", row->name, value);
	return (int)seconds;
}

/* Sets the row's member; value is NULL for a flag. */
static void
set_member(
    struct options *options, const char *synopsis, const struct option_row *row, const char *value)
{
	char *member = (char *)options + row->offset;
	const bool yes = true;
	unsigned int set;
	int choice, seconds;

	switch (row->kind) {
	case OPTION_FLAG:
		memcpy(member, &yes, sizeof(yes));
		break;
	case OPTION_TEXT:
		assert(value != NULL);
		if (*value == '\0')
			die_usage(synopsis, "%s needs a value", row->name);
		memcpy(member, &value, sizeof(value));
		break;
	case OPTION_CHOICE:
		choice = choose(synopsis, row, value);
		memcpy(member, &choice, sizeof(choice));
		break;
	case OPTION_SET:
		memcpy(&set, member, sizeof(set));
		set |= 1U << (choose(synopsis, row, value) - 1);
		memcpy(member, &set, sizeof(set));
		break;
	case OPTION_TIME:
		seconds = read_time(synopsis, row, value);
		memcpy(member, &seconds, sizeof(seconds));
		break;
	}
}

/* Whether a command that does what another one has planned is to be given the option, too. */
static bool
is_of_plan(const struct option_row *row)
{
	return (row->groups & OPTIONS_REMOVE) != 0 ||
	       (row->groups == OPTIONS_ALL && row->kind == OPTION_TEXT);
}

/* Takes the option at argv[*i], and the value behind it. */
static void
take_option(
    int argc, char **argv, int *i, int groups, const char *synopsis, struct options *options)
{
	const char *word = argv[*i];
	size_t len = strcspn(word, "=");
	const struct option_row *row = find_option(word, len, groups);

	if (row != NULL && is_of_plan(row))
		options->words[options->word_count++] = word;
	if (row == NULL)
		die_usage(synopsis, "%s is not an option of this command", word);
	if (row->argument == NULL) {
		if (word[len] == '=')
			die_usage(synopsis, "%s takes no value", row->name);
		set_member(options, synopsis, row, NULL);
	} else if (word[len] == '=') {
		set_member(options, synopsis, row, word + len + 1);
	} else if (*i + 1 < argc) {
		set_member(options, synopsis, row, argv[++*i]);
		if (is_of_plan(row))
			options->words[options->word_count++] = argv[*i];
	} else {
		die_usage(synopsis, "%s needs a value", word);
	}
}

void
options_parse(int argc, char **argv, int groups, const char *synopsis, struct options *options)
{
	bool only_targets = false;
	int i;

	*options = (struct options){.groups = groups,
	    .targets = calloc((size_t)argc + 1, sizeof(char *)),
	    .words = calloc((size_t)argc + 1, sizeof(char *))};
	if (options->targets == NULL || options->words == NULL)
		die(EXIT_BUG, "out of memory");
	for (i = 1; i < argc; i++) {
		if (!only_targets && strcmp(argv[i], "--") == 0)
			only_targets = true;
		else if (!only_targets && argv[i][0] == '-')
			take_option(argc, argv, &i, groups, synopsis, options);
		else if (argv[i][0] == '\0')
			die_usage(synopsis, "an argument is empty");
		else
			options->words[options->word_count++] =
			    options->targets[options->target_count++] = argv[i];
	}
	if (options->root == NULL && (options->data != NULL || options->preboot != NULL))
		die_usage(synopsis, "--data and --preboot go with --root");
}
