/* SPDX-License-Identifier: BSD-2-Clause */
/* Events of XML property lists, and the list of a collection: in pieces, and broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include "kmutil-helpers/kc_prelink.h"
#include "kmutil-helpers/plist_stream.h"
#include "tests/unit/mangle.h"

static const char list[] = "<plist><dict><key>_PrelinkInfoDictionary</key><array><dict>"
			   "<key>CFBundleIdentifier</key><string ID=\"1\">com.a&amp;b</string>"
			   "<key>_PrelinkBundlePath</key><string IDREF=\"1\"/>"
			   "</dict></array><key>_PrelinkKCID</key>"
			   "<data>ASNFZ4mrze8BI0VniavN7w==</data></dict></plist>";

/* Each event as a letter, and its text. */
struct told {
	char text[4096];
	size_t len;
};

static int
event_note(const struct plist_event *event, void *payload)
{
	struct told *told = payload;

	assert_true(event->text == NULL || event->text[event->len] == '\0');
	if (told != NULL)
		told->len +=
		    (size_t)snprintf(told->text + told->len, sizeof(told->text) - told->len,
			"%c%u%s%s ", "([kv"[event->kind == PLIST_EVENT_END ? 1 : event->kind],
			(unsigned int)event -> type, event -> text ? event -> text : "",
			event->cut ? "..." : "");
	return 0;
}

static int
pieces_read(const char *text, size_t len, size_t piece, size_t text_max, struct told *told)
{
	struct plist_stream *stream = plist_stream_new(event_note, told, text_max);
	struct fault fault;
	size_t at;

	for (at = 0; at < len; at += piece)
		(void)plist_stream_feed(stream, text + at, len - at < piece ? len - at : piece);
	(void)!plist_stream_finish(stream, &fault);
	assert_true(fault.at <= len);
	plist_stream_free(stream);
	return fault.code;
}

static void
stream_tells_the_same_in_pieces(void **state)
{
	struct told whole = {.len = 0}, pieces;
	size_t piece;

	(void)state;
	assert_int_equal(pieces_read(list, strlen(list), strlen(list), 100, &whole), 0);
	for (piece = 1; piece < strlen(list); piece++) {
		pieces = (struct told){.len = 0};
		assert_int_equal(pieces_read(list, strlen(list), piece, 100, &pieces), 0);
		assert_string_equal(pieces.text, whole.text);
	}
}

static void
stream_cuts_a_long_text(void **state)
{
	struct told told = {.len = 0};

	(void)state;
	assert_int_equal(pieces_read("<string>abcdef</string>", 23, 4, 3, &told), 0);
	assert_string_equal(told.text, "v2abc... ");
}

static void
stream_take(struct arena *own, const void *bytes, size_t len, void *payload)
{
	(void)own, (void)payload;
	(void)pieces_read(bytes, len, 7, 20, NULL);
}

static void
prelink_take(struct arena *own, const void *bytes, size_t len, void *payload)
{
	struct kc kc = {0};
	struct kc_prelink *prelink = kc_prelink_new(own, &kc);
	struct fault fault;
	size_t i;
	int rc;

	(void)payload;
	(void)kc_prelink_feed(prelink, bytes, len / 2);
	(void)kc_prelink_feed(prelink, (const uint8_t *)bytes + len / 2, len - len / 2);
	rc = kc_prelink_finish(prelink, &fault);
	assert_int_equal(rc, fault.code);
	for (i = 0; i < kc.member_count; i++)
		assert_non_null(kc.members[i].id);
	kc_prelink_free(prelink);
}

static void
mangled_lists_are_read_without_harm(void **state)
{
	(void)state;
	mangle_text("stream of events", list, stream_take, NULL);
	mangle_text("list of a collection", list, prelink_take, NULL);
}

/* Numbers, and data into a buffer as large as promised, no larger. */
static void
scalar_take(struct arena *own, const void *bytes, size_t len, void *payload)
{
	char *text = malloc(len + 1);
	uint8_t *data;
	int64_t number;
	size_t got;

	(void)own, (void)payload;
	memcpy(text, bytes, len);
	text[len] = '\0';
	data = malloc(strlen(text) + 1);
	(void)plist_stream_integer(text, &number);
	(void)plist_stream_data(text, data, &got);
	assert_true(got <= strlen(text));
	free(data);
	free(text);
}

static void
mangled_scalars_are_read_without_harm(void **state)
{
	(void)state;
	mangle_text("integer", " -0x7fffFFFFffffffff \n", scalar_take, NULL);
	mangle_text("integer", "18446744073709551616", scalar_take, NULL);
	mangle_text("data", "ASNFZ4mr\n\tze8BI0Vniav=\nN7w==", scalar_take, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(stream_tells_the_same_in_pieces),
	    cmocka_unit_test(stream_cuts_a_long_text),
	    cmocka_unit_test(mangled_lists_are_read_without_harm),
	    cmocka_unit_test(mangled_scalars_are_read_without_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
