/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * XML property lists: values out of the events of plist_stream.h, which says what
 * is forgiven. Members are gathered on one stack, and copied to their container
 * when it ends.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/die.h"
#include "kmutil-helpers/plist_build.h"
#include "kmutil-helpers/plist_stream.h"
#include "kmutil-helpers/banned.h"

#define MAX_IDS ((size_t)1 << 16)

struct xml_reader {
	struct plist_build *build;  /* borrowed */
	const struct plist **stack; /* owned; members of containers that are open */
	size_t used, room;
	struct plist *open[PLIST_MAX_DEPTH]; /* containers; NULL where an IDREF stands */
	size_t first[PLIST_MAX_DEPTH];       /* of their members, in stack */
	size_t depth;
	const struct plist **by_id;    /* owned; values that are complete */
	uint32_t ids[PLIST_MAX_DEPTH]; /* of containers that are open */
};

static int
member_push(struct xml_reader *r, const struct plist *value)
{
	if (r->used == PLIST_MAX_VALUES)
		return -FAULT_COUNT;
	if (r->used == r->room) {
		r->room = r->room ? 2 * r->room : 64;
		r->stack = realloc(r->stack, r->room * sizeof(*r->stack));
		if (r->stack == NULL)
			die(EXIT_BUG, "out of memory");
	}
	r->stack[r->used++] = value;
	return 0;
}

/* Makes a value known by its ID. */
static int
id_note(struct xml_reader *r, uint32_t id, const struct plist *value)
{
	if (id == PLIST_NO_ID)
		return 0;
	if (id >= MAX_IDS)
		return -FAULT_COUNT;
	if (r->by_id == NULL)
		r->by_id = calloc(MAX_IDS, sizeof(*r->by_id));
	if (r->by_id == NULL)
		die(EXIT_BUG, "out of memory");
	r->by_id[id] = value;
	return 0;
}

/* The value of an IDREF. An open container is not known yet: no cycles. Its
 * height counts, or a few lines could nest for ever. */
static int
reference_push(struct xml_reader *r, const struct plist_event *event)
{
	const struct plist *value =
	    r->by_id != NULL && event->idref < MAX_IDS ? r->by_id[event->idref] : NULL;

	if (value == NULL)
		return -FAULT_MISSING;
	if (value->type != event->type)
		return -FAULT_TYPE;
	if (r->depth + value->height > PLIST_MAX_DEPTH)
		return -FAULT_DEPTH;
	return member_push(r, value);
}

/* Days since 1970 of a date of the Gregorian calendar. */
static int64_t
days_from_date(int64_t year, int64_t month, int64_t day)
{
	int64_t y = year - (month <= 2), era = y / 400, of_era = y - era * 400, of_year;

	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* A date as CoreFoundation writes it: "2001-01-01T00:00:00Z". */
static int
date_parse(const char *text, int64_t *value)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:ddZ";
	int64_t field[6] = {0};
	size_t i, n = 0;

	for (i = 0; shape[i] != '\0'; i++) {
		if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
			return -FAULT_SYNTAX;
		if (shape[i] == 'd')
			field[n] = field[n] * 10 + text[i] - '0';
		else
			n++;
	}
	if (text[i] != '\0' || field[0] == 0 || field[1] < 1 || field[1] > 12 || field[2] < 1 ||
	    field[2] > 31 || field[3] > 24 || field[4] > 59 || field[5] > 60)
		return -FAULT_SYNTAX;
	*value = days_from_date(field[0], field[1], field[2]) * 86400 + field[3] * 3600 +
		 field[4] * 60 + field[5];
	return 0;
}

static int
data_read(struct xml_reader *r, const struct plist_event *event, struct plist **out)
{
	char *bytes;
	int rc = plist_build_value(r->build, PLIST_DATA, out);

	if (rc == 0)
		rc = plist_build_bytes(r->build, event->len, &bytes);
	if (rc == 0) {
		(*out)->u.data = (const uint8_t *)bytes;
		rc = plist_stream_data(event->text, (uint8_t *)bytes, &(*out)->count);
	}
	return rc;
}

static int
scalar_read(struct xml_reader *r, const struct plist_event *event, struct plist **out)
{
	char *end;
	int rc;

	if (event->cut)
		return -FAULT_SIZE;
	if (event->type == PLIST_STRING)
		return plist_build_copy(r->build, PLIST_STRING, event->text, event->len, out);
	if (event->type == PLIST_DATA)
		return data_read(r, event, out);
	if ((rc = plist_build_value(r->build, event->type, out)) != 0)
		return rc;
	if (event->type == PLIST_BOOLEAN) {
		(*out)->u.integer = event->truth;
	} else if (event->type == PLIST_DATE) {
		rc = date_parse(event->text, &(*out)->u.integer);
	} else if (event->type == PLIST_REAL) {
		(*out)->u.real = strtod(event->text, &end);
		if (end == event->text || *end != '\0')
			(*out)->u.real = NAN;
	} else if (event->type == PLIST_INTEGER) {
		rc = plist_stream_integer(event->text, &(*out)->u.integer);
		if (rc == -FAULT_RANGE) {
			(*out)->special = true;
			rc = 0;
		}
	}
	return rc;
}

static int
container_begin(struct xml_reader *r, const struct plist_event *event)
{
	struct plist *value = NULL;
	int rc = 0;

	if (event->idref != PLIST_NO_ID)
		rc = reference_push(r, event);
	else
		rc = plist_build_value(r->build, event->type, &value);
	r->open[r->depth] = value;
	r->ids[r->depth] = event->id;
	r->first[r->depth++] = r->used;
	return rc;
}

static int
container_end(struct xml_reader *r)
{
	struct plist *value = r->open[--r->depth];
	size_t first = r->first[r->depth], count = r->used - first, i;
	int rc;

	if (value == NULL)
		return 0;
	if ((rc = plist_build_items(r->build, count, &value->u.items)) != 0)
		return rc;
	for (i = 0; i < count; i++)
		value->u.items[i] = r->stack[first + i];
	if ((rc = plist_build_close(value, count)) != 0)
		return rc;
	value->count = value->type == PLIST_DICT ? count / 2 : count;
	r->used = first;
	rc = id_note(r, r->ids[r->depth], value);
	return rc ? rc : member_push(r, value);
}

static int
event_take(const struct plist_event *event, void *payload)
{
	struct xml_reader *r = payload;
	struct plist *value;
	int rc;

	if (event->kind == PLIST_EVENT_BEGIN)
		return container_begin(r, event);
	if (event->kind == PLIST_EVENT_END)
		return container_end(r);
	if (event->idref != PLIST_NO_ID)
		return reference_push(r, event);
	rc = scalar_read(r, event, &value);
	if (rc == 0)
		rc = id_note(r, event->id, value);
	return rc ? rc : member_push(r, value);
}

int
plist_read_xml(struct plist_build *build, const uint8_t *bytes, size_t len,
    const struct plist **out, struct fault *fault)
{
	struct xml_reader r = {.build = build};
	struct plist_stream *stream = plist_stream_new(event_take, &r, PLIST_MAX_BYTES);
	int rc;

	(void)plist_stream_feed(stream, bytes, len);
	rc = plist_stream_finish(stream, fault);
	*out = rc == 0 ? r.stack[0] : NULL;
	plist_stream_free(stream);
	free(r.stack);
	free(r.by_id);
	return rc;
}
