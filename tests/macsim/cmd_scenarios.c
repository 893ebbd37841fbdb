/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `macsim scenarios`: their names and what they are.
 */
#include <stdio.h>

#include "tests/macsim/scenario.h"

int
cmd_scenarios(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (size_t i = 0; scenario_at(i); i++)
		printf("%-22s %s\n", scenario_at(i)->name, scenario_at(i)->says);
	return 0;
}
