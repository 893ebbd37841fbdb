/* SPDX-License-Identifier: BSD-2-Clause */
/* Property lists: both formats, what macOS forgives, and what nobody should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include "kmutil-helpers/plist.h"
#include "tests/unit/fixture.h"
#include "tests/unit/mangle.h"

static struct arena *arena;

static int
text_parse(const char *text, const struct plist **out)
{
	void *copy = exact_copy(text, strlen(text));
	int rc = plist_parse(arena, copy, strlen(text), out, NULL);

	free(copy);
	return rc;
}

static void
test_xml_values(void **state)
{
	const struct plist *top;
	const uint8_t *data;
	int64_t number;
	size_t len;
	int truth;

	(void)state;
	assert_int_equal(
	    text_parse("<plist><dict><key>a</key><string>x &amp; y</string>"
		       "<key>n</key><integer>-7</integer><key>h</key><integer>0x10</integer>"
		       "<key>t</key><true/><key>d</key><date>2001-01-01T00:00:00Z</date>"
		       "<key>b</key><data> AQ ID </data><key>a</key><string>last</string>"
		       "<key>l</key><array><string/></array></dict></plist>",
		&top),
	    0);
	assert_string_equal(plist_find_text(top, "a"), "last");
	assert_string_equal(plist_text(plist_value(top, 0)), "x & y");
	assert_int_equal(plist_integer(plist_find(top, "n"), &number), 0);
	assert_int_equal(number, -7);
	assert_int_equal(plist_integer(plist_find(top, "h"), &number), 0);
	assert_int_equal(number, 16);
	assert_int_equal(plist_integer(plist_find(top, "a"), &number), -FAULT_TYPE);
	assert_int_equal(plist_boolean(plist_find(top, "t"), &truth), 0);
	assert_int_equal(truth, 1);
	assert_int_equal(plist_date(plist_find(top, "d"), &number), 0);
	assert_int_equal(number, 978307200);
	data = plist_data(plist_find(top, "b"), &len);
	assert_int_equal(len, 3);
	assert_memory_equal(data, "\1\2\3", 3);
	assert_string_equal(plist_text(plist_item(plist_find(top, "l"), 0)), "");
	assert_null(plist_item(plist_find(top, "l"), 1));
}

static void
test_xml_forgiven(void **state)
{
	const struct plist *top;

	(void)state;
	assert_int_equal(text_parse("\n <?xml version=\"1.0\"?><plist><true/></plist>", &top), 0);
	assert_int_equal(text_parse("<dict/>", &top), 0);
	assert_int_equal(text_parse("<plist><!-- a -- b --><true/></plist>", &top), 0);
	assert_int_equal(text_parse("<plist><true/></plist> junk <", &top), 0);
	assert_int_equal(text_parse("<dict><key>a</key><string ID=\"1\">s</string><key>b</key>"
				    "<string IDREF=\"1\"/></dict>",
			     &top),
	    0);
	assert_string_equal(plist_find_text(top, "b"), "s");
}

static void
test_xml_refused(void **state)
{
	static const struct {
		const char *text;
		int code;
	} rows[] = {
	    {"", -FAULT_MAGIC},
	    {"{ a = b; }", -FAULT_MAGIC},
	    {"<plist>", -FAULT_SHORT},
	    {"<plist></plist>", -FAULT_SYNTAX},
	    {"<plist><odd/></plist>", -FAULT_SYNTAX},
	    {"<dict><string/></dict>", -FAULT_SYNTAX},
	    {"<dict><key>a</key></dict>", -FAULT_SYNTAX},
	    {"<plist><true/><true/></plist>", -FAULT_SYNTAX},
	    {"<array>x</array>", -FAULT_SYNTAX},
	    {"<array><string></array>", -FAULT_SYNTAX},
	    {"<integer>x</integer>", -FAULT_SYNTAX},
	    {"<date>2020-13-01T00:00:00Z</date>", -FAULT_SYNTAX},
	    {"<data>?</data>", -FAULT_SYNTAX},
	    {"<string><true/></string>", -FAULT_SYNTAX},
	    {"<array ID=\"1\"><array IDREF=\"1\"/></array>", -FAULT_MISSING},
	    {"<?xml version=\"1.0\" encoding=\"odd\"?><true/>", -FAULT_SYNTAX},
	    {"<string>\xff</string>", -FAULT_SYNTAX},
	    {"<array><string IDREF=\"4\"/></array>", -FAULT_MISSING},
	    {"<!DOCTYPE plist [<!ENTITY e \"x\">]><string>&e;</string>", -FAULT_SYNTAX},
	    {"<!DOCTYPE plist SYSTEM \"file:///etc/passwd\"><string>&e;</string>", -FAULT_SYNTAX},
	};
	const struct plist *top;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(text_parse(rows[i].text, &top), rows[i].code);
		assert_null(top);
	}
}

static void
test_xml_depth(void **state)
{
	static char text[16 * (PLIST_MAX_DEPTH + 1) + 1];
	const struct plist *top;
	int depth, i;

	(void)state;
	for (depth = PLIST_MAX_DEPTH; depth <= PLIST_MAX_DEPTH + 1; depth++) {
		text[0] = '\0';
		for (i = 0; i < depth; i++)
			memcpy(text + 7 * i, "<array>", 8);
		for (i = 0; i < depth; i++)
			memcpy(text + 7 * depth + 8 * i, "</array>", 9);
		assert_int_equal(
		    text_parse(text, &top), depth > PLIST_MAX_DEPTH ? -FAULT_DEPTH : 0);
	}
}

static void
test_xml_cut_off(void **state)
{
	static const char text[] =
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
	    "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">"
	    "<plist version=\"1.0\"><dict><key>a</key><string ID=\"1\">x &amp; y</string>"
	    "<key>b</key><array><string IDREF=\"1\"/><data>AQID</data></array></dict></plist>";
	const struct plist *top;
	struct fault fault;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text) - 1; i++) {
		void *copy = exact_copy(text, i);

		assert_int_equal(plist_parse(arena, copy, i, &top, &fault),
		    i == 0 ? -FAULT_MAGIC : -FAULT_SHORT);
		assert_null(top);
		free(copy);
	}
	assert_int_equal(text_parse(text, &top), 0);
	assert_string_equal(plist_text(plist_item(plist_find(top, "b"), 0)), "x & y");
}

/* Each limit, and one beyond it. */
static void
test_xml_limits(void **state)
{
	static const char item[] = "<true/>";
	struct arena *own = arena_new(0);
	char *text = malloc(PLIST_MAX_BYTES + 2);
	const struct plist *top;
	size_t beyond, i, len;

	(void)state;
	for (beyond = 0; beyond <= 1; beyond++) {
		memset(text, ' ', PLIST_MAX_BYTES + 1);
		memcpy(text, "<array/>", 8);
		assert_int_equal(plist_parse(own, text, PLIST_MAX_BYTES + beyond, &top, NULL),
		    beyond ? -FAULT_SIZE : 0);
		/* The array, and for each member its place and its value. */
		memcpy(text, "<array>", 7);
		len = 7;
		for (i = 0; i < (PLIST_MAX_VALUES - 1) / 2 + beyond; i++, len += sizeof(item) - 1)
			memcpy(text + len, item, sizeof(item) - 1);
		memcpy(text + len, "</array>", 8);
		assert_int_equal(
		    plist_parse(own, text, len + 8, &top, NULL), beyond ? -FAULT_COUNT : 0);
	}
	free(text);
	arena_free(own);
}

