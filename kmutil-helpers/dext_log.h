/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What macOS logs of dexts: lines of the kernel, kernelmanagerd, driverkitd (27 and
 * later), sysextd, syspolicyd, amfid and taskgated-helper, read one by one from `log show`
 * or a saved file. Known texts and their sources: docs/facts.md#dext-log. A line of another
 * process, and one that is not known, is passed over; nothing is judged here.
 */
#ifndef KMUTIL_HELPERS_DEXT_LOG_H
#define KMUTIL_HELPERS_DEXT_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "kmutil-helpers/arena.h"
#include "kmutil-helpers/text_line.h"

#define DEXT_LOG_MAX_LINE_BYTES ((size_t)16 << 10) /* of a longer line the rest is not read */
#define DEXT_LOG_MAX_FINDINGS ((size_t)1000)

enum dext_log_weight {
	DEXT_LOG_BAD,   /* the dext does not run because of it, or did not at that time */
	DEXT_LOG_WAITS, /* harmless unless nothing follows */
	DEXT_LOG_GOOD   /* it got further */
};

/* What a known line says; texts for a person. */
struct dext_log_row {
	const char *name; /* "provider-entitlements" */
	enum dext_log_weight weight;
	const char *means;
	const char *todo;
};

/* One line. Texts are owned by the arena, NULL where the line does not tell. */
struct dext_log_event {
	const struct dext_log_row *row;
	const char *bundle_id; /* of the dext; for a server, its name, which is mostly that */
	const char *service;   /* the class of the driver's object: "MyDriver" */
	const char *reason;
	const char *at; /* the time as written: "2025-01-26 12:05:56" */
	int crashes;    /* -1: not told */
};

/* Reads one line without its end. False when it is none of the known ones. */
bool dext_log_read_line(struct arena *arena, struct piece line, struct dext_log_event *event);

/* Lines that say the same of the same dext, in one. */
struct dext_log_finding {
	struct dext_log_event last; /* crashes: the most that was told */
	size_t count;
	size_t last_line; /* from 1 */
};

struct dext_log {
	struct arena *arena;               /* borrowed */
	struct dext_log_finding *findings; /* in the order of their first line */
	size_t count, room;
	size_t lines; /* all that were read */
	bool cut;     /* more findings than are kept */
	/* The line that is not at its end yet. */
	char *line;
	size_t line_len;
};

void dext_log_init(struct arena *arena, struct dext_log *log);
/* Takes the next bytes of the text. */
void dext_log_feed(struct dext_log *log, const void *bytes, size_t len);
/* Says that there are no more. */
void dext_log_finish(struct dext_log *log);

#endif
