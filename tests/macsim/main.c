/* SPDX-License-Identifier: BSD-2-Clause */
/* macsim: a simulated Mac in a folder. Knows the names of the commands only. */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/macsim.h"

static const struct {
	const char *name, *synopsis;
	int (*run)(int argc, char **argv);
} commands[] = {
    {"new", "DIR --macos V --chip apple|intel --scenario NAME", cmd_new},
    {"scenarios", "", cmd_scenarios},
    {"assumptions", "[--json]", cmd_assumptions},
    {"run", "[--kill N|--fail N:ERRNO|--count] [--as USER] DIR -- CMD...", cmd_run},
    {"restart", "DIR", cmd_restart},
    {"update", "DIR VERSION", cmd_update},
    {"set", "DIR KEY=VALUE...", cmd_set},
    {"bring", "DIR package|backup|migration", cmd_bring},
    {"show", "DIR [KEY|--traces]", cmd_show},
};

static void
usage(FILE *out)
{
	fputs("usage:\n", out);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		fprintf(out, "  macsim %s%s%s\n", commands[i].name,
		    *commands[i].synopsis ? " " : "", commands[i].synopsis);
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (argc > 1)
		fprintf(stderr, "macsim: \"%s\" is not a command\n", argv[1]);
	usage(stderr);
	return MACSIM_ERROR;
}