/* Ends a binary list whose objects, one byte of offset each, are in place. */
static int
binary_parse(
    const char *objects, size_t len, const char *offsets, uint64_t count, const struct plist **out)
{
	static struct bytes b;
	void *copy;
	int rc;

	b.len = 0;
	put(&b, "bplist00", 8);
	put(&b, objects, len);
	put(&b, offsets, strlen(offsets));
	put(&b, "\0\0\0\0\0\0\1\1", 8);
	put_be(&b, count, 8);
	put_be(&b, 0, 8);
	put_be(&b, 8 + len, 8);
	copy = exact_copy(b.data, b.len);
	rc = plist_parse(arena, copy, b.len, out, NULL);
	free(copy);
	return rc;
}

static void
test_binary(void **state)
{
	const struct plist *top;

	(void)state;
	assert_int_equal(binary_parse("\xd1\1\2Qa\x61\0\xe9", 8, "\x08\x0b\x0d", 3, &top), 0);
	assert_string_equal(plist_find_text(top, "a"), "\xc3\xa9");
	assert_int_equal(binary_parse("\xa1\0", 2, "\x08", 1, &top), -FAULT_CYCLE);
	assert_int_equal(binary_parse("\xa1\5", 2, "\x08", 1, &top), -FAULT_RANGE);
	assert_int_equal(binary_parse("\xa1\1", 2, "\x08\x7f", 2, &top), -FAULT_RANGE);
	assert_int_equal(
	    binary_parse("\xaf\x13\xff\xff\xff\xff\xff\xff\xff\xff", 10, "\x08", 1, &top),
	    -FAULT_SHORT);
	assert_int_equal(binary_parse("\x08", 1, "\x08", UINT64_MAX, &top), -FAULT_RANGE);
	assert_int_equal(binary_parse("\xd1\1\1\x09", 4, "\x08\x0b", 2, &top), -FAULT_SYNTAX);
}

