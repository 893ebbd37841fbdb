/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel collections: a fileset put together field by field, whole and broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>
#include <cmocka.h>

#include "kmutil-helpers/kc.h"
#include "kmutil-helpers/os.h"
#include "tests/unit/fixture.h"
#include "tests/unit/mangle.h"

#define ITEM(id, more) \
	"<dict><key>CFBundleIdentifier</key><string>" id "</string>" \
	"<key>CFBundleVersion</key><string>1.2</string>" \
	"<key>_PrelinkBundlePath</key><string>/Library/Extensions/x.kext</string>" more "</dict>"
#define CODE "<key>_PrelinkExecutableRelativePath</key><string>Contents/MacOS/x</string>"
#define LIST(items) \
	"<dict><key>_PrelinkInfoDictionary</key><array>" items "</array>" \
	"<key>_BootKCID</key><data>ASNFZ4mrze8BI0VniavN7w==</data></dict>"

/* Where things stand in the image that fileset_make makes. */
enum { SEGMENT = 32, ENTRY = SEGMENT + 152 + 24, INNER = ENTRY + 40, INFO = INNER + 56 };
enum { SECTIONS = SEGMENT + 64, INFO_SIZE = SEGMENT + 72 + 40, INFO_OFFSET = INFO_SIZE + 8 };
enum { ENTRY_ID = ENTRY + 24, MANY = 1500 };

static struct arena *arena;
static int file = -1;
static struct bytes image;
static const struct kc *kc;
static struct fault fault;

static void
put_name(const char *name)
{
	char field[16] = {0};

	memcpy(field, name, strlen(name));
	put(&image, field, sizeof(field));
}

static void
put_header(unsigned int filetype, unsigned int count, unsigned int size)
{
	put_le(&image, 0xfeedfacf, 4);
	put_le(&image, 0x0100000c, 4);
	put_le(&image, 0x80000002, 4);
	put_le(&image, filetype, 4);
	put_le(&image, count, 4);
	put_le(&image, size, 4);
	put_le(&image, 0, 8);
}

static void
put_uuid(int first)
{
	put_le(&image, 0x1b, 4);
	put_le(&image, 24, 4);
	put_be(&image, (uint64_t)first << 56 | 0x00112233445566, 8);
	put_be(&image, 0x778899aabbccddee, 8);
}

/* One kext with code, "com.a", and the list. */
static void
fileset_make(const char *info)
{
	image.len = 0;
	put_header(12, 3, 152 + 24 + 40);
	put_le(&image, 0x19, 4);
	put_le(&image, 152, 4);
	put_name("__PRELINK_INFO");
	put_le(&image, INFO, 8);
	put_le(&image, strlen(info) + 9, 8);
	put_le(&image, INFO, 8);
	put_le(&image, strlen(info) + 9, 8);
	put_le(&image, 0, 8);
	put_le(&image, 1, 4);
	put_le(&image, 0, 4);
	put_name("__info");
	put_name("__PRELINK_INFO");
	put_le(&image, INFO, 8);
	put_le(&image, strlen(info) + 9, 8);
	put_le(&image, INFO, 4);
	put_be(&image, 0, 8);
	put_be(&image, 0, 8);
	put_be(&image, 0, 8);
	put_le(&image, 0, 4);
	put_uuid(0xaa);
	put_le(&image, 0x80000035, 4);
	put_le(&image, 40, 4);
	put_le(&image, INNER, 8);
	put_le(&image, INNER, 8);
	put_le(&image, 32, 4);
	put_le(&image, 0, 4);
	put(&image, "com.a\0\0", 8);
	put_header(11, 1, 24);
	put_uuid(0xbb);
	put(&image, info, strlen(info));
	put(&image, "\0junk <x>", 9);
}

static int
bytes_read(const void *bytes, size_t len)
{
	int rc;

	assert_int_equal(ftruncate(file, 0), 0);
	assert_int_equal(pwrite(file, bytes, len, 0), len);
	rc = kc_read(arena, file, false, &kc, &fault);
	assert_int_equal(rc, fault.code);
	assert_true((fault.code == 0) == (kc != NULL));
	return rc;
}

static int
image_read(void)
{
	return bytes_read(image.data, image.len);
}

static int
info_read(const char *info)
{
	fileset_make(info);
	return image_read();
}

