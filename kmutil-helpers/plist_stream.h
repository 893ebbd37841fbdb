/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A property list in XML as a stream of events: the only door to libxml2 for
 * what macOS wrote. Nothing is loaded, no entity is expanded but the five of
 * XML, and memory does not grow with the input.
 * macOS reads more than XML allows. Accepted as it does: white space before the
 * declaration, no declaration, no DOCTYPE, no <plist> around the value, "--" in
 * a comment, anything after the end. All else that is not well-formed is a fault.
 */
#ifndef KMUTIL_HELPERS_PLIST_STREAM_H
#define KMUTIL_HELPERS_PLIST_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/plist.h"

enum plist_event_kind {
	PLIST_EVENT_BEGIN, /* dictionary or array, by type */
	PLIST_EVENT_END,   /* the same */
	PLIST_EVENT_KEY,
	PLIST_EVENT_VALUE /* all other types */
};

#define PLIST_NO_ID UINT32_MAX

/* An event; borrowed until the callback returns. */
struct plist_event {
	enum plist_event_kind kind;
	enum plist_type type;
	const char *text; /* characters as written, entities resolved; ends with a NUL */
	size_t len;
	bool cut;         /* there was more than the limit; text is its beginning */
	bool truth;       /* of a boolean */
	/* IOKit's serializer writes a value once with ID, later only IDREF; such an
	 * event has no text, and a container no members. PLIST_NO_ID: none. */
	uint32_t id, idref;
};

struct plist_stream;

/* A stream that calls event for each of its events, and stops with the first
 * value that is not 0. Text of one value beyond text_max bytes is cut. Caller
 * frees; never NULL. */
struct plist_stream *plist_stream_new(
    int (*event)(const struct plist_event *event, void *payload), void *payload, size_t text_max);
void plist_stream_free(struct plist_stream *stream);
/* Takes the next len bytes. 0, a fault of the event's, -FAULT_SYNTAX or _DEPTH;
 * it sticks, and plist_stream_finish tells it again. */
int plist_stream_feed(struct plist_stream *stream, const void *bytes, size_t len);
/* True when the list is complete; what follows is not looked at. */
bool plist_stream_is_done(const struct plist_stream *stream);
/* Says that there are no more bytes; -FAULT_SHORT when the list is not complete.
 * fault->at is the byte up to which it was read. */
int plist_stream_finish(struct plist_stream *stream, struct fault *fault)
    __attribute__((warn_unused_result));

/* The integer as macOS writes and reads it: decimal, or hexadecimal after 0x;
 * -FAULT_SYNTAX, or -FAULT_RANGE when 64 bits do not hold it. Hexadecimal of 64
 * bits is taken as a pattern (kernel addresses are negative then). */
int plist_stream_integer(const char *text, int64_t *out);
/* The bytes of a data value. out has room for strlen(text); -FAULT_SYNTAX. */
int plist_stream_data(const char *text, uint8_t *out, size_t *len);

#endif
