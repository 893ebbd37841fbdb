/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-1 and SHA-256 against the examples of FIPS 180 and against other pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "kmutil-helpers/digest.h"

static const char *
hex_of(enum digest_kind kind, const char *text, size_t len, size_t step)
{
	static char hex[2 * DIGEST_MAX_BYTES + 1];
	uint8_t out[DIGEST_MAX_BYTES];
	struct digest digest;
	size_t i, size = kind == DIGEST_SHA1 ? 20 : 32;

	digest_init(&digest, kind);
	for (i = 0; i < len; i += step)
		digest_update(&digest, text + i, len - i < step ? len - i : step);
	digest_final(&digest, out);
	for (i = 0; i < size; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", out[i]);
	return hex;
}

static void
digest_knows_the_examples_of_the_standard(void **state)
{
	static const struct {
		enum digest_kind kind;
		const char *text, *hex;
	} rows[] = {
	    {DIGEST_SHA1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
	    {DIGEST_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
	    {DIGEST_SHA1, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
	    {DIGEST_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	    {DIGEST_SHA256, "abc",
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	    {DIGEST_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(
		    hex_of(rows[i].kind, rows[i].text, strlen(rows[i].text), 64), rows[i].hex);
}

/* The hashes of all zeros of 0 to 129 bytes, hashed together: every way to pad. */
static void
digest_pads_every_length(void **state)
{
	static const char zeros[130];
	static const char *const wanted[] = {"8c1e77fa91a2cb7c174f56b636cadae5fe345e66",
	    "914e28f3bcba36351cc83a523f3ecdae91d5d2ab1d5409e8eb593aa76ad53f18"};
	char all[130 * 64 + 1];
	enum digest_kind kind;
	size_t i, len;

	(void)state;
	for (kind = DIGEST_SHA1; kind <= DIGEST_SHA256; kind++) {
		for (i = len = 0; i < sizeof(zeros); i++) {
			(void)snprintf(all + len, 65, "%s", hex_of(kind, zeros, i, 1 + i / 2));
			len += strlen(all + len);
		}
		assert_string_equal(hex_of(kind, all, len, 1000), wanted[kind]);
	}
}

static void
digest_does_not_care_for_the_pieces(void **state)
{
	char text[1000], first[2 * DIGEST_MAX_BYTES + 1];
	enum digest_kind kind;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * 7);
	for (kind = DIGEST_SHA1; kind <= DIGEST_SHA256; kind++) {
		(void)snprintf(first, sizeof(first), "%s", hex_of(kind, text, sizeof(text), 1000));
		for (i = 1; i < 200; i++)
			assert_string_equal(hex_of(kind, text, sizeof(text), i), first);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(digest_knows_the_examples_of_the_standard),
	    cmocka_unit_test(digest_pads_every_length),
	    cmocka_unit_test(digest_does_not_care_for_the_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
