/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries out of a stream of property list events. */
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/die.h"
#include "kmutil-helpers/ioreg.h"
#include "kmutil-helpers/plist_stream.h"
#include "kmutil-helpers/banned.h"

#define TEXT_MAX_BYTES 1024
#define USAGE_PAGE_DESKTOP 1 /* USB HID usage tables, 1.12: Generic Desktop */
#define USAGE_KEYBOARD 6

enum wanted { OTHER, CHILDREN, NAME, BUNDLE, BSD, TRANSPORT, PAGE, USAGE, MATCHED, SERVER };

static const struct {
	const char *key;
	enum wanted wanted;
	enum plist_type type;
} keys[] = {
    {"IORegistryEntryChildren", CHILDREN, PLIST_ARRAY},
    {"IORegistryEntryName", NAME, PLIST_STRING},
    {"CFBundleIdentifier", BUNDLE, PLIST_STRING},
    {"BSD Name", BSD, PLIST_STRING},
    {"Transport", TRANSPORT, PLIST_STRING},
    {"PrimaryUsagePage", PAGE, PLIST_INTEGER},
    {"PrimaryUsage", USAGE, PLIST_INTEGER},
    {"IODEXTMatchCount", MATCHED, PLIST_INTEGER},
    {"IOUserServerName", SERVER, PLIST_STRING},
};

/* An entry whose dictionary is open. */
struct frame {
	size_t entry;
	unsigned int level; /* of its keys */
	bool in_children;
	bool desktop, keyboard; /* the two halves of its primary usage */
};

struct ioreg_reader {
	struct arena *arena;    /* borrowed */
	struct ioreg *registry; /* borrowed */
	struct plist_stream *stream;
	struct frame frames[PLIST_MAX_DEPTH];
	size_t open;
	unsigned int level;   /* containers that are open */
	enum wanted wanted;   /* of the key that was read last */
	enum plist_type type; /* that belongs to it */
	size_t bytes_in, text_bytes;
	int fault;
};

static struct frame *
top_frame(struct ioreg_reader *reader)
{
	return reader->open > 0 ? &reader->frames[reader->open - 1] : NULL;
}

static int
begin_entry(struct ioreg_reader *reader)
{
	const struct frame *above = top_frame(reader);
	struct ioreg *registry = reader->registry;
	struct ioreg_entry *entry;

	if (registry->count == IOREG_MAX_ENTRIES)
		return -FAULT_COUNT;
	if (reader->open == PLIST_MAX_DEPTH)
		return -FAULT_DEPTH;
	entry = arena_push(
	    reader->arena, &registry->items, &registry->count, &registry->room, sizeof(*entry));
	entry->parent = above != NULL ? above->entry : IOREG_NO_PARENT;
	reader->frames[reader->open++] =
	    (struct frame){.entry = registry->count - 1, .level = reader->level + 1};
	return 0;
}

static int
begin_container(struct ioreg_reader *reader, enum plist_type type)
{
	struct frame *frame = top_frame(reader);
	int fault = 0;

	if (frame == NULL) {
		/* The list itself, or its one array of entries. */
		if (type == PLIST_DICT && reader->level <= 1)
			fault = begin_entry(reader);
	} else if (frame->in_children && reader->level == frame->level + 1) {
		if (type == PLIST_DICT)
			fault = begin_entry(reader);
	} else if (reader->level == frame->level && type == PLIST_ARRAY) {
		frame->in_children = reader->wanted == CHILDREN;
	}
	reader->level++;
	reader->wanted = OTHER;
	return fault;
}

static void
end_container(struct ioreg_reader *reader)
{
	struct frame *frame = top_frame(reader);

	reader->level--;
	reader->wanted = OTHER;
	if (frame == NULL)
		return;
	if (reader->level < frame->level) {
		reader->registry->items[frame->entry].keyboard = frame->desktop && frame->keyboard;
		reader->open--;
	} else if (reader->level == frame->level) {
		frame->in_children = false;
	}
}

