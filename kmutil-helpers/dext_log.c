/* SPDX-License-Identifier: BSD-2-Clause */
/* Gathering the lines of a log: cut into lines, the same ones counted. */
#include <string.h>

#include "kmutil-helpers/dext_log.h"

#include "kmutil-helpers/banned.h"

void
dext_log_init(struct arena *arena, struct dext_log *log)
{
	*log =
	    (struct dext_log){.arena = arena, .line = arena_alloc(arena, DEXT_LOG_MAX_LINE_BYTES)};
}

static bool
is_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The finding that the event adds to; NULL when there is no room for a new one. */
static struct dext_log_finding *
find(struct dext_log *log, const struct dext_log_event *event)
{
	struct dext_log_finding *finding;
	size_t i;

	for (i = 0; i < log->count; i++) {
		finding = &log->findings[i];
		if (finding->last.row == event->row &&
		    is_same(finding->last.bundle_id, event->bundle_id) &&
		    is_same(finding->last.service, event->service) &&
		    is_same(finding->last.reason, event->reason))
			return finding;
	}
	if (log->count == DEXT_LOG_MAX_FINDINGS) {
		log->cut = true;
		return NULL;
	}
	return arena_push(log->arena, &log->findings, &log->count, &log->room, sizeof(*finding));
}

static void
take_line(struct dext_log *log)
{
	struct dext_log_event event;
	struct dext_log_finding *finding;
	int crashes;

	log->lines++;
	if (!dext_log_read_line(log->arena, piece_make(log->line, log->line_len), &event))
		return;
	finding = find(log, &event);
	if (finding == NULL)
		return;
	crashes = finding->count > 0 ? finding->last.crashes : -1;
	finding->count++;
	finding->last = event;
	finding->last_line = log->lines;
	if (crashes > event.crashes)
		finding->last.crashes = crashes;
}

void
dext_log_feed(struct dext_log *log, const void *bytes, size_t len)
{
	const char *at = bytes, *end = at + len;

	for (; at < end; at++) {
		if (*at == '\n') {
			take_line(log);
			log->line_len = 0;
		} else if (log->line_len < DEXT_LOG_MAX_LINE_BYTES) {
			log->line[log->line_len++] = *at;
		}
	}
}

void
dext_log_finish(struct dext_log *log)
{
	if (log->line_len > 0)
		take_line(log);
	log->line_len = 0;
}
