/* SPDX-License-Identifier: BSD-2-Clause */
/* kextirpate: takes legacy kernel extensions away, for good. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/die.h"
#include "migrate/command.h"
#include "migrate/deadline.h"
#include "migrate/nearest.h"
#include "migrate/settings.h"
#include "migrate/version.h"
#include "kmutil-helpers/banned.h"

#define HELP_COLUMNS 24
#define RUN_SECONDS 3000 /* the daemon looks hourly */

static void
print_help(FILE *out)
{
	const struct command *const *command;

	(void)fprintf(out, "usage: kextirpate COMMAND [OPTIONS] [TARGET...]\n\n");
	for (command = commands; *command != NULL; command++)
		(void)fprintf(out, "  %-10s %s\n", (*command)->name, (*command)->summary);
	(void)fprintf(out,
	    "\nTARGET: a rule's id, a kext's bundle id (* allowed), receipt:ID, or the path of"
	    " a .kext.\n\"kextirpate COMMAND --help\" lists a command's options;"
	    " kextirpate(8) has the rest.\n");
}

static void
print_command_help(const struct command *command)
{
	const struct option_row *row;
	char word[64];
	int len;

	(void)printf("usage: kextirpate %s\n\n%s\n\n", command->synopsis, command->summary);
	for (row = options_table(); row->name != NULL; row++) {
		if ((row->groups & (command->groups | OPTIONS_ALL)) == 0)
			continue;
		len = snprintf(word, sizeof(word), "%s%s%s", row->name,
		    row->argument != NULL ? "=" : "", row->argument != NULL ? row->argument : "");
		(void)printf("  %-*s%s%*s%s\n", HELP_COLUMNS, word, len > HELP_COLUMNS ? "\n" : " ",
		    len > HELP_COLUMNS ? HELP_COLUMNS + 3 : 0, "", row->help);
	}
}

/* What was printed must have arrived. */
static int
end_printing(void)
{
	if (fflush(stdout) != 0)
		die(EXIT_IO, "the results could not be written: %s", strerror(errno));
	return 0;
}

static int
print_version(void)
{
	(void)printf("kextirpate %s\n", KEXTIRPATE_VERSION);
	return end_printing();
}

static _Noreturn void
die_unknown(const char *name)
{
	struct nearest nearest = {.word = name};
	const struct command *const *command;

	for (command = commands; *command != NULL; command++)
		nearest_offer(&nearest, (*command)->name);
	die_usage("COMMAND [OPTIONS] [TARGET...]; kextirpate --help lists the commands",
	    "%s is not a command%s", name, nearest_text(arena_new(0), &nearest));
}

static void
check_targets(const struct command *command, const struct options *options)
{
	if ((int)options->target_count < command->min_targets)
		die_usage(command->synopsis, "%s: an argument is missing", command->name);
	if (command->max_targets >= 0 && (int)options->target_count > command->max_targets)
		die_usage(command->synopsis, "%s: more arguments than it takes", command->name);
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

/* Nobody is there who could end what waits for a volume that does not answer, and a lock
 * that is held for ever would keep all others out. */
static void
set_deadline(const struct command *command, const struct options *options, struct arena *arena)
{
	unsigned int seconds = RUN_SECONDS + (unsigned int)options->wait_seconds;

	if (isatty(STDIN_FILENO) == 1)
		return;
	deadline_set(seconds,
	    arena_printf(arena,
		"kextirpate: %s has not come to its end in %u minutes and ends itself: a volume or "
		"a tool of macOS does not answer; what it had begun is in its ledger, and the next "
		"run goes on\n",
		command->name, seconds / 60),
	    options->installcheck ? 1 : EXIT_IO);
}

static int
run_command(const struct command *command, int argc, char **argv)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct options options;
	struct arena *arena;
	int exit;

	options_parse(argc, argv, command->groups | OPTIONS_ALL, command->synopsis, &options);
	if (options.help) {
		print_command_help(command);
		return end_printing();
	}
	if (options.version)
		return print_version();
	/* In a person's session the agent is that person, and asks the app as such. */
	if (command->needs_root && !options.dry_run && !options.pending && geteuid() != 0)
		die(EXIT_NOT_ROOT, "%s: must be run as root; nothing was changed", command->name);
	/* Whoever reads no further (head) does not cut a run off. */
	if (command->needs_root)
		(void)sigaction(SIGPIPE, &ignore, NULL);
	arena = arena_new(0);
	set_deadline(command, &options, arena);
	apply_settings(command, arena, &options);
	check_targets(command, &options);
	exit = command->run(&options);
	arena_free(arena);
	return exit;
}

/* Whoever closed one of the first three must not find messages in the next file that is opened. */
static void
open_standard_files(void)
{
	int fd = open("/dev/null", O_RDWR);

	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = open("/dev/null", O_RDWR);
	if (fd >= 0)
		(void)close(fd);
}

int
main(int argc, char **argv)
{
	const struct command *command;

	open_standard_files();
	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return end_printing();
	}
	if (strcmp(argv[1], "--version") == 0)
		return print_version();
	command = command_find(argv[1]);
	if (command == NULL)
		die_unknown(argv[1]);
	return run_command(command, argc - 1, argv + 1);
}
