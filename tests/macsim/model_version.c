/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a macOS of a version calls itself. Builds as docs/facts.md lists them;
 * all others are made up: Darwin's major, a letter by the minor, a number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/macsim/model.h"

static const struct {
	const char *version, *build;
} builds[] = {
	{"11.7.10", "20G1427"}, {"12.7.6", "21H1320"}, {"13.6", "22G120"}, {"13.7.8", "22H730"},
	{"14.6.1", "23G93"}, {"15.0", "24A335"}, {"15.7", "24G222"}, {"15.7.1", "24G231"},
	{"15.7.3", "24G419"}, {"26.0.1", "25A362"}, {"26.1", "25B78"}, {"26.2", "25C56"},
	{"26.6.2", "25G82"}, {"26.7.1", "25G241"},
};

bool
version_parse(const char *text, int parts[3])
{
	char *end = NULL;

	for (int i = 0; i < 3; i++) {
		long number;

		parts[i] = 0;
		if (i > 0 && *text == 0)
			continue;
		if (*text < '0' || *text > '9')
			return false;
		number = strtol(text, &end, 10);
		if (number > 99 || (*end != 0 && *end != '.') || (*end == '.' && end[1] == 0))
			return false;
		parts[i] = (int)number;
		text = *end == '.' ? end + 1 : end;
	}
	return *text == 0;
}

int
version_compare(const char *a, const char *b)
{
	int x[3], y[3];

	if (!version_parse(a, x) || !version_parse(b, y))
		return 0;
	for (int i = 0; i < 3; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

static int
darwin_major(int major)
{
	return major >= 26 ? major - 1 : major + 9;
}

void
version_build(const char *version, char out[16])
{
	int part[3];

	for (size_t i = 0; i < sizeof(builds) / sizeof(*builds); i++)
		if (version_compare(builds[i].version, version) == 0) {
			snprintf(out, 16, "%s", builds[i].build);
			return;
		}
	(void)version_parse(version, part);
	snprintf(out, 16, "%d%c%d", darwin_major(part[0]) % 100, 'A' + part[1] % 26,
	    200 + part[2] % 100);
}

void
version_darwin(const char *version, char out[16])
{
	int part[3];

	(void)version_parse(version, part);
	snprintf(out, 16, "%d.%d.0", darwin_major(part[0]) % 100, part[1] > 6 ? 6 : part[1] % 100);
}

void
version_put(struct model *model, const char *version)
{
	char build[16];

	version_build(version, build);
	model_put(model, "macos", version);
	model_put(model, "build", build);
}
