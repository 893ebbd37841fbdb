/* SPDX-License-Identifier: BSD-2-Clause */
/* What executables are signed for, and the profile beside them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>
#include <cmocka.h>

#include "kmutil-helpers/entitlements.h"
#include "tests/unit/fixture.h"
#include "tests/unit/mangle.h"

#define LIST "<plist version=\"1.0\"><dict><key>a</key><true/></dict></plist>"
enum { DIRECTORY_BYTES = 44 + 2 + 32, SIGNATURE_AT = 32 + 16 };

static struct arena *arena;
static struct bytes image;
static struct fault fault;

static void
put_blob(struct bytes *b, uint32_t magic, const char *text)
{
	put_be(b, magic, 4);
	put_be(b, 8 + strlen(text), 4);
	put(b, text, strlen(text));
}

/* A thin arm64 image whose signature has a CodeDirectory and entitlements of that
 * magic. */
static void
image_make(uint32_t magic, const char *text)
{
	size_t blob = 12 + 2 * 8 + DIRECTORY_BYTES + 8 + strlen(text);

	image.len = 0;
	put_le(&image, 0xfeedfacf, 4);
	put_le(&image, 0x0100000c, 4);
	put_le(&image, 0, 4);
	put_le(&image, 2, 4);
	put_le(&image, 1, 4);
	put_le(&image, 16, 4);
	put_le(&image, 0, 8);
	put_le(&image, 0x1d, 4);
	put_le(&image, 16, 4);
	put_le(&image, SIGNATURE_AT, 4);
	put_le(&image, blob, 4);
	put_be(&image, 0xfade0cc0, 4);
	put_be(&image, blob, 4);
	put_be(&image, 2, 4);
	put_be(&image, 0, 4);
	put_be(&image, 28, 4);
	put_be(&image, 5, 4);
	put_be(&image, 28 + DIRECTORY_BYTES, 4);
	put_be(&image, 0xfade0c02, 4);
	put_be(&image, DIRECTORY_BYTES, 4);
	put_be(&image, 0x20100, 4);
	put_be(&image, 0, 4);
	put_be(&image, 46, 4);
	put_be(&image, 44, 4);
	put_be(&image, 0, 4);
	put_be(&image, 1, 4);
	put_be(&image, 0, 4);
	put(&image, "\x20\2\0\x0c", 4);
	put_be(&image, 0, 4);
	put(&image, "a", 2);
	put(&image, "0123456789abcdef0123456789abcdef", 32);
	put_blob(&image, magic, text);
}

static int
read_bytes(const void *bytes, size_t len, const struct plist **out)
{
	FILE *file = tmpfile();
	int rc;

	assert_non_null(file);
	assert_int_equal(write(fileno(file), bytes, len), len);
	rc = entitlements_read(arena, fileno(file), false, out, &fault);
	assert_int_equal(rc, fault.code);
	(void)fclose(file);
	return rc;
}

static void
entitlements_are_read_from_the_signature(void **state)
{
	const struct plist *out;
	int truth = 0;

	(void)state;
	arena = arena_new(0);
	image_make(0xfade7171, LIST);
	assert_int_equal(read_bytes(image.data, image.len, &out), 0);
	assert_int_equal(plist_boolean(plist_find(out, "a"), &truth), 0);
	assert_int_equal(truth, 1);
	image_make(0xfade7172, LIST);
	assert_int_equal(read_bytes(image.data, image.len, &out), -FAULT_SYNTAX);
	assert_null(out);
	image_make(0xfade7171, "no list");
	assert_int_not_equal(read_bytes(image.data, image.len, &out), 0);
	assert_null(out);
	arena_free(arena);
}

static void
take_image(struct arena *own, const void *bytes, size_t len, void *payload)
{
	const struct plist *out;

	(void)payload;
	arena = own;
	assert_true(read_bytes(bytes, len, &out) == 0 || out == NULL);
}

/* A signed message of CMS around a list, with nothing behind it. */
static void
profile_make(struct bytes *b, const char *list)
{
	size_t len = strlen(list);

	b->len = 0;
	put(b, "\x30\x81", 2);
	put_be(b, len + 45, 1);
	put(b, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x81", 13);
	put_be(b, len + 31, 1);
	put(b, "\x30\x81", 2);
	put_be(b, len + 28, 1);
	put(b, "\x02\x01\x01\x31\x0b\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\0", 16);
	put(b, "\x30\x81", 2);
	put_be(b, len + 9, 1);
	put(b, "\x06\x01\x2a\xa0\x81", 5);
	put_be(b, len + 3, 1);
	put(b, "\x04\x81", 2);
	put_be(b, len, 1);
	put(b, list, len);
}

static void
profile_is_read_from_its_message(void **state)
{
	static struct bytes b;
	const struct plist *out;
	size_t i;

	(void)state;
	arena = arena_new(0);
	profile_make(&b, LIST);
	assert_int_equal(profile_parse(arena, b.data, b.len, &out, &fault), 0);
	assert_non_null(plist_find(out, "a"));
	for (i = 0; i < b.len; i++)
		assert_int_not_equal(profile_parse(arena, b.data, i, &out, &fault), 0);
	assert_int_not_equal(profile_parse(arena, LIST, strlen(LIST), &out, &fault), 0);
	arena_free(arena);
}

static void
take_profile(struct arena *own, const void *bytes, size_t len, void *payload)
{
	const struct plist *out;
	struct fault found;
	int rc = profile_parse(own, bytes, len, &out, &found);

	(void)payload;
	assert_true((rc == 0) == (out != NULL));
	assert_true(found.at <= len);
}

static void
both_survive_mangling(void **state)
{
	static struct bytes b;

	(void)state;
	image_make(0xfade7171, LIST);
	mangle_all("entitlements", image.data, image.len, take_image, NULL);
	profile_make(&b, LIST);
	mangle_all("provisioning profile", b.data, b.len, take_profile, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(entitlements_are_read_from_the_signature),
	    cmocka_unit_test(profile_is_read_from_its_message),
	    cmocka_unit_test(both_survive_mangling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
