/* SPDX-License-Identifier: BSD-2-Clause */
/* Executables put together field by field: who signed them, whole and broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>
#include <cmocka.h>

#include "kmutil-helpers/digest.h"
#include "kmutil-helpers/fat.h"
#include "kmutil-helpers/macho_sign.h"
#include "tests/unit/fixture.h"
#include "tests/unit/mangle.h"

enum { SHA1 = 1, SHA256, SHA256_TRUNCATED, SHA384 };
enum { ARM64 = 0x0100000c, X86_64 = 0x01000007, I386 = 7, POWERPC = 18 };
enum { AD_HOC = 2, DIRECTORY_BYTES = 52 + 6 + 11 + 32 };

/* Where things stand in a thin image of 64 bit. */
enum { UUID = 32, SIGNATURE = UUID + 24, BLOB = SIGNATURE + 16, DIRECTORY = BLOB + 12 + 8 };

static struct arena *arena;
static int file = -1;
static struct bytes image;
static struct macho_sign sign;
static struct fault fault;

static int
file_read(bool intel)
{
	int rc = macho_sign_read(arena, file, intel, &sign, &fault);

	assert_int_equal(rc, fault.code);
	if (rc != 0)
		assert_null(sign.uuid);
	return rc;
}

static int
bytes_read(const void *bytes, size_t len)
{
	assert_int_equal(ftruncate(file, 0), 0);
	assert_int_equal(pwrite(file, bytes, len, 0), len);
	return file_read(false);
}

static int
image_read(void)
{
	return bytes_read(image.data, image.len);
}

static void
set_le32(size_t at, uint32_t value)
{
	struct bytes one = {.len = 0};

	put_le(&one, value, 4);
	memcpy(image.data + at, one.data, 4);
}

static void
put_directory(struct bytes *b, unsigned int version, unsigned int flags, unsigned int hash)
{
	put_be(b, 0xfade0c02, 4);
	put_be(b, DIRECTORY_BYTES, 4);
	put_be(b, version, 4);
	put_be(b, flags, 4);
	put_be(b, 69, 4);
	put_be(b, 52, 4);
	put_be(b, 0, 4);
	put_be(b, 1, 4);
	put_be(b, 0, 4);
	put_be(b, hash == SHA1 ? 20 : 32, 1);
	put_be(b, hash, 1);
	put_be(b, 0, 2);
	put_be(b, 0, 8);
	put_be(b, flags & AD_HOC || version < 0x20200 ? 0 : 58, 4);
	put(b, "com.a", 6);
	put(b, "EXAMPLE001", 11);
	put(b, "0123456789abcdef0123456789abcdef", 32);
}

/* A header, a UUID, and what LC_CODE_SIGNATURE points to; 0 bytes: not signed. */
static void
put_image(
    struct bytes *b, bool big, bool wide, unsigned int cpu, int uuid, const struct bytes *blob)
{
	void (*put_word)(struct bytes *, uint64_t, size_t) = big ? put_be : put_le;
	unsigned int header = wide ? 32 : 28;

	put_word(b, wide ? 0xfeedfacf : 0xfeedface, 4);
	put_word(b, cpu, 4);
	put_word(b, 0, 4);
	put_word(b, 11, 4);
	put_word(b, blob->len ? 2 : 1, 4);
	put_word(b, blob->len ? 40 : 24, 4);
	put_word(b, 0, wide ? 8 : 4);
	put_word(b, 0x1b, 4);
	put_word(b, 24, 4);
	put_be(b, (uint64_t)uuid << 56 | 0x00112233445566, 8);
	put_be(b, 0x778899aabbccddee, 8);
	if (blob->len == 0)
		return;
	put_word(b, 0x1d, 4);
	put_word(b, 16, 4);
	put_word(b, header + 40, 4);
	put_word(b, blob->len, 4);
	put(b, blob->data, blob->len);
}

/* A SuperBlob with a CodeDirectory for each hash type. */
static void
put_signature(struct bytes *b, const unsigned int *hashes, unsigned int count, unsigned int flags)
{
	unsigned int i;

	put_be(b, 0xfade0cc0, 4);
	put_be(b, 12 + count * (8 + DIRECTORY_BYTES), 4);
	put_be(b, count, 4);
	for (i = 0; i < count; i++) {
		put_be(b, i == 0 ? 0 : 0x1000 + i - 1, 4);
		put_be(b, 12 + count * 8 + i * DIRECTORY_BYTES, 4);
	}
	for (i = 0; i < count; i++)
		put_directory(b, 0x20400, flags, hashes[i]);
}

