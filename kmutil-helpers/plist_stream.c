/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Property lists in XML through libxml2's push parser. libxml2 goes on after an
 * error only so that we can tell the few that macOS does not mind from the rest.
 */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include "kmutil-helpers/die.h"
#include "kmutil-helpers/plist_stream.h"
#include "kmutil-helpers/banned.h"

/* libxml2 promises nothing for chunks beyond INT_MAX; small ones keep it small. */
#define CHUNK_BYTES ((size_t)16 << 10)

#if LIBXML_VERSION >= 21200
typedef const xmlError *stream_error;
#else
typedef xmlErrorPtr stream_error;
#endif

struct level {
	enum plist_type type;
	bool has_key; /* of a dictionary: a key waits for its value */
	bool is_ref;  /* stands for another container; takes no members */
};

struct plist_stream {
	int (*event)(const struct plist_event *, void *);
	void *payload;
	xmlParserCtxtPtr parser;
	struct level levels[PLIST_MAX_DEPTH];
	size_t depth;
	struct plist_event scalar; /* that is being read, if in_scalar */
	bool in_scalar, in_plist, has_value, done, started, ended;
	char *text; /* of scalar */
	size_t text_max, text_size;
	uint64_t fed;
	int code;
};

static const struct {
	const char *name;
	enum plist_type type;
	bool container, key, truth;
} elements[] = {
	{"dict", PLIST_DICT, true, false, false},
	{"array", PLIST_ARRAY, true, false, false},
	{"set", PLIST_ARRAY, true, false, false},
	{"key", PLIST_STRING, false, true, false},
	{"string", PLIST_STRING, false, false, false},
	{"integer", PLIST_INTEGER, false, false, false},
	{"real", PLIST_REAL, false, false, false},
	{"true", PLIST_BOOLEAN, false, false, true},
	{"false", PLIST_BOOLEAN, false, false, false},
	{"date", PLIST_DATE, false, false, false},
	{"data", PLIST_DATA, false, false, false},
};

/* What is wrong only because the bytes ended, such as half a name, is short. */
static void
stream_stop(struct plist_stream *stream, int code)
{
	if (stream->code != 0 || stream->done || code == 0)
		return;
	stream->code = stream->ended ? -FAULT_SHORT : code;
	xmlStopParser(stream->parser);
}

static void
stream_send(struct plist_stream *stream, const struct plist_event *event)
{
	if (stream->code == 0 && !stream->done)
		stream_stop(stream, stream->event(event, stream->payload));
}

/* The value of ID or IDREF, both small decimal numbers. */
static uint32_t
reference_read(const xmlChar *begin, const xmlChar *end)
{
	uint32_t value = 0;

	if (begin == end)
		return PLIST_NO_ID;
	for (; begin < end; begin++) {
		if (*begin < '0' || *begin > '9' || value > (PLIST_NO_ID - 10) / 10)
			return PLIST_NO_ID;
		value = value * 10 + (uint32_t)(*begin - '0');
	}
	return value;
}

/* Attributes come as {name, prefix, URI, begin, end}. False on a bad reference. */
static bool
attributes_read(struct plist_event *event, int count, const xmlChar **attributes)
{
	int i;

	event->id = event->idref = PLIST_NO_ID;
	for (i = 0; i < count; i++, attributes += 5) {
		bool is_id = strcmp((const char *)attributes[0], "ID") == 0;
		bool is_ref = strcmp((const char *)attributes[0], "IDREF") == 0;
		uint32_t value;

		if (!is_id && !is_ref)
			continue;
		value = reference_read(attributes[3], attributes[4]);
		if (value == PLIST_NO_ID)
			return false;
		*(is_id ? &event->id : &event->idref) = value;
	}
	return true;
}

/* Whether a key or a value may stand here. Notes that it does. */
static bool
place_take(struct plist_stream *stream, bool key)
{
	struct level *level = stream->depth ? &stream->levels[stream->depth - 1] : NULL;

	if (level == NULL) {
		if (key || stream->has_value)
			return false;
		stream->has_value = true;
		return true;
	}
	if (level->is_ref)
		return false;
	if (level->type == PLIST_ARRAY)
		return !key;
	if (key == level->has_key)
		return false;
	level->has_key = key;
	return true;
}

static void
container_begin(struct plist_stream *stream, struct plist_event *event)
{
	if (stream->depth == PLIST_MAX_DEPTH) {
		stream_stop(stream, -FAULT_DEPTH);
		return;
	}
	stream->levels[stream->depth++] =
	    (struct level){.type = event->type, .is_ref = event->idref != PLIST_NO_ID};
	event->kind = PLIST_EVENT_BEGIN;
	stream_send(stream, event);
}