static void
kc_lists_members_with_and_without_code(void **state)
{
	(void)state;
	assert_int_equal(info_read(LIST(ITEM("com.b", "") ITEM("com.a", CODE))), 0);
	assert_string_equal(kc->uuid, "AA001122-3344-5566-7788-99AABBCCDDEE");
	assert_string_equal(kc->base_uuid, "01234567-89AB-CDEF-0123-456789ABCDEF");
	assert_int_equal(kc->member_count, 2);
	assert_string_equal(kc->members[0].id, "com.b");
	assert_true(kc->members[0].codeless);
	assert_false(kc->members[0].has_entry);
	assert_null(kc->members[0].uuid);
	assert_string_equal(kc->members[1].id, "com.a");
	assert_string_equal(kc->members[1].version, "1.2");
	assert_string_equal(kc->members[1].path, "/Library/Extensions/x.kext");
	assert_string_equal(kc->members[1].uuid, "BB001122-3344-5566-7788-99AABBCCDDEE");
	assert_true(kc->members[1].has_entry);
	assert_false(kc->members[1].codeless);
}

static void
kc_lists_an_entry_that_the_list_lacks(void **state)
{
	(void)state;
	assert_int_equal(info_read(LIST("")), 0);
	assert_int_equal(kc->member_count, 1);
	assert_string_equal(kc->members[0].id, "com.a");
	assert_null(kc->members[0].path);
	assert_true(kc->members[0].has_entry);
	assert_false(kc->members[0].codeless);
}

/* Each is a member of its own; memory grows with their number, not with its square. */
static void
kc_lists_many_entries_that_the_list_lacks(void **state)
{
	static struct bytes segment;
	struct arena *own = arena_new((size_t)4 << 20);
	uint32_t inner = SEGMENT + 152 + 40 * MANY, info = inner + 32;
	char id[9];
	size_t i;

	(void)state;
	fileset_make(LIST(""));
	segment = image;
	image.len = 0;
	put_header(12, 1 + MANY, 152 + 40 * MANY);
	put(&image, segment.data + SEGMENT, 152);
	for (i = 0; i < 4; i++)
		image.data[INFO_OFFSET + i] = (uint8_t)(info >> 8 * i);
	for (i = 0; i < MANY; i++) {
		put_le(&image, 0x80000035, 4);
		put_le(&image, 40, 4);
		put_le(&image, inner, 8);
		put_le(&image, inner, 8);
		put_le(&image, 32, 8);
		(void)snprintf(id, sizeof(id), "e%06zu", i);
		put(&image, id, 8);
	}
	put_header(11, 0, 0);
	put(&image, LIST(""), sizeof(LIST("")));
	put(&image, "        ", 8);
	assert_int_equal(pwrite(file, image.data, image.len, 0), image.len);
	assert_int_equal(kc_read(own, file, false, &kc, &fault), 0);
	assert_int_equal(kc->member_count, MANY);
	arena_free(own);
}

static void
kc_looks_only_at_a_members_own_keys(void **state)
{
	(void)state;
	assert_int_equal(info_read("<dict><key>Other</key><array>" ITEM("com.x", "") "</array>"
	    "<key>_PrelinkInfoDictionary</key><array>"
	    ITEM("com.a", "<key>P</key><dict><key>CFBundleIdentifier</key><string/></dict>")
	    "</array></dict>"), 0);
	assert_int_equal(kc->member_count, 1);
	assert_string_equal(kc->members[0].id, "com.a");
	assert_null(kc->base_uuid);
}

static void
kc_follows_references_to_texts(void **state)
{
	(void)state;
	assert_int_equal(info_read("<dict><key>_PrelinkInfoDictionary</key><array><dict>"
	    "<key>Any</key><array><string ID=\"7\">com.a</string></array>"
	    "<key>CFBundleIdentifier</key><string IDREF=\"7\"/></dict></array></dict>"), 0);
	assert_string_equal(kc->members[0].id, "com.a");
	assert_int_equal(info_read("<dict><key>_PrelinkInfoDictionary</key><array><dict>"
	    "<key>CFBundleIdentifier</key><string IDREF=\"7\"/></dict></array></dict>"),
	    -FAULT_MISSING);
}

static struct bytes wrapped;

/* DER with a length of four bytes. */
static void
put_der(unsigned int tag, uint64_t len)
{
	put_be(&wrapped, tag, 1);
	put_be(&wrapped, 0x84, 1);
	put_be(&wrapped, len, 4);
}