static void
test_samples(void **state)
{
	const struct plist *top;
	struct fault fault;
	void *data;
	size_t len, i;

	(void)state;
	if (!sample_read("plist/truncated.plist", &data, &len))
		return;
	assert_int_equal(plist_parse(arena, data, len, &top, &fault), -FAULT_SYNTAX);
	free(data);
	if (!sample_read("receipts/us.zoom.pkg.videomeeting.plist", &data, &len))
		return;
	assert_int_equal(plist_parse(arena, data, len, &top, &fault), 0);
	assert_string_equal(plist_find_text(top, "PackageIdentifier"), "us.zoom.pkg.videomeeting");
	for (i = 0; i < len; i++) {
		void *copy = exact_copy(data, i);

		assert_int_not_equal(plist_parse(arena, copy, i, &top, &fault), 0);
		free(copy);
	}
	free(data);
}

static void
plist_take(struct arena *own, const void *bytes, size_t len, void *payload)
{
	const struct plist *top;
	struct fault found;
	int rc = plist_parse(own, bytes, len, &top, &found);

	(void)payload;
	assert_int_equal(rc, found.code);
	assert_true((rc == 0) == (top != NULL));
	assert_true(found.at <= len);
}

/* Every marker that there is; the objects refer to each other by a byte. */
static void
test_mangled(void **state)
{
	static const char objects[] =
	    "\xd2\1\2\3\4Qa\x61\0\xe9\xa5\5\6\7\x8\x9\xa2\xa\xb\x13\1\2\3\4\5\6\7\x8"
	    "\x33\x41\xb0\0\0\0\0\0\0\x42\1\2\x80\7\x23\0\0\0\0\0\0\0\0\x09\x6f\x10\1\0\x42\0";
	static const char offsets[] = "\x08\x0d\x0f\x12\x18\x1b\x24\x2d\x30\x32\x3b\x3c";
	static const char xml[] =
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist><dict><key>a</key>"
	    "<string ID=\"1\">x&amp;&#233;</string><key>b</key><array ID=\"2\"><data>AQID</data>"
	    "<string IDREF=\"1\"/><integer>0x10</integer><date>2001-01-01T00:00:00Z</date>"
	    "</array><key>c</key><array IDREF=\"2\"/><key>d</key><![CDATA[]]><!-- a --><true/>"
	    "</dict></plist>";
	static struct bytes b;
	const struct plist *top;

	(void)state;
	assert_int_equal(binary_parse(objects, sizeof(objects) - 1, offsets, 12, &top), 0);
	put(&b, "bplist00", 8);
	put(&b, objects, sizeof(objects) - 1);
	put(&b, offsets, 12);
	put(&b, "\0\0\0\0\0\0\1\1", 8);
	put_be(&b, 12, 8);
	put_be(&b, 0, 8);
	put_be(&b, 8 + sizeof(objects) - 1, 8);
	mangle_all("binary property list", b.data, b.len, plist_take, NULL);
	assert_int_equal(text_parse(xml, &top), 0);
	mangle_text("XML property list", xml, plist_take, NULL);
}

