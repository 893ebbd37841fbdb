/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small Mach-O images of kexts. Layout by <mach-o/loader.h>; the signature is a
 * SuperBlob with a CodeDirectory of version 0x20200 (identifier, team, SHA-256
 * pages) and an empty CMS blob, of a dext its entitlements instead. cdhash: the first
 * 20 bytes of its SHA-256.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/write_hash.h"
#include "tests/macsim/write_macho.h"

enum {
	CS_SUPERBLOB = 0xfade0cc0,
	CS_DIRECTORY = 0xfade0c02,
	CS_CMS = 0xfade0b01,
	CS_RIGHTS = 0xfade7171,
	CS_HEADER = 52,
	CS_PAGE_SHIFT = 12,
	HEADER = 32
};

void
macho_uuid_bytes(const char *uuid, uint8_t out[16])
{
	unsigned n = 0;

	memset(out, 0, 16);
	for (; *uuid && n < 32; uuid++) {
		const char *digits = "0123456789ABCDEF", *at = strchr(digits, *uuid & ~0x20);

		if (*uuid >= '0' && *uuid <= '9')
			at = digits + (*uuid - '0');
		if (!at || *uuid == '-')
			continue;
		out[n / 2] = (uint8_t)(out[n / 2] << 4 | (at - digits));
		n++;
	}
}

void
macho_begin(struct bytes *out, bool apple, unsigned filetype)
{
	bytes_le(out, MACHO_MAGIC, 4);
	bytes_le(out, apple ? 0x0100000c : 0x01000007, 4);
	bytes_le(out, apple ? 0x80000002 : 3, 4);
	bytes_le(out, filetype, 4);
	bytes_zero(out, 16);
}

void
macho_segment(struct bytes *out, const struct macho_segment *segment)
{
	char name[16] = {0};

	memcpy(name, segment->name, strnlen(segment->name, sizeof(name)));
	bytes_le(out, MACHO_LC_SEGMENT, 4);
	bytes_le(out, segment->section ? 72 + 80 : 72, 4);
	bytes_add(out, name, 16);
	bytes_le(out, segment->at, 8);
	bytes_le(out, segment->size, 8);
	bytes_le(out, segment->at, 8);
	bytes_le(out, segment->file_size, 8);
	bytes_le(out, segment->protection, 4);
	bytes_le(out, segment->protection, 4);
	bytes_le(out, segment->section ? 1 : 0, 4);
	bytes_le(out, 0, 4);
	if (!segment->section)
		return;
	char section[16] = {0};
	memcpy(section, segment->section, strnlen(segment->section, sizeof(section)));
	bytes_add(out, section, 16);
	bytes_add(out, name, 16);
	bytes_le(out, segment->at, 8);
	bytes_le(out, segment->file_size, 8);
	bytes_le(out, segment->at, 4);
	bytes_zero(out, 28);
}

void
macho_uuid(struct bytes *out, const char *uuid)
{
	uint8_t raw[16];

	macho_uuid_bytes(uuid, raw);
	bytes_le(out, MACHO_LC_UUID, 4);
	bytes_le(out, 24, 4);
	bytes_add(out, raw, 16);
}

void
macho_end(struct bytes *out, size_t header, unsigned commands, size_t size)
{
	bytes_poke_le(out, header + 16, commands, 4);
	bytes_poke_le(out, header + 20, size, 4);
}

static void
write_signature(struct bytes *out, const char *identifier, const char *team, const char *rights)
{
	size_t limit = out->len, pages = (limit + 4095) >> CS_PAGE_SHIFT;
	size_t ident = CS_HEADER, team_at = ident + strlen(identifier) + 1;
	size_t hashes = team_at + (*team ? strlen(team) + 1 : 0), length = hashes + 32 * pages;

	bytes_be(out, CS_SUPERBLOB, 4);
	bytes_be(out, 28 + length + 8 + strlen(rights), 4);
	bytes_be(out, 2, 4);
	bytes_be(out, 0, 4);
	bytes_be(out, 28, 4);
	bytes_be(out, *rights ? 5 : 0x10000, 4);
	bytes_be(out, 28 + length, 4);
	bytes_be(out, CS_DIRECTORY, 4);
	bytes_be(out, length, 4);
	bytes_be(out, 0x20200, 4);
	bytes_be(out, *team ? 0 : 2, 4); /* 2: ad-hoc */
	bytes_be(out, hashes, 4);
	bytes_be(out, ident, 4);
	bytes_be(out, 0, 4);
	bytes_be(out, pages, 4);
	bytes_be(out, limit, 4);
	bytes_u8(out, 32);
	bytes_u8(out, 2);
	bytes_u8(out, 0);
	bytes_u8(out, CS_PAGE_SHIFT);
	bytes_zero(out, 8);
	bytes_be(out, *team ? team_at : 0, 4);
	bytes_add(out, identifier, strlen(identifier) + 1);
	if (*team)
		bytes_add(out, team, strlen(team) + 1);
	for (size_t i = 0; i < pages; i++) {
		size_t at = i << CS_PAGE_SHIFT;
		uint8_t hash[32];

		hash_sha256(out->data + at, limit - at < 4096 ? limit - at : 4096, hash);
		bytes_add(out, hash, 32);
	}
	bytes_be(out, *rights ? CS_RIGHTS : CS_CMS, 4);
	bytes_be(out, 8 + strlen(rights), 4);
	bytes_add(out, rights, strlen(rights));
}

