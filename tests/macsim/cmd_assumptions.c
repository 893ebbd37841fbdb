/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `macsim assumptions`: what is imitated on belief, and how to flip it.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/model.h"
#include "tests/macsim/write_bytes.h"

static void
print_json(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
	putchar('"');
}

static void
print_row_json(const struct model_assumption *row, bool first)
{
	printf("%s{\"id\":\"%s\",\"grade\":\"%s\",\"starts\":%s,\"cure\":%s,\"says\":",
	    first ? "" : ",", row->id, row->grade, row->starts ? "true" : "false",
	    row->cure ? "true" : "false");
	print_json(row->says);
	putchar('}');
}

int
cmd_assumptions(int argc, char **argv)
{
	bool json = argc == 2 && !strcmp(argv[1], "--json");

	if (argc != 1 && !json)
		macsim_die("usage: macsim assumptions [--json]");
	if (json)
		fputs("{\"schema\":\"macsim/assumptions/1\",\"assumptions\":[", stdout);
	for (size_t i = 0; model_assumption(i); i++) {
		const struct model_assumption *row = model_assumption(i);

		if (json)
			print_row_json(row, i == 0);
		else
			printf("%-38s %-8s starts %-3s %s\n    %s\n    macsim set DIR "
			       "assumption.%s=%s\n",
			    row->id, row->grade, row->starts ? "yes" : "no",
			    row->cure ? "cure" : "", row->says, row->id,
			    row->starts ? "no" : "yes");
	}
	if (json)
		puts("]}");
	return 0;
}