/* Objects of a binary list that each hold the next one `times` times, in turn; the
 * last is `last`: true, or an empty array. */
static int
ladder_parse(unsigned int rungs, const unsigned int *times, char last)
{
	static char objects[4096], offsets[512];
	static struct bytes b;
	const struct plist *top;
	unsigned int i, j;
	size_t len = 0;

	b.len = 0;
	put(&b, "bplist00", 8);
	for (i = 0; i <= rungs; i++) {
		offsets[2 * i] = (char)((8 + len) >> 8);
		offsets[2 * i + 1] = (char)(8 + len);
		if (i == rungs) {
			objects[len++] = last;
			break;
		}
		objects[len++] = '\xaf';
		objects[len++] = '\x11';
		objects[len++] = (char)(times[i % 2] >> 8);
		objects[len++] = (char)times[i % 2];
		for (j = 0; j < times[i % 2]; j++)
			objects[len++] = (char)(i + 1);
	}
	put(&b, objects, len);
	put(&b, offsets, 2 * (rungs + 1));
	put(&b, "\0\0\0\0\0\0\2\1", 8);
	put_be(&b, rungs + 1, 8);
	put_be(&b, 0, 8);
	put_be(&b, 8 + len, 8);
	return plist_parse(arena, b.data, b.len, &top, NULL);
}

static void
test_binary_depth(void **state)
{
	static const unsigned int once[] = {1, 1};

	(void)state;
	assert_int_equal(ladder_parse(PLIST_MAX_DEPTH - 1, once, '\xa0'), 0);
	assert_int_equal(ladder_parse(PLIST_MAX_DEPTH, once, '\x09'), 0);
	assert_int_equal(ladder_parse(PLIST_MAX_DEPTH, once, '\xa0'), -FAULT_DEPTH);
}

/* A few bytes may not keep a walk busy for ever. */
static void
test_shared_values_are_counted(void **state)
{
	static const unsigned int twice[] = {2, 2}, exact[] = {1024, 1023}, beyond[] = {1024, 1024};
	static const char laughs[] = "<array><array ID=\"0\"><true/></array>";
	char text[4096];
	const struct plist *top;
	size_t len;
	int i;

	(void)state;
	assert_int_equal(ladder_parse(2, exact, '\x09'), 0); /* 1024 * (1023 + 1) */
	assert_int_equal(ladder_parse(2, beyond, '\x09'), -FAULT_COUNT);
	assert_int_equal(ladder_parse(18, twice, '\x09'), 0);
	assert_int_equal(ladder_parse(100, twice, '\x09'), -FAULT_COUNT);
	len = (size_t)snprintf(text, sizeof(text), "%s", laughs);
	for (i = 0; i < 40; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "<array ID=\"%d\"><array IDREF=\"%d\"/><array IDREF=\"%d\"/></array>", i + 1, i,
		    i);
	(void)snprintf(text + len, sizeof(text) - len, "</array>");
	assert_int_equal(text_parse(text, &top), -FAULT_COUNT);
}