#define TAIL "\x30\x09\2\1\1\2\4\0\1\0\0\xa0\0" /* LZFSE of 64 KiB, and properties */

/* The image in an IM4P, as the payload of an IMG4 or by itself. */
static void
wrapped_make(bool img4, const char *tail, size_t tail_len)
{
	size_t im4p;

	fileset_make(LIST(ITEM("com.a", CODE)));
	im4p = 20 + image.len + tail_len;
	wrapped.len = 0;
	if (img4) {
		put_der(0x30, 6 + 6 + im4p + 10);
		put(&wrapped, "\x16\4IMG4", 6);
	}
	put_der(0x30, im4p);
	put(&wrapped, "\x16\4IM4P\x16\4auxk\x16\0", 14);
	put_der(0x04, image.len);
	put(&wrapped, image.data, image.len);
	put(&wrapped, tail, tail_len);
	if (img4)
		put(&wrapped, "\xa0\x08\x30\x06\x16\4IM4M", 10);
}

static void
kc_reads_what_an_im4p_or_img4_holds(void **state)
{
	int img4;

	(void)state;
	for (img4 = 0; img4 < 2; img4++) {
		wrapped_make(img4, "", 0);
		assert_int_equal(bytes_read(wrapped.data, wrapped.len), 0);
		assert_string_equal(kc->members[0].uuid, "BB001122-3344-5566-7788-99AABBCCDDEE");
		/* What the wrapper says of packing is not believed against the payload. */
		wrapped_make(img4, TAIL, sizeof(TAIL) - 1);
		assert_int_equal(bytes_read(wrapped.data, wrapped.len), 0);
		assert_string_equal(kc->members[0].id, "com.a");
	}
}

static void
kc_refuses_a_wrapper_cut_off_anywhere(void **state)
{
	size_t i;

	(void)state;
	wrapped_make(true, TAIL, sizeof(TAIL) - 1);
	for (i = 0; i < wrapped.len; i++)
		if (bytes_read(wrapped.data, i) != -FAULT_SHORT)
			fail_msg("%zu bytes: %d", i, fault.code);
}

/* The codecs are macOS's: elsewhere the kind is named, and never taken for nothing. */
static void
kc_names_what_it_cannot_unpack(void **state)
{
	size_t at = 26;

	(void)state;
	if (os_lzfse() == NULL) {
		wrapped_make(false, TAIL, sizeof(TAIL) - 1);
		memcpy(wrapped.data + at, "bvx2", 4);
		assert_int_equal(bytes_read(wrapped.data, wrapped.len), -FAULT_LZFSE);
		assert_int_equal(bytes_read("bvx-0123", 8), -FAULT_LZFSE);
	}
	assert_int_equal(bytes_read("complzss and more", 17), -FAULT_LZSS);
	wrapped_make(false, TAIL, sizeof(TAIL) - 1);
	memcpy(wrapped.data + at, "what", 4);
	assert_int_equal(bytes_read(wrapped.data, wrapped.len), -FAULT_COMPRESSED);
	wrapped_make(false, "", 0);
	memcpy(wrapped.data + at, "what", 4);
	assert_int_equal(bytes_read(wrapped.data, wrapped.len), -FAULT_MAGIC);
	wrapped_make(false, "\x04\3key", 5);
	memcpy(wrapped.data + at, "what", 4);
	assert_int_equal(bytes_read(wrapped.data, wrapped.len), -FAULT_ENCRYPTED);
	assert_int_equal(bytes_read("\x30\x06\x16\4IM4M", 8), -FAULT_MANIFEST);
	assert_int_equal(bytes_read("bvx", 3), -FAULT_SHORT);
}

/* Two images, for Intel and for Apple silicon, which lists no entry of its own. */
static void
kc_reads_the_slice_of_a_fat_collection(void **state)
{
	static struct bytes fat;
	size_t len, i;

	(void)state;
	fileset_make(LIST(ITEM("com.a", CODE)));
	len = image.len;
	fat.len = 0;
	put_be(&fat, 0xcafebabe, 4);
	put_be(&fat, 2, 4);
	for (i = 0; i < 2; i++) {
		put_be(&fat, i == 0 ? 0x01000007 : 0x0100000c, 4);
		put_be(&fat, i == 0 ? 3 : 0x80000002, 4);
		put_be(&fat, 48 + i * len, 4);
		put_be(&fat, len, 4);
		put_be(&fat, 0, 4);
	}
	put(&fat, image.data, len);
	fileset_make(LIST(ITEM("com.b", CODE)));
	put(&fat, image.data, len);
	assert_int_equal(bytes_read(fat.data, fat.len), 0);
	assert_string_equal(kc->members[0].id, "com.b");
	assert_int_equal(kc_read(arena, file, true, &kc, &fault), 0);
	assert_string_equal(kc->members[0].id, "com.a");
	for (i = 0; i < 48 + len; i++) {
		int code = bytes_read(fat.data, i);

		assert_true(code == -FAULT_SHORT || code == -FAULT_RANGE);
	}
}

