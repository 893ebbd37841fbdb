/* SPDX-License-Identifier: BSD-2-Clause */
/* Events of an XML property list: the same for the whole as for small pieces. */
#include "kmutil-helpers/plist_stream.h"
#include "tests/fuzz/fuzz.h"

struct seen {
	uint64_t sum;
	unsigned int depth;
};

static int
event_take(const struct plist_event *event, void *payload)
{
	struct seen *seen = payload;
	uint8_t *data;
	int64_t number;
	size_t len;

	fuzz_mix(&seen->sum, &event->kind, sizeof(event->kind));
	fuzz_mix(&seen->sum, &event->type, sizeof(event->type));
	fuzz_mix(&seen->sum, &event->id, sizeof(event->id));
	fuzz_mix(&seen->sum, &event->idref, sizeof(event->idref));
	seen->depth += event->kind == PLIST_EVENT_BEGIN;
	fuzz_require(seen->depth <= PLIST_MAX_DEPTH);
	seen->depth -= event->kind == PLIST_EVENT_END;
	if (event->text == NULL)
		return 0;
	fuzz_require(event->text[event->len] == '\0');
	fuzz_mix(&seen->sum, event->text, event->len);
	(void)plist_stream_integer(event->text, &number);
	data = malloc(strlen(event->text) + 1);
	fuzz_require(data != NULL);
	(void)plist_stream_data(event->text, data, &len);
	fuzz_require(len <= strlen(event->text));
	free(data);
	return 0;
}

static int
pieces_read(const uint8_t *bytes, size_t len, size_t piece, struct seen *seen)
{
	struct plist_stream *stream = plist_stream_new(event_take, seen, 1000);
	struct fault fault;
	size_t count;
	int rc;

	for (; len > 0; bytes += count, len -= count) {
		count = len < piece ? len : piece;
		(void)plist_stream_feed(stream, bytes, count);
	}
	rc = plist_stream_finish(stream, &fault);
	fuzz_require(rc == fault.code);
	plist_stream_free(stream);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct seen whole = {0}, pieces = {0};
	size_t piece = len > 0 ? 1 + bytes[len / 2] % 64U : 1;
	int rc = pieces_read(bytes, len, len, &whole);
	int rc2 = pieces_read(bytes, len, piece, &pieces);

	/* libxml2 2.9 takes the first '>' for the end of a DOCTYPE that is not all there,
	 * even inside quotes, and refuses what it reads whole. */
	if (memmem(bytes, len, "<!DOCTYPE", 9) == NULL)
		fuzz_require((rc == 0) == (rc2 == 0));
	if (rc == 0 && rc2 == 0)
		fuzz_require(pieces.sum == whole.sum);
	return 0;
}
