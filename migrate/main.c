/* SPDX-License-Identifier: BSD-2-Clause */
/* kextirpate: takes legacy kernel extensions away, for good. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/die.h"
#include "migrate/command.h"
#include "migrate/nearest.h"
#include "migrate/settings.h"
#include "migrate/version.h"
#include "kmutil-helpers/banned.h"

static void
print_help(void)
{
	const struct command *const *command;

	(void)printf("usage: kextirpate COMMAND [OPTIONS] [TARGET...]\n\n");
	for (command = commands; *command != NULL; command++)
		(void)printf("  %-10s %s\n", (*command)->name, (*command)->summary);
	(void)printf(
	    "\nTARGET: a rule's id, a kext's bundle id (* allowed), receipt:ID, or the path of"
	    " a .kext.\n\"kextirpate COMMAND --help\" lists a command's options;"
	    " kextirpate(8) has the rest.\n");
}

static void
print_command_help(const struct command *command)
{
	const struct option_row *row;
	char word[64];

	(void)printf("usage: kextirpate %s\n\n%s\n\n", command->synopsis, command->summary);
	for (row = options_table(); row->name != NULL; row++) {
		if ((row->groups & (command->groups | OPTIONS_ALL)) == 0)
			continue;
		(void)snprintf(word, sizeof(word), "%s%s%s", row->name,
		    row->argument != NULL ? "=" : "", row->argument != NULL ? row->argument : "");
		(void)printf("  %-24s %s\n", word, row->help);
	}
}

static _Noreturn void
die_unknown(const char *name)
{
	struct nearest nearest = {.word = name};
	const struct command *const *command;

	for (command = commands; *command != NULL; command++)
		nearest_offer(&nearest, (*command)->name);
	die(EXIT_USAGE,
	    "%s is not a command%s\nusage: kextirpate COMMAND [OPTIONS] [TARGET...]; "
	    "kextirpate --help lists the commands",
	    name, nearest_text(arena_new(0), &nearest));
}

static void
check_targets(const struct command *command, const struct options *options)
{
	if ((int)options->target_count < command->min_targets)
		die(EXIT_USAGE, "%s: a TARGET is needed\nusage: kextirpate %s", command->name,
		    command->synopsis);
	if (command->max_targets >= 0 && (int)options->target_count > command->max_targets)
		die(EXIT_USAGE, "%s: more arguments than it takes\nusage: kextirpate %s",
		    command->name, command->synopsis);
}

/* What the fleet's settings say, for the commands that they are for, on this Mac. */
static void
apply_settings(const struct command *command, struct arena *arena, struct options *options)
{
	struct settings *settings = arena_alloc(arena, sizeof(*settings));
	struct root root;

	if ((command->groups & OPTIONS_REMOVE) == 0 || options->root != NULL ||
	    root_init(&root, "/", NULL, NULL) != 0)
		return;
	settings_read(&root, arena, settings);
	settings_apply(settings, command->min_targets > 0, options);
	root_done(&root);
}

static int
run_command(const struct command *command, int argc, char **argv)
{
	struct options options;
	struct arena *arena;
	int exit;

	options_parse(argc, argv, command->groups | OPTIONS_ALL, command->synopsis, &options);
	if (options.help) {
		print_command_help(command);
		return fflush(stdout) == 0 ? 0 : EXIT_IO;
	}
	/* In a person's session the agent is that person, and asks the app as such. */
	if (command->needs_root && !options.dry_run && !options.pending && geteuid() != 0)
		die(EXIT_NOT_ROOT, "%s: must be run as root; nothing was changed", command->name);
	arena = arena_new(0);
	apply_settings(command, arena, &options);
	check_targets(command, &options);
	exit = command->run(&options);
	arena_free(arena);
	return exit;
}

int
main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_help();
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_help();
		return fflush(stdout) == 0 ? 0 : EXIT_IO;
	}
	if (strcmp(argv[1], "--version") == 0) {
		(void)printf("kextirpate %s\n", KEXTIRPATE_VERSION);
		return fflush(stdout) == 0 ? 0 : EXIT_IO;
	}
	command = command_find(argv[1]);
	if (command == NULL)
		die_unknown(argv[1]);
	return run_command(command, argc - 1, argv + 1);
}