/* An entry and a description belong together; either alone is told. */
static void
kc_tells_code_from_description(void **state)
{
	(void)state;
	assert_int_equal(info_read(LIST(ITEM("com.b", CODE) ITEM("com.c", ""))), 0);
	assert_int_equal(kc->member_count, 3);
	assert_true(kc->members[0].has_info && kc->members[0].names_code);
	assert_false(kc->members[0].has_entry || kc->members[0].codeless);
	assert_true(kc->members[1].has_info && kc->members[1].codeless);
	assert_false(kc->members[1].names_code);
	assert_string_equal(kc->members[2].id, "com.a");
	assert_false(kc->members[2].has_info || kc->members[2].names_code);
}

static void
kc_reads_its_uuid_alone(void **state)
{
	const char *uuid;

	(void)state;
	fileset_make("<odd/>");
	assert_int_equal(image_read(), -FAULT_SYNTAX);
	assert_int_equal(kc_read_uuid(arena, file, false, &uuid), 0);
	assert_string_equal(uuid, "AA001122-3344-5566-7788-99AABBCCDDEE");
	image.data[12] = 11;
	assert_int_equal(image_read(), -FAULT_MAGIC);
	assert_int_equal(kc_read_uuid(arena, file, false, &uuid), -FAULT_MAGIC);
	assert_null(uuid);
}

static void
kc_refuses_a_list_that_is_none(void **state)
{
	(void)state;
	assert_int_equal(info_read("<array/>"), -FAULT_TYPE);
	assert_int_equal(info_read("<dict/>"), -FAULT_MISSING);
	assert_int_equal(info_read(""), -FAULT_SHORT);
	assert_int_equal(
	    info_read("<dict><key>_PrelinkInfoDictionary</key><string/></dict>"), -FAULT_TYPE);
	assert_int_equal(info_read(LIST("<string/>")), -FAULT_TYPE);
	assert_int_equal(info_read(LIST("<dict/>")), -FAULT_MISSING);
	assert_int_equal(info_read(LIST(ITEM("com.a", "<odd/>"))), -FAULT_SYNTAX);
	assert_int_equal(
	    info_read("<dict><key>_BootKCID</key><data>AAAA</data></dict>"), -FAULT_TYPE);
}

static void
kc_refuses_hostile_heads(void **state)
{
	static const struct {
		size_t at;
		uint64_t value;
		size_t size;
		int code;
	} rows[] = {
	    {0, 0xfeedface, 4, -FAULT_MAGIC}, {12, 11, 4, -FAULT_MAGIC},
	    {16, 0xffffffff, 4, -FAULT_SHORT}, {20, 0xffffffff, 4, -FAULT_SIZE},
	    {20, 4 << 20, 4, -FAULT_SHORT}, {SEGMENT + 4, 0, 4, -FAULT_RANGE},
	    {SEGMENT + 4, 0xffffffff, 4, -FAULT_SHORT}, {SECTIONS, 0, 4, -FAULT_MISSING},
	    {SEGMENT + 4, 72, 4, -FAULT_SHORT}, {INFO_SIZE, UINT64_MAX, 8, -FAULT_SIZE},
	    {INFO_SIZE, 0, 8, -FAULT_SHORT}, {INFO_SIZE + 8, 0xffffffff, 4, -FAULT_RANGE},
	    {ENTRY + 16, UINT64_MAX, 8, -FAULT_RANGE}, {ENTRY + 16, INT64_MAX, 8, -FAULT_RANGE},
	    {ENTRY + 16, INFO, 8, -FAULT_MAGIC}, {ENTRY_ID, 0, 4, -FAULT_RANGE},
	    {ENTRY_ID, 0xffffffff, 4, -FAULT_RANGE}, {ENTRY_ID, 39, 4, -FAULT_SIZE},
	    {ENTRY_ID, 40, 4, -FAULT_SHORT}, {INNER + 20, 0xffffff, 4, -FAULT_SIZE},
	};
	struct bytes value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fileset_make(LIST(ITEM("com.a", CODE)));
		value.len = 0;
		put_le(&value, rows[i].value, rows[i].size);
		memcpy(image.data + rows[i].at, value.data, rows[i].size);
		if (image_read() != rows[i].code)
			fail_msg("row %zu: %d", i, fault.code);
	}
}