/* Arrays that hold each other, by one, two and three steps, in keys and in values. */
static void
test_binary_cycles(void **state)
{
	const struct plist *top;

	(void)state;
	assert_int_equal(binary_parse("\xa1\1\xa1\0", 4, "\x08\x0a", 2, &top), -FAULT_CYCLE);
	assert_int_equal(
	    binary_parse("\xa1\1\xa1\2\xa1\1", 6, "\x08\x0a\x0c", 3, &top), -FAULT_CYCLE);
	assert_int_equal(binary_parse("\xd1\1\0Qa", 5, "\x08\x0b", 2, &top), -FAULT_CYCLE);
	assert_int_equal(binary_parse("\xd1\0\1Qa", 5, "\x08\x0b", 2, &top), -FAULT_CYCLE);
	/* The same bytes under two numbers: no number stands in itself, yet no end. */
	assert_int_equal(binary_parse("\xa1\1", 2, "\x08\x08", 2, &top), -FAULT_CYCLE);
}

/* A binary list that is one real: 4 or 8 bytes of it. */
static const struct plist *
real_parse(const uint8_t *bytes, size_t len)
{
	const struct plist *out = NULL;
	struct bytes b = {.len = 0};

	put(&b, "bplist00", 8);
	put_be(&b, len == 4 ? 0x22 : 0x23, 1);
	put(&b, bytes, len);
	put_be(&b, 8, 1);
	put_be(&b, 0, 6);
	put_be(&b, 1, 1);
	put_be(&b, 1, 1);
	put_be(&b, 1, 8);
	put_be(&b, 0, 8);
	put_be(&b, 9 + len, 8);
	assert_int_equal(plist_parse(arena, b.data, b.len, &out, NULL), 0);
	return out;
}

static void
plist_takes_a_real_that_is_whole_for_an_integer(void **state)
{
	static const struct {
		const char *text;
		int code;
		int64_t number;
	} table[] = {{"<real>21971.0</real>", 0, 21971}, {"<real>-3</real>", 0, -3},
	    {"<integer>7</integer>", 0, 7}, {"<real>0.5</real>", -FAULT_RANGE, 0},
	    {"<real>1e300</real>", -FAULT_RANGE, 0}, {"<real>nan</real>", -FAULT_RANGE, 0},
	    {"<real>seven</real>", -FAULT_RANGE, 0}, {"<real/>", -FAULT_RANGE, 0},
	    {"<string>7</string>", -FAULT_TYPE, 0}};
	const struct plist *value;
	char text[200];
	int64_t number = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		(void)snprintf(
		    text, sizeof(text), "<plist version=\"1.0\">%s</plist>", table[i].text);
		assert_int_equal(plist_parse(arena, text, strlen(text), &value, NULL), 0);
		assert_int_equal(plist_whole_number(value, &number), table[i].code);
		if (table[i].code == 0)
			assert_int_equal(number, table[i].number);
	}
	value = real_parse((const uint8_t *)"\x40\xd5\x74\xc0\0\0\0\0", 8);
	assert_int_equal(plist_whole_number(value, &number), 0);
	assert_int_equal(number, 21971);
	value = real_parse((const uint8_t *)"\xc0\x40\0\0", 4);
	assert_int_equal(plist_whole_number(value, &number), 0);
	assert_int_equal(number, -3);
	value = real_parse((const uint8_t *)"\x7f\xc0\0\0", 4);
	assert_int_equal(plist_whole_number(value, &number), -FAULT_RANGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_xml_values),
	    cmocka_unit_test(test_xml_forgiven),
	    cmocka_unit_test(test_xml_refused),
	    cmocka_unit_test(test_xml_depth),
	    cmocka_unit_test(test_xml_cut_off),
	    cmocka_unit_test(test_xml_limits),
	    cmocka_unit_test(test_binary),
	    cmocka_unit_test(test_samples),
	    cmocka_unit_test(test_mangled),
	    cmocka_unit_test(test_binary_cycles),
	    cmocka_unit_test(test_binary_depth),
	    cmocka_unit_test(test_shared_values_are_counted),
	    cmocka_unit_test(plist_takes_a_real_that_is_whole_for_an_integer),
	};
	int failed;

	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