static void
on_begin(void *payload, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
    int namespace_count, const xmlChar **namespaces, int attribute_count, int defaulted,
    const xmlChar **attributes)
{
	struct plist_stream *stream = payload;
	struct plist_event event = {.kind = PLIST_EVENT_VALUE};
	size_t i;

	(void)prefix, (void)uri, (void)namespace_count, (void)namespaces, (void)defaulted;
	if (stream->code != 0 || stream->done)
		return;
	if (strcmp((const char *)name, "plist") == 0 && !stream->in_plist && !stream->has_value) {
		stream->in_plist = true;
		return;
	}
	for (i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (strcmp((const char *)name, elements[i].name) == 0)
			break;
	if (i == sizeof(elements) / sizeof(elements[0]) || stream->in_scalar ||
	    !attributes_read(&event, attribute_count, attributes) ||
	    !place_take(stream, elements[i].key)) {
		stream_stop(stream, -FAULT_SYNTAX);
		return;
	}
	event.type = elements[i].type;
	if (elements[i].container) {
		container_begin(stream, &event);
		return;
	}
	if (elements[i].key)
		event.kind = PLIST_EVENT_KEY;
	event.truth = elements[i].truth;
	stream->scalar = event;
	stream->in_scalar = true;
}

static void
on_end(void *payload, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct plist_stream *stream = payload;
	struct plist_event event = {.kind = PLIST_EVENT_END};

	(void)name, (void)prefix, (void)uri;
	if (stream->code != 0 || stream->done)
		return;
	if (stream->in_scalar) {
		stream->text[stream->scalar.len] = '\0';
		stream->scalar.text = stream->text;
		stream->in_scalar = false;
		stream_send(stream, &stream->scalar);
	} else if (stream->depth != 0) {
		if (stream->levels[stream->depth - 1].has_key) {
			stream_stop(stream, -FAULT_SYNTAX);
			return;
		}
		event.type = stream->levels[--stream->depth].type;
		event.id = event.idref = PLIST_NO_ID;
		stream_send(stream, &event);
	}
	/* The value's own end, or </plist> right after it: libxml2 matched them. */
	if (stream->depth == 0 && stream->code == 0) {
		if (!stream->has_value)
			stream_stop(stream, -FAULT_SYNTAX);
		else if (!stream->in_plist || strcmp((const char *)name, "plist") == 0)
			stream->done = true;
	}
}

/* Makes room for len more bytes of text and a NUL; returns how many may be taken. */
static size_t
text_reserve(struct plist_stream *stream, size_t len)
{
	size_t used = stream->scalar.len, size = stream->text_size;

	if (len > stream->text_max - used) {
		len = stream->text_max - used;
		stream->scalar.cut = true;
	}
	while (used + len + 1 > size)
		size *= 2;
	if (size != stream->text_size) {
		stream->text = realloc(stream->text, size);
		if (stream->text == NULL)
			die(EXIT_BUG, "out of memory");
		stream->text_size = size;
	}
	return len;
}

static void
on_text(void *payload, const xmlChar *text, int len)
{
	struct plist_stream *stream = payload;
	size_t count = len > 0 ? (size_t)len : 0;

	if (stream->code != 0 || stream->done)
		return;
	if (stream->in_scalar) {
		count = text_reserve(stream, count);
		memcpy(stream->text + stream->scalar.len, text, count);
		stream->scalar.len += count;
		return;
	}
	while (count > 0 && memchr(" \t\r\n", text[count - 1], 4) != NULL)
		count--;
	if (count != 0)
		stream_stop(stream, -FAULT_SYNTAX);
}

static void
on_error(void *payload, stream_error error)
{
	/* The first argument is libxml2's own choice of context, not ours. */
	xmlParserCtxtPtr parser = error->ctxt;
	struct plist_stream *stream = parser ? parser->userData : NULL;

	(void)payload;
	if (stream == NULL || error->code == XML_ERR_HYPHEN_IN_COMMENT ||
	    error->domain == XML_FROM_NAMESPACE)
		return;
	/* The end came too early: told by plist_stream_finish. */
	if (error->code == XML_ERR_DOCUMENT_EMPTY || error->code == XML_ERR_DOCUMENT_END)
		return;
	stream_stop(stream, error->code == XML_ERR_NO_MEMORY ? -ENOMEM : -FAULT_SYNTAX);
}

/* Of a broken encoding libxml2 speaks to stderr, unless somebody else listens. */
static void
complaint_drop(void *payload, const char *format, ...)
{
	(void)payload, (void)format;
}

/* No list of Apple's declares an entity; what is not there cannot be expanded. */
static void
on_entity(void *payload, const xmlChar *name, int type, const xmlChar *public_id,
    const xmlChar *system_id, xmlChar *content)
{
	(void)name, (void)type, (void)public_id, (void)system_id, (void)content;
	stream_stop(payload, -FAULT_SYNTAX);
}

struct plist_stream *
plist_stream_new(
    int (*event)(const struct plist_event *event, void *payload), void *payload, size_t text_max)
{
	struct plist_stream *stream = calloc(1, sizeof(*stream));
	xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC};

	if (stream == NULL)
		die(EXIT_BUG, "out of memory");
	handler.startElementNs = on_begin;
	handler.endElementNs = on_end;
	handler.characters = on_text;
	handler.ignorableWhitespace = on_text;
	handler.cdataBlock = on_text;
	handler.entityDecl = on_entity;
	handler.serror = on_error;
	xmlSetGenericErrorFunc(NULL, complaint_drop);
	stream->event = event;
	stream->payload = payload;
	stream->text_max = text_max;
	stream->text_size = 256;
	stream->text = malloc(stream->text_size);
	stream->parser = xmlCreatePushParserCtxt(&handler, stream, NULL, 0, NULL);
	if (stream->text == NULL || stream->parser == NULL)
		die(EXIT_BUG, "out of memory");
	/* HUGE only lifts the limit of 10 MB for one text; depth and size are ours. */
	(void)xmlCtxtUseOptions(
	    stream->parser, XML_PARSE_NONET | XML_PARSE_RECOVER | XML_PARSE_HUGE);
	return stream;
}