static int
keep_text(struct ioreg_reader *reader, const struct plist_event *event, const char **text)
{
	if (event->cut)
		return 0;
	if (event->len > IOREG_MAX_TEXT_BYTES - reader->text_bytes)
		return -FAULT_SIZE;
	reader->text_bytes += event->len;
	*text = arena_strndup(reader->arena, event->text, event->len);
	return 0;
}

static int
take_value(struct ioreg_reader *reader, const struct plist_event *event)
{
	struct frame *frame = top_frame(reader);
	struct ioreg_entry *entry;
	int64_t number = 0;

	if (frame == NULL || reader->level != frame->level || reader->type != event->type)
		return 0;
	entry = &reader->registry->items[frame->entry];
	if (event->type == PLIST_INTEGER && plist_stream_integer(event->text, &number) != 0)
		return 0;
	switch (reader->wanted) {
	case NAME:
		return keep_text(reader, event, &entry->name);
	case BUNDLE:
		return keep_text(reader, event, &entry->bundle_id);
	case BSD:
		return keep_text(reader, event, &entry->bsd_name);
	case TRANSPORT:
		return keep_text(reader, event, &entry->transport);
	case SERVER:
		return keep_text(reader, event, &entry->user_server);
	case PAGE:
		frame->desktop = number == USAGE_PAGE_DESKTOP;
		break;
	case USAGE:
		frame->keyboard = number == USAGE_KEYBOARD;
		break;
	case MATCHED:
		entry->dexts_matched = number;
		break;
	case OTHER:
	case CHILDREN:
		break;
	}
	return 0;
}

static void
take_key(struct ioreg_reader *reader, const struct plist_event *event)
{
	const struct frame *frame = top_frame(reader);
	size_t i;

	reader->wanted = OTHER;
	if (frame == NULL || reader->level != frame->level || event->cut)
		return;
	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strcmp(keys[i].key, event->text) == 0) {
			reader->wanted = keys[i].wanted;
			reader->type = keys[i].type;
		}
}

static int
take_event(const struct plist_event *event, void *payload)
{
	struct ioreg_reader *reader = payload;
	int fault = 0;

	switch (event->kind) {
	case PLIST_EVENT_BEGIN:
		return begin_container(reader, event->type);
	case PLIST_EVENT_END:
		end_container(reader);
		break;
	case PLIST_EVENT_KEY:
		take_key(reader, event);
		break;
	case PLIST_EVENT_VALUE:
		fault = take_value(reader, event);
		reader->wanted = OTHER;
		break;
	}
	return fault;
}

struct ioreg_reader *
ioreg_reader_new(struct arena *arena, struct ioreg *registry)
{
	struct ioreg_reader *reader = calloc(1, sizeof(*reader));

	if (reader == NULL)
		die(EXIT_BUG, "out of memory");
	*registry = (struct ioreg){0};
	reader->arena = arena;
	reader->registry = registry;
	reader->stream = plist_stream_new(take_event, reader, TEXT_MAX_BYTES);
	return reader;
}

void
ioreg_reader_free(struct ioreg_reader *reader)
{
	if (reader != NULL)
		plist_stream_free(reader->stream);
	free(reader);
}

void
ioreg_reader_feed(struct ioreg_reader *reader, const void *bytes, size_t len)
{
	reader->bytes_in += len;
	if (reader->fault == 0)
		reader->fault = plist_stream_feed(reader->stream, bytes, len);
}

int
ioreg_reader_finish(struct ioreg_reader *reader)
{
	struct fault fault;

	if (reader->bytes_in == 0)
		return 0;
	if (reader->fault == 0)
		reader->fault = plist_stream_finish(reader->stream, &fault);
	return reader->fault;
}

bool
ioreg_is_below(const struct ioreg *registry, size_t below, size_t above)
{
	while (below != IOREG_NO_PARENT && below > above)
		below = registry->items[below].parent;
	return below == above;
}

bool
ioreg_has_waiting(const struct ioreg *registry, size_t device)
{
	int64_t waiting = registry->items[device].dexts_matched;
	size_t i;

	for (i = device + 1; i < registry->count; i++)
		if (registry->items[i].parent == device && registry->items[i].bundle_id != NULL &&
		    registry->items[i].user_server != NULL)
			waiting--;
	return waiting > 0;
}