void
macho_write_kext(
    struct bytes *out, bool apple, const char *uuid, const char *identifier, const char *team)
{
	macho_write_dext(out, apple, uuid, identifier, team, "");
}

void
macho_write_dext(struct bytes *out, bool apple, const char *uuid, const char *identifier,
    const char *team, const char *rights)
{
	size_t limit = 3 * MACHO_PAGE + 16, start, pages = (limit + 4095) >> CS_PAGE_SHIFT;
	size_t length = CS_HEADER + strlen(identifier) + 1 + (*team ? strlen(team) + 1 : 0) +
			32 * pages + 36 + strlen(rights);
	struct macho_segment segments[] = {
	    {"__TEXT", NULL, 0, MACHO_PAGE, MACHO_PAGE, 5},
	    {"__TEXT_EXEC", "__text", MACHO_PAGE, MACHO_PAGE, MACHO_PAGE, 5},
	    {"__DATA", "__data", 2 * MACHO_PAGE, MACHO_PAGE, MACHO_PAGE, 3},
	    {"__LINKEDIT", NULL, 3 * MACHO_PAGE, MACHO_PAGE, 16 + length, 1},
	};

	macho_begin(out, apple, MACHO_KEXT_BUNDLE);
	for (size_t i = 0; i < sizeof(segments) / sizeof(*segments); i++)
		macho_segment(out, &segments[i]);
	macho_uuid(out, uuid);
	bytes_le(out, MACHO_LC_SYMTAB, 4);
	bytes_le(out, 24, 4);
	bytes_le(out, 3 * MACHO_PAGE, 4);
	bytes_le(out, 0, 4);
	bytes_le(out, 3 * MACHO_PAGE, 4);
	bytes_le(out, 16, 4);
	bytes_le(out, MACHO_LC_CODE_SIGNATURE, 4);
	bytes_le(out, 16, 4);
	bytes_le(out, limit, 4);
	bytes_le(out, length, 4);
	macho_end(out, 0, 7, out->len - HEADER);
	bytes_align(out, MACHO_PAGE);
	bytes_text(out, identifier);
	bytes_align(out, MACHO_PAGE);
	bytes_zero(out, MACHO_PAGE + 16);
	start = out->len;
	write_signature(out, identifier, team, rights);
	if (start != limit || out->len - start != length)
		macsim_die("a signature has another size than its command says");
}

static uint64_t
peek(const struct bytes *image, size_t at, size_t size, bool big)
{
	uint64_t value = 0;

	if (at > image->len || size > image->len - at)
		return 0;
	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)image->data[at + i] << (8 * (big ? size - 1 - i : i));
	return value;
}

static void
read_signature(const struct bytes *image, size_t at, struct macho_facts *facts)
{
	size_t directory = at + 28, length = peek(image, directory + 4, 4, true);
	size_t ident = directory + peek(image, directory + 20, 4, true);
	size_t team = peek(image, directory + 48, 4, true);
	uint8_t hash[32];

	if (peek(image, directory, 4, true) != CS_DIRECTORY || length > image->len - directory)
		return;
	hash_sha256(image->data + directory, length, hash);
	hash_hex(hash, 20, 0, facts->cdhash);
	if (ident < image->len)
		snprintf(facts->identifier, sizeof(facts->identifier), "%s",
		    (const char *)image->data + ident);
	if (team > 0 && directory + team < image->len)
		snprintf(facts->team, sizeof(facts->team), "%s",
		    (const char *)image->data + directory + team);
}

bool
macho_read(const struct bytes *image, struct macho_facts *facts)
{
	size_t at = HEADER;
	uint64_t commands = peek(image, 16, 4, false);

	memset(facts, 0, sizeof(*facts));
	if (peek(image, 0, 4, false) != MACHO_MAGIC)
		return false;
	facts->cputype = (uint32_t)peek(image, 4, 4, false);
	facts->cpusubtype = (uint32_t)peek(image, 8, 4, false);
	for (uint64_t i = 0; i < commands && at + 8 <= image->len; i++) {
		uint64_t command = peek(image, at, 4, false), size = peek(image, at + 4, 4, false);

		if (command == MACHO_LC_UUID && at + 24 <= image->len) {
			char hex[40];

			hash_hex(image->data + at + 8, 16, 1, hex);
			snprintf(facts->uuid, sizeof(facts->uuid), "%.8s-%.4s-%.4s-%.4s-%.12s", hex,
			    hex + 8, hex + 12, hex + 16, hex + 20);
		}
		if (command == MACHO_LC_CODE_SIGNATURE)
			read_signature(image, peek(image, at + 8, 4, false), facts);
		if (size < 8)
			return false;
		at += size;
	}
	return true;
}