void
plist_stream_free(struct plist_stream *stream)
{
	if (stream == NULL)
		return;
	/* libxml2 keeps a declared entity in a document, which nobody asked for. */
	xmlFreeDoc(stream->parser->myDoc);
	stream->parser->myDoc = NULL;
	xmlFreeParserCtxt(stream->parser);
	free(stream->text);
	free(stream);
}

bool
plist_stream_is_done(const struct plist_stream *stream)
{
	return stream->done;
}

int
plist_stream_feed(struct plist_stream *stream, const void *bytes, size_t len)
{
	const char *at = bytes;
	size_t count;

	while (len != 0 && !stream->started && memchr(" \t\r\n", *at, 4) != NULL)
		at++, len--, stream->fed++;
	for (; len != 0 && stream->code == 0 && !stream->done; at += count, len -= count) {
		count = len < CHUNK_BYTES ? len : CHUNK_BYTES;
		stream->started = true;
		(void)xmlParseChunk(stream->parser, at, (int)count, 0);
		stream->fed += count;
	}
	return stream->code;
}

int
plist_stream_finish(struct plist_stream *stream, struct fault *fault)
{
	long at = -1;

	if (stream->code == 0 && !stream->done) {
		stream->ended = true;
		(void)xmlParseChunk(stream->parser, NULL, 0, 1);
		if (!stream->done && stream->code == 0)
			stream->code = -FAULT_SHORT;
	}
	if (stream->code != -FAULT_SHORT)
		at = xmlByteConsumed(stream->parser);
	fault->code = stream->code;
	fault->at = at > 0 && (uint64_t)at < stream->fed ? (uint64_t)at : stream->fed;
	return stream->code;
}

int
plist_stream_integer(const char *text, int64_t *out)
{
	const char *digits = text + strspn(text, " \t\r\n");
	bool negative = *digits == '-';
	unsigned long long value;
	char *end;
	int base;

	digits += negative || *digits == '+';
	base = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X') ? 16 : 10;
	digits += base == 16 ? 2 : 0;
	if (strspn(digits, base == 16 ? "0123456789abcdefABCDEF" : "0123456789") == 0)
		return -FAULT_SYNTAX;
	errno = 0;
	value = strtoull(digits, &end, base);
	if (end[strspn(end, " \t\r\n")] != '\0')
		return -FAULT_SYNTAX;
	if (errno == ERANGE || (base == 10 && value > (unsigned long long)INT64_MAX + negative))
		return -FAULT_RANGE;
	*out = (int64_t)(negative ? 0 - value : value);
	return 0;
}

static int
base64_digit(int c)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

int
plist_stream_data(const char *text, uint8_t *out, size_t *len)
{
	unsigned int bits = 0, count = 0;
	int digit;

	*len = 0;
	for (; *text != '\0' && *text != '='; text++) {
		if (strchr(" \t\r\n", *text) != NULL)
			continue;
		if ((digit = base64_digit(*text)) < 0)
			return -FAULT_SYNTAX;
		bits = (bits << 6 | (unsigned int)digit) & 0xffffff;
		if (count++ % 4 != 0)
			out[(*len)++] = (uint8_t)(bits >> (6 - 2 * ((count - 1) % 4)));
	}
	return 0;
}
