/* SPDX-License-Identifier: BSD-2-Clause */
/* Colours of a report. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "migrate/report.h"
#include "migrate/report_columns.h"
#include "migrate/report_style.h"
#include "kmutil-helpers/banned.h"

#define BOLD "\033[1m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

bool
style_is_wanted(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) == 1 && (no_color == NULL || no_color[0] == '\0') &&
	       term != NULL && strcmp(term, "dumb") != 0;
}

size_t
style_add_name(struct buf *out, const char *name, size_t columns, bool styled)
{
	struct buf safe = {0}, shown = {0};
	size_t width;

	buf_name(&safe, name);
	columns_cut(&shown, safe.len > 0 ? safe.bytes : "", columns);
	width = shown.len > 0 ? columns_width(shown.bytes) : 0;
	buf_text(out, styled ? BOLD : "");
	buf_add(out, shown.bytes, shown.len);
	buf_text(out, styled ? PLAIN : "");
	buf_done(&safe);
	buf_done(&shown);
	return width;
}

static const char *
color_of(enum standing standing)
{
	switch (standing) {
	case STANDING_INSTALLED:
	case STANDING_RETURNED:
	case STANDING_BLOCKED:
	case STANDING_REMOVING:
		return RED;
	case STANDING_UNKNOWN:
	case STANDING_VERIFYING:
	case STANDING_APPROVAL_PENDING:
	case STANDING_RESTART_PENDING:
	case STANDING_INERT:
		return YELLOW;
	case STANDING_GONE:
		return GREEN;
	case STANDING_NONE:
	case STANDING_APPLE:
	case STANDING_COUNT:
		break;
	}
	return "";
}

void
style_add_standing(struct buf *out, enum standing standing, bool styled)
{
	const char *color = styled ? color_of(standing) : "";

	buf_text(out, color);
	buf_text(out, report_standing_words(standing));
	buf_text(out, color[0] != '\0' ? PLAIN : "");
}
