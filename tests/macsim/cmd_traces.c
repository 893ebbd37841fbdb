/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `macsim show DIR --traces`: what the scenario has laid, as JSON. It is what was
 * there when the Mac was new; nothing that happened since changes it.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/cmd_traces.h"

static const char *const fields[] = {
    "bundle_id", "source", "role", "keeper", "path", "container", "version", "shown"};

static void
print_text(const char *text, size_t len)
{
	putchar('"');
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"' || text[i] == '\\')
			putchar('\\');
		putchar(text[i]);
	}
	putchar('"');
}

void
traces_print(const struct model *model)
{
	const char *at;

	printf("{\"traces\":[");
	for (size_t i = 0; (at = model_at(model, "expect", i)); i++) {
		printf(i > 0 ? ",\n{" : "\n{");
		for (size_t f = 0; f < sizeof(fields) / sizeof(*fields); f++) {
			size_t len = strcspn(at, "\t");

			printf(f > 0 ? ",\"%s\":" : "\"%s\":", fields[f]);
			if (len > 0)
				print_text(at, len);
			else
				printf("null");
			at += len + (at[len] == '\t');
		}
		putchar('}');
	}
	printf("\n]}\n");
}
