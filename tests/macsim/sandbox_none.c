/* SPDX-License-Identifier: BSD-2-Clause */
/* The sandbox where there is none: macsim run needs Linux. */
#include <stdio.h>

#include "tests/macsim/macsim.h"

int
hostlink_refresh(const char *dir, const char *scenario_rule)
{
	(void)dir;
	(void)scenario_rule;
	return 0;
}

int
sandbox_run(const struct sandbox_request *request)
{
	(void)request;
	fputs("macsim: running a command inside a simulated Mac needs Linux\n", stderr);
	return 69;
}