/* Load commands are cut, the section is not there at all, or is cut. */
static void
kc_refuses_a_file_cut_off_anywhere(void **state)
{
	size_t i;

	(void)state;
	fileset_make(LIST(ITEM("com.a", CODE)));
	for (i = 0; i < image.len; i++) {
		int code = bytes_read(image.data, i);

		if (code != (i < INNER || i >= INFO ? -FAULT_SHORT : -FAULT_RANGE))
			fail_msg("%zu bytes: %d", i, code);
	}
}

/* The entry com.a is one more than the list. */
static void
kc_refuses_more_members_than_its_limit(void **state)
{
	static const char item[] = "<dict><key>CFBundleIdentifier</key><string/></dict>";
	static char list[sizeof(item) * KC_MAX_MEMBERS + 100];
	struct bytes size;
	size_t count, i, len;

	(void)state;
	for (count = KC_MAX_MEMBERS - 1; count <= KC_MAX_MEMBERS; count++) {
		len = (size_t)snprintf(
		    list, sizeof(list), "<dict><key>_PrelinkInfoDictionary</key><array>");
		for (i = 0; i < count; i++, len += sizeof(item) - 1)
			memcpy(list + len, item, sizeof(item) - 1);
		memcpy(list + len, "</array></dict>", 16);
		size.len = 0;
		put_le(&size, strlen(list), 8);
		fileset_make("");
		memcpy(image.data + INFO_SIZE, size.data, 8);
		assert_int_equal(pwrite(file, image.data, INFO, 0), INFO);
		assert_int_equal(pwrite(file, list, strlen(list), INFO), strlen(list));
		assert_int_equal(kc_read(arena, file, false, &kc, &fault),
		    count < KC_MAX_MEMBERS ? 0 : -FAULT_COUNT);
	}
}

static void
kc_take(struct arena *own, const void *bytes, size_t len, void *payload)
{
	size_t i;
	int rc;

	(void)payload;
	assert_int_equal(ftruncate(file, 0), 0);
	assert_int_equal(pwrite(file, bytes, len, 0), len);
	rc = kc_read(own, file, false, &kc, &fault);
	assert_true((rc == 0) == (kc != NULL));
	for (i = 0; rc == 0 && i < kc->member_count; i++)
		assert_non_null(kc->members[i].id);
}

static void
kc_survives_mangling(void **state)
{
	(void)state;
	fileset_make(LIST(ITEM("com.a", CODE)));
	mangle_all("kernel collection", image.data, image.len, kc_take, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(kc_lists_members_with_and_without_code),
	    cmocka_unit_test(kc_lists_an_entry_that_the_list_lacks),
	    cmocka_unit_test(kc_lists_many_entries_that_the_list_lacks),
	    cmocka_unit_test(kc_looks_only_at_a_members_own_keys),
	    cmocka_unit_test(kc_follows_references_to_texts),
	    cmocka_unit_test(kc_reads_what_an_im4p_or_img4_holds),
	    cmocka_unit_test(kc_refuses_a_wrapper_cut_off_anywhere),
	    cmocka_unit_test(kc_names_what_it_cannot_unpack),
	    cmocka_unit_test(kc_reads_the_slice_of_a_fat_collection),
	    cmocka_unit_test(kc_tells_code_from_description),
	    cmocka_unit_test(kc_reads_its_uuid_alone),
	    cmocka_unit_test(kc_refuses_a_list_that_is_none),
	    cmocka_unit_test(kc_refuses_hostile_heads),
	    cmocka_unit_test(kc_refuses_a_file_cut_off_anywhere),
	    cmocka_unit_test(kc_refuses_more_members_than_its_limit),
	    cmocka_unit_test(kc_survives_mangling),
	};
	char name[] = "/tmp/kc_test.XXXXXX";
	int failed;

	file = mkstemp(name);
	if (file < 0)
		return 1;
	(void)unlink(name);
	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	(void)close(file);
	return failed;
}