static struct bytes *
signature_of(const unsigned int *hashes, unsigned int count, unsigned int flags)
{
	static struct bytes blob;

	blob.len = 0;
	put_signature(&blob, hashes, count, flags);
	return &blob;
}

static struct bytes *
signature(unsigned int hash)
{
	return signature_of(&hash, 1, 0);
}

static void
image_make(const struct bytes *blob)
{
	image.len = 0;
	put_image(&image, false, true, ARM64, 0xaa, blob);
}

/* The hash of the CodeDirectory at a place of the image, in 40 digits. */
static const char *
cdhash_at(size_t at, enum digest_kind kind)
{
	static char hex[41];
	uint8_t out[DIGEST_MAX_BYTES];
	struct digest digest;
	size_t i;

	digest_init(&digest, kind);
	digest_update(&digest, image.data + at, DIRECTORY_BYTES);
	digest_final(&digest, out);
	for (i = 0; i < 20; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", out[i]);
	return hex;
}

static void
macho_sign_tells_who_signed(void **state)
{
	(void)state;
	image_make(signature(SHA256));
	assert_int_equal(image_read(), 0);
	assert_int_equal(sign.kind, MACHO_SIGNED);
	assert_string_equal(sign.uuid, "AA001122-3344-5566-7788-99AABBCCDDEE");
	assert_string_equal(sign.identifier, "com.a");
	assert_string_equal(sign.team_id, "EXAMPLE001");
	assert_string_equal(sign.cdhash, cdhash_at(DIRECTORY, DIGEST_SHA256));
	image_make(signature(SHA1));
	assert_int_equal(image_read(), 0);
	assert_string_equal(sign.cdhash, cdhash_at(DIRECTORY, DIGEST_SHA1));
	image_make(signature(SHA256_TRUNCATED));
	assert_int_equal(image_read(), 0);
	assert_string_equal(sign.cdhash, cdhash_at(DIRECTORY, DIGEST_SHA256));
}

static void
macho_sign_tells_ad_hoc_from_not_signed(void **state)
{
	const unsigned int hash = SHA256;
	const struct bytes none = {.len = 0};

	(void)state;
	image_make(signature_of(&hash, 1, AD_HOC | 0x20000));
	assert_int_equal(image_read(), 0);
	assert_int_equal(sign.kind, MACHO_AD_HOC);
	assert_null(sign.team_id);
	assert_non_null(sign.cdhash);
	image_make(&none);
	assert_int_equal(image_read(), 0);
	assert_int_equal(sign.kind, MACHO_NOT_SIGNED);
	assert_non_null(sign.uuid);
	assert_null(sign.identifier);
	assert_null(sign.team_id);
	assert_null(sign.cdhash);
}

static void
macho_sign_knows_no_team_before_its_version(void **state)
{
	(void)state;
	image_make(signature(SHA256));
	set_be32(&image, DIRECTORY + 8, 0x20100);
	assert_int_equal(image_read(), 0);
	assert_int_equal(sign.kind, MACHO_SIGNED);
	assert_string_equal(sign.identifier, "com.a");
	assert_null(sign.team_id);
}

static void
macho_sign_prefers_the_better_hash(void **state)
{
	static const unsigned int both[] = {SHA1, SHA256}, turned[] = {SHA256, SHA1},
				  newest[] = {SHA256, SHA384}, twice[] = {SHA256, SHA256};
	size_t first = BLOB + 12 + 2 * 8;

	(void)state;
	image_make(signature_of(both, 2, 0));
	assert_int_equal(image_read(), 0);
	assert_string_equal(sign.cdhash, cdhash_at(first + DIRECTORY_BYTES, DIGEST_SHA256));
	image_make(signature_of(turned, 2, 0));
	assert_int_equal(image_read(), 0);
	assert_string_equal(sign.cdhash, cdhash_at(first, DIGEST_SHA256));
	image_make(signature_of(newest, 2, 0));
	assert_int_equal(image_read(), 0);
	assert_string_equal(sign.team_id, "EXAMPLE001");
	assert_null(sign.cdhash);
	image_make(signature_of(twice, 2, 0));
	assert_int_equal(image_read(), -FAULT_SYNTAX);
}

static void
macho_sign_reads_32_bit_and_big_endian(void **state)
{
	const struct bytes none = {.len = 0};
	int wide, big;

	(void)state;
	for (wide = 0; wide < 2; wide++)
		for (big = 0; big < 2; big++) {
			image.len = 0;
			put_image(&image, big, wide, I386, 0xbb, signature(SHA1));
			assert_int_equal(image_read(), 0);
			assert_string_equal(sign.uuid, "BB001122-3344-5566-7788-99AABBCCDDEE");
			assert_string_equal(sign.team_id, "EXAMPLE001");
			image.len = 0;
			put_image(&image, big, wide, POWERPC, 0xbb, &none);
			assert_int_equal(image_read(), 0);
			assert_int_equal(sign.kind, MACHO_NOT_SIGNED);
		}
}

static void
macho_sign_refuses_a_file_cut_off_anywhere(void **state)
{
	size_t i;
	int rc;

	(void)state;
	image_make(signature(SHA256));
	for (i = 0; i < image.len; i++) {
		rc = bytes_read(image.data, i);
		assert_true(rc == -FAULT_SHORT || rc == -FAULT_RANGE);
		assert_true(fault.at <= image.len);
	}
	assert_int_equal(image_read(), 0);
}

/* A byte at a time is made the worst: nothing may be read beyond the file, and what
 * is told has an end. */
static void
macho_sign_survives_every_wrong_byte(void **state)
{
	static const uint8_t worst[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
	uint8_t kept;
	size_t i, j;

	(void)state;
	image_make(signature(SHA256));
	for (i = 0; i < image.len; i++) {
		kept = image.data[i];
		for (j = 0; j < sizeof(worst); j++) {
			image.data[i] = worst[j];
			(void)image_read();
			assert_true(fault.at <= (uint64_t)UINT32_MAX + image.len);
		}
		image.data[i] = kept;
	}
}

static void
macho_sign_refuses_hostile_numbers(void **state)
{
	static const struct {
		size_t at;
		bool big;
		uint32_t value;
		int code;
	} rows[] = {
	    {0, false, 0xfeedfacd, -FAULT_MAGIC},
	    {16, false, 3, -FAULT_SHORT}, /* commands */
	    {16, false, UINT32_MAX, -FAULT_SHORT},
	    {20, false, 39, -FAULT_SHORT}, /* their bytes */
	    {20, false, MACHO_MAX_COMMAND_BYTES, -FAULT_SHORT},
	    {20, false, MACHO_MAX_COMMAND_BYTES + 1, -FAULT_SIZE},
	    {UUID + 4, false, 7, -FAULT_RANGE},
	    {UUID + 4, false, 8, -FAULT_SHORT},
	    {UUID + 4, false, UINT32_MAX, -FAULT_SHORT},
	    {UUID, false, 0x1d, -FAULT_SYNTAX},      /* two signatures */
	    {SIGNATURE, false, 0x1b, -FAULT_SYNTAX}, /* two UUIDs */
	    {SIGNATURE + 8, false, UINT32_MAX, -FAULT_RANGE},
	    {SIGNATURE + 8, false, BLOB + 1, -FAULT_RANGE},
	    {SIGNATURE + 12, false, UINT32_MAX, -FAULT_RANGE},
	    {SIGNATURE + 12, false, 11, -FAULT_SHORT},
	    {BLOB, true, 0xfade0cc1, -FAULT_MAGIC},
	    {BLOB + 4, true, UINT32_MAX, -FAULT_RANGE},
	    {BLOB + 4, true, 19, -FAULT_SHORT},
	    {BLOB + 8, true, 0, -FAULT_MISSING},
	    {BLOB + 8, true, MACHO_MAX_BLOBS, -FAULT_SHORT},
	    {BLOB + 8, true, MACHO_MAX_BLOBS + 1, -FAULT_COUNT},
	    {BLOB + 12, true, 0x1005, -FAULT_MISSING}, /* slot */
	    {BLOB + 16, true, UINT32_MAX, -FAULT_RANGE},
	    {BLOB + 16, true, 20 + DIRECTORY_BYTES - 7, -FAULT_SHORT},
	    {BLOB + 16, true, 0, -FAULT_MAGIC},
	    {DIRECTORY + 4, true, DIRECTORY_BYTES + 1, -FAULT_RANGE},
	    {DIRECTORY + 4, true, 43, -FAULT_SHORT},
	    {DIRECTORY + 4, true, 51, -FAULT_SHORT},
	    {DIRECTORY + 20, true, DIRECTORY_BYTES, -FAULT_RANGE}, /* identifier */
	    {DIRECTORY + 20, true, UINT32_MAX, -FAULT_RANGE},
	    {DIRECTORY + 20, true, DIRECTORY_BYTES - 1, -FAULT_SHORT},
	    {DIRECTORY + 36, true, 0x20000000, -FAULT_TYPE}, /* hash type 0 */
	    {DIRECTORY + 36, true, 0x20050000, -FAULT_TYPE},
	    {DIRECTORY + 48, true, DIRECTORY_BYTES, -FAULT_RANGE}, /* team */
	    {DIRECTORY + 48, true, DIRECTORY_BYTES - 1, -FAULT_SHORT},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		image_make(signature(SHA256));
		if (rows[i].big)
			set_be32(&image, rows[i].at, rows[i].value);
		else
			set_le32(rows[i].at, rows[i].value);
		if (image_read() != rows[i].code)
			fail_msg("row %zu: %d, wanted %d", i, fault.code, rows[i].code);
	}
}

/* A CodeDirectory of `len` bytes that ends the file; its identifier begins at 60. */
static int
read_directory_of(uint32_t len)
{
	image_make(signature(SHA256));
	set_le32(SIGNATURE + 12, 20 + len);
	set_be32(&image, BLOB + 4, 20 + len);
	set_be32(&image, DIRECTORY + 4, len);
	assert_int_equal(ftruncate(file, 0), 0);
	assert_int_equal(pwrite(file, image.data, image.len, 0), image.len);
	assert_int_equal(ftruncate(file, DIRECTORY + (off_t)len), 0);
	return file_read(false);
}

static void
macho_sign_has_limits_for_sizes(void **state)
{
	struct bytes *blob = signature(SHA256);
	size_t i;

	(void)state;
	assert_int_equal(read_directory_of(MACHO_MAX_DIRECTORY_BYTES), 0);
	assert_int_equal(read_directory_of(MACHO_MAX_DIRECTORY_BYTES + 1), -FAULT_SIZE);
	for (i = MACHO_MAX_TEXT_BYTES - 1; i <= MACHO_MAX_TEXT_BYTES; i++) {
		blob = signature(SHA256);
		set_be32(blob, 4, (uint32_t)(20 + DIRECTORY_BYTES + i + 1));
		set_be32(blob, 20 + 4, (uint32_t)(DIRECTORY_BYTES + i + 1));
		set_be32(blob, 20 + 20, DIRECTORY_BYTES - 1);
		memset(blob->data + 20 + DIRECTORY_BYTES - 1, 'x', i + 1);
		blob->len += i + 1;
		blob->data[blob->len - 1] = 0;
		image_make(blob);
		assert_int_equal(image_read(), i < MACHO_MAX_TEXT_BYTES ? 0 : -FAULT_SIZE);
	}
}

struct fat_row {
	unsigned int cpu, subtype;
	int uuid;
};

/* A fat file of signed images; each 64 bytes behind the one before. */
static void
fat_make(bool wide, const struct fat_row *rows, unsigned int count)
{
	const struct bytes *blob = signature(SHA256);
	unsigned int i, at = 8 + count * (wide ? 32 : 20);
	unsigned int size = 32 + 40 + (unsigned int)blob->len;

	image.len = 0;
	put_be(&image, wide ? 0xcafebabf : 0xcafebabe, 4);
	put_be(&image, count, 4);
	for (i = 0; i < count; i++) {
		put_be(&image, rows[i].cpu, 4);
		put_be(&image, rows[i].subtype, 4);
		put_be(&image, at + i * size, wide ? 8 : 4);
		put_be(&image, size, wide ? 8 : 4);
		put_be(&image, 0, wide ? 8 : 4);
	}
	for (i = 0; i < count; i++)
		put_image(&image, false, true, rows[i].cpu, rows[i].uuid, blob);
}

static int
first_of_uuid(bool intel)
{
	int rc = image_read();

	if (rc == 0)
		rc = file_read(intel);
	return rc != 0 ? rc : (int)strtol((char[]){sign.uuid[0], sign.uuid[1], 0}, NULL, 16);
}

static void
macho_sign_takes_the_slice_that_the_mac_takes(void **state)
{
	static const struct fat_row universal[] = {{X86_64, 3, 0x11}, {I386, 3, 0x22},
	    {ARM64, 0, 0x33}, {ARM64, 0x80000002, 0x44}},
				    old[] = {
					{POWERPC, 0, 0x55}, {I386, 3, 0x22}, {X86_64, 3, 0x11}};
	int wide;

	(void)state;
	for (wide = 0; wide < 2; wide++) {
		fat_make(wide, universal, 4);
		assert_int_equal(first_of_uuid(false), 0x44);
		assert_int_equal(first_of_uuid(true), 0x11);
		assert_string_equal(sign.team_id, "EXAMPLE001");
		fat_make(wide, universal, 3);
		assert_int_equal(first_of_uuid(false), 0x33);
		fat_make(wide, old, 3);
		assert_int_equal(first_of_uuid(false), 0x11);
		fat_make(wide, old, 2);
		assert_int_equal(first_of_uuid(false), 0x22);
		assert_int_equal(first_of_uuid(true), 0x22);
		fat_make(wide, old, 1);
		assert_int_equal(first_of_uuid(false), 0x55);
	}
}

static void
macho_sign_refuses_hostile_slices(void **state)
{
	static const struct fat_row two[] = {{X86_64, 3, 0x11}, {ARM64, 0, 0x33}};
	static const struct {
		size_t at;
		uint32_t value;
		int code;
	} rows[] = {
	    {4, 0, -FAULT_MISSING}, {4, FAT_MAX_SLICES, -FAULT_SHORT},
	    {4, FAT_MAX_SLICES + 1, -FAULT_COUNT}, {4, UINT32_MAX, -FAULT_COUNT},
	    {8 + 8, 0, -FAULT_RANGE}, /* the first lies over the table */
	    {8 + 8, 47, -FAULT_RANGE}, {8 + 8, 49, -FAULT_RANGE}, /* and over the second */
	    {8 + 8, UINT32_MAX, -FAULT_RANGE}, {8 + 12, UINT32_MAX, -FAULT_RANGE},
	    {28 + 8, 48, -FAULT_RANGE}, /* the second over the first */
	    {28 + 12, 0, -FAULT_SHORT}, /* empty */
	    {28 + 12, 1 << 20, -FAULT_RANGE},
	    {48 + 32 + 40 + 20 + DIRECTORY_BYTES, 0xcafebabe, -FAULT_MAGIC}, /* fat in fat */
	};
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		fat_make(false, two, 2);
		set_be32(&image, rows[i].at, rows[i].value);
		if ((rc = image_read()) != rows[i].code)
			fail_msg("row %zu: %d, wanted %d", i, rc, rows[i].code);
	}
	fat_make(true, two, 2);
	set_be32(&image, 8 + 8, UINT32_MAX);
	assert_int_equal(image_read(), -FAULT_RANGE);
	for (i = 0; i < image.len; i++) {
		rc = bytes_read(image.data, i);
		assert_true(rc == -FAULT_SHORT || rc == -FAULT_RANGE);
	}
}

static void
macho_sign_reads_files_alone(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(macho_sign_read(arena, ends[0], false, &sign, &fault), -FAULT_NOT_FILE);
	(void)close(ends[0]);
	(void)close(ends[1]);
	assert_int_equal(bytes_read("#!/bin/sh\n", 10), -FAULT_SHORT);
	assert_int_equal(bytes_read("#!/bin/sh\n# a script, not a program\n", 36), -FAULT_MAGIC);
}

static void
sign_take(struct arena *own, const void *bytes, size_t len, void *payload)
{
	bool intel = *(const bool *)payload;

	assert_int_equal(ftruncate(file, 0), 0);
	assert_int_equal(pwrite(file, bytes, len, 0), len);
	if (macho_sign_read(own, file, intel, &sign, &fault) == 0 && sign.cdhash != NULL)
		assert_int_equal(strlen(sign.cdhash), 40);
}

static void
macho_sign_survives_mangling(void **state)
{
	static const struct fat_row two[] = {{X86_64, 3, 0x11}, {ARM64, 0, 0x33}};
	bool intel = false;

	(void)state;
	image_make(signature(SHA256));
	mangle_all("executable", image.data, image.len, sign_take, &intel);
	fat_make(false, two, 2);
	intel = true;
	mangle_all("fat executable", image.data, image.len, sign_take, &intel);
}

static int
setup(void **state)
{
	FILE *temporary = tmpfile();

	(void)state;
	arena = arena_new(0);
	file = temporary != NULL ? dup(fileno(temporary)) : -1;
	if (temporary != NULL)
		(void)fclose(temporary);
	return file < 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return close(file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(macho_sign_tells_who_signed),
	    TEST(macho_sign_tells_ad_hoc_from_not_signed),
	    TEST(macho_sign_knows_no_team_before_its_version),
	    TEST(macho_sign_prefers_the_better_hash),
	    TEST(macho_sign_reads_32_bit_and_big_endian),
	    TEST(macho_sign_refuses_a_file_cut_off_anywhere),
	    TEST(macho_sign_survives_every_wrong_byte),
	    TEST(macho_sign_refuses_hostile_numbers),
	    TEST(macho_sign_has_limits_for_sizes),
	    TEST(macho_sign_takes_the_slice_that_the_mac_takes),
	    TEST(macho_sign_refuses_hostile_slices),
	    TEST(macho_sign_reads_files_alone),
	    TEST(macho_sign_survives_mangling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
