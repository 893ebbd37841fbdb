/* SPDX-License-Identifier: BSD-2-Clause */
/* Mach-O by <mach-o/fat.h> and <mach-o/loader.h>; signatures by XNU's cs_blobs.h. */
#include <string.h>

#include "kmutil-helpers/cursor.h"
#include "kmutil-helpers/digest.h"
#include "kmutil-helpers/fat.h"
#include "kmutil-helpers/kc_prelink.h"
#include "kmutil-helpers/macho_sign.h"
#include "kmutil-helpers/slice.h"
#include "kmutil-helpers/banned.h"

#define MACHO_32 0xfeedfaceU
#define MACHO_64 0xfeedfacfU
#define MACHO_32_SWAPPED 0xcefaedfeU
#define MACHO_64_SWAPPED 0xcffaedfeU
#define COMMAND_UUID 0x1bU
#define COMMAND_SIGNATURE 0x1dU

#define BLOB_SIGNATURE 0xfade0cc0U
#define BLOB_DIRECTORY 0xfade0c02U
#define BLOB_ENTITLEMENTS 0xfade7171U
#define SLOT_DIRECTORY 0U
#define SLOT_ENTITLEMENTS 5U
#define SLOT_ALTERNATES 0x1000U
#define SLOT_ALTERNATES_END 0x1005U
#define DIRECTORY_LEAST_BYTES 44U
#define DIRECTORY_TEAM_BYTES 52U
#define VERSION_TEAM 0x20200U
#define FLAG_AD_HOC 2U
#define CDHASH_BYTES 20U
#define CHUNK_BYTES ((size_t)4 << 10)

enum { HASH_SHA1 = 1, HASH_SHA256, HASH_SHA256_TRUNCATED, HASH_SHA384, HASH_END };

/* One reading: where it stands is told by the fault. */
struct reader {
	struct arena *arena;   /* of what is found */
	struct arena *scratch; /* of one reading */
	struct fault *fault;
};

struct commands {
	bool big; /* big-endian, as PowerPC was */
	const uint8_t *uuid;
	bool is_signed;
	uint64_t signature_at, signature_bytes;
};

struct directory {
	struct slice bytes;
	unsigned int hash;
	uint32_t flags, identifier_at, team_at; /* team_at 0: none */
};

/* Reads len bytes at a place of a slice and gives a cursor over them. */
static int
block_read(struct reader *r, const struct slice *slice, uint64_t at, size_t len, struct cursor *c)
{
	uint8_t *bytes = arena_alloc(r->scratch, len + 1);

	*c = cursor_make(bytes, len);
	r->fault->at = slice->base + at;
	return slice_read(slice, at, bytes, len);
}

static uint32_t
word_read(struct cursor *c, bool big)
{
	return big ? cursor_be32(c) : cursor_le32(c);
}

/* One load command, after its cmd and cmdsize. */
static void
command_read(struct commands *commands, uint32_t command, struct cursor *c)
{
	if (command == COMMAND_UUID) {
		if (commands->uuid != NULL)
			(void)cursor_fail(c, FAULT_SYNTAX);
		commands->uuid = cursor_bytes(c, 16);
	} else if (command == COMMAND_SIGNATURE) {
		if (commands->is_signed)
			(void)cursor_fail(c, FAULT_SYNTAX);
		commands->signature_at = word_read(c, commands->big);
		commands->signature_bytes = word_read(c, commands->big);
		commands->is_signed = true;
	}
}

static int
commands_walk(struct reader *r, struct commands *commands, struct cursor *all, uint32_t count)
{
	uint64_t base = r->fault->at;
	uint32_t command, size;
	struct cursor c;
	size_t start;

	for (; count > 0 && cursor_ok(all); count--) {
		start = all->at;
		r->fault->at = base + start;
		command = word_read(all, commands->big);
		size = word_read(all, commands->big);
		if (cursor_ok(all) && size < 8)
			return -FAULT_RANGE;
		cursor_skip(all, size - 8);
		c = cursor_sub(all, start, size);
		cursor_skip(&c, 8);
		if (cursor_ok(&c))
			command_read(commands, command, &c);
		if (!cursor_ok(&c))
			return c.fault;
	}
	return all->fault;
}

/* Reads header and load commands of an image. */
static int
commands_read(struct reader *r, const struct slice *image, struct commands *commands)
{
	uint32_t magic, count, size;
	struct cursor c;
	bool wide;
	int rc;

	*commands = (struct commands){0};
	if ((rc = block_read(r, image, 0, 28, &c)) != 0)
		return rc;
	magic = cursor_le32(&c);
	wide = magic == MACHO_64 || magic == MACHO_64_SWAPPED;
	commands->big = magic == MACHO_32_SWAPPED || magic == MACHO_64_SWAPPED;
	if (!wide && !commands->big && magic != MACHO_32)
		return -FAULT_MAGIC;
	cursor_skip(&c, 12);
	count = word_read(&c, commands->big);
	size = word_read(&c, commands->big);
	if (size > MACHO_MAX_COMMAND_BYTES)
		return -FAULT_SIZE;
	if ((rc = block_read(r, image, wide ? 32 : 28, size, &c)) != 0)
		return rc;
	return commands_walk(r, commands, &c, count);
}

/* The head of a CodeDirectory at a place of the signature. */
static int
directory_read(
    struct reader *r, const struct slice *signature, uint64_t at, struct directory *directory)
{
	uint32_t magic, version;
	struct cursor c;
	int rc;

	if ((rc = block_read(r, signature, at, 8, &c)) != 0)
		return rc;
	magic = cursor_be32(&c);
	if (magic != BLOB_DIRECTORY)
		return -FAULT_MAGIC;
	if ((rc = slice_part(signature, at, cursor_be32(&c), &directory->bytes)) != 0)
		return rc;
	if (directory->bytes.size > MACHO_MAX_DIRECTORY_BYTES)
		return -FAULT_SIZE;
	if ((rc = block_read(r, &directory->bytes, 0, DIRECTORY_LEAST_BYTES, &c)) != 0)
		return rc;
	cursor_skip(&c, 8);
	version = cursor_be32(&c);
	directory->flags = cursor_be32(&c);
	cursor_skip(&c, 4);
	directory->identifier_at = cursor_be32(&c);
	cursor_skip(&c, 12 + 1);
	directory->hash = cursor_u8(&c);
	directory->team_at = 0;
	if (directory->hash == 0 || directory->hash >= HASH_END)
		return -FAULT_TYPE;
	if (version < VERSION_TEAM)
		return 0;
	rc = block_read(r, &directory->bytes, DIRECTORY_TEAM_BYTES - 4, 4, &c);
	directory->team_at = cursor_be32(&c);
	return rc;
}

/* A text with NUL at a place of the CodeDirectory. */
static int
text_read(struct reader *r, const struct directory *directory, uint32_t at, const char **out)
{
	uint64_t left = at < directory->bytes.size ? directory->bytes.size - at : 0;
	struct cursor c;
	const char *text;
	size_t len;
	int rc;

	r->fault->at = directory->bytes.base;
	if (left == 0)
		return -FAULT_RANGE;
	len = left > MACHO_MAX_TEXT_BYTES ? MACHO_MAX_TEXT_BYTES + 1 : (size_t)left;
	if ((rc = block_read(r, &directory->bytes, at, len, &c)) != 0)
		return rc;
	text = cursor_string(&c, &len);
	if (text == NULL)
		return left > MACHO_MAX_TEXT_BYTES ? -FAULT_SIZE : -FAULT_SHORT;
	*out = arena_strndup(r->arena, text, len);
	return 0;
}

/* The name of a CodeDirectory: the first 20 bytes of its own hash. */
static int
cdhash_read(struct reader *r, const struct directory *directory, const char **out)
{
	const struct slice *bytes = &directory->bytes;
	uint8_t chunk[CHUNK_BYTES], hash[DIGEST_MAX_BYTES];
	char hex[2 * CDHASH_BYTES + 1];
	struct digest digest;
	uint64_t at;
	size_t len, i;
	int rc;

	if (directory->hash == HASH_SHA384)
		return 0;
	digest_init(&digest, directory->hash == HASH_SHA1 ? DIGEST_SHA1 : DIGEST_SHA256);
	for (at = 0; at < bytes->size; at += len) {
		len = bytes->size - at < sizeof(chunk) ? (size_t)(bytes->size - at) : sizeof(chunk);
		r->fault->at = bytes->base + at;
		if ((rc = slice_read(bytes, at, chunk, len)) != 0)
			return rc;
		digest_update(&digest, chunk, len);
	}
	digest_final(&digest, hash);
	for (i = 0; i < CDHASH_BYTES; i++) {
		hex[2 * i] = "0123456789abcdef"[hash[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[hash[i] & 15];
	}
	*out = arena_strndup(r->arena, hex, 2 * (size_t)CDHASH_BYTES);
	return 0;
}

/* The kernel's order of hash types: SHA-1, truncated SHA-256, SHA-256, SHA-384. */
static unsigned int
hash_rank(unsigned int hash)
{
	static const unsigned int ranks[HASH_END] = {
	    [HASH_SHA1] = 1, [HASH_SHA256_TRUNCATED] = 2, [HASH_SHA256] = 3, [HASH_SHA384] = 4};

	return ranks[hash];
}

/* Finds the best CodeDirectory; a hash type twice is refused, as the kernel does. */
static int
directory_find(
    struct reader *r, const struct slice *signature, uint32_t count, struct directory *best)
{
	struct directory one;
	uint32_t slot, at, i;
	struct cursor c;
	bool seen[HASH_END] = {false};
	int rc;

	*best = (struct directory){0};
	if ((rc = block_read(r, signature, 12, 8 * (size_t)count, &c)) != 0)
		return rc;
	for (i = 0; i < count; i++) {
		slot = cursor_be32(&c);
		at = cursor_be32(&c);
		if (slot != SLOT_DIRECTORY &&
		    (slot < SLOT_ALTERNATES || slot >= SLOT_ALTERNATES_END))
			continue;
		if ((rc = directory_read(r, signature, at, &one)) != 0)
			return rc;
		if (seen[one.hash])
			return -FAULT_SYNTAX;
		seen[one.hash] = true;
		if (hash_rank(one.hash) > hash_rank(best->hash))
			*best = one;
	}
	return best->hash == 0 ? -FAULT_MISSING : 0;
}

/* Where the entitlements stand in the signature, as XML: macOS signs the same as DER
 * beside them, in a slot of its own. */
static int
entitlements_find(
    struct reader *r, const struct slice *signature, uint32_t count, struct slice *out)
{
	uint32_t slot, at, i, magic, length;
	struct cursor c, head;
	int rc = block_read(r, signature, 12, 8 * (size_t)count, &c);

	for (i = 0; rc == 0 && i < count; i++) {
		slot = cursor_be32(&c);
		at = cursor_be32(&c);
		if (slot != SLOT_ENTITLEMENTS)
			continue;
		if ((rc = block_read(r, signature, at, 8, &head)) != 0)
			break;
		magic = cursor_be32(&head);
		length = cursor_be32(&head);
		if (magic != BLOB_ENTITLEMENTS || length < 8)
			return -FAULT_SYNTAX;
		rc = slice_part(signature, (uint64_t)at + 8, length - 8, out);
	}
	return rc;
}

static int
signature_read(struct reader *r, const struct slice *image, const struct commands *commands,
    struct macho_sign *out)
{
	struct directory directory;
	struct slice signature;
	uint32_t magic, length, count;
	struct cursor c;
	int rc;

	rc = slice_part(image, commands->signature_at, commands->signature_bytes, &signature);
	if (rc != 0 || (rc = block_read(r, &signature, 0, 12, &c)) != 0)
		return rc;
	magic = cursor_be32(&c);
	length = cursor_be32(&c);
	count = cursor_be32(&c);
	if (magic != BLOB_SIGNATURE)
		return -FAULT_MAGIC;
	if (count > MACHO_MAX_BLOBS)
		return -FAULT_COUNT;
	if ((rc = slice_part(&signature, 0, length, &signature)) != 0 ||
	    (rc = directory_find(r, &signature, count, &directory)) != 0)
		return rc;
	out->kind = (directory.flags & FLAG_AD_HOC) != 0 ? MACHO_AD_HOC : MACHO_SIGNED;
	rc = text_read(r, &directory, directory.identifier_at, &out->identifier);
	if (rc == 0 && directory.team_at != 0)
		rc = text_read(r, &directory, directory.team_at, &out->team_id);
	if (rc == 0)
		rc = cdhash_read(r, &directory, &out->cdhash);
	if (rc == 0)
		rc = entitlements_find(r, &signature, count, &out->entitlements);
	return rc;
}

int
macho_sign_read(
    struct arena *arena, int fd, bool intel, struct macho_sign *out, struct fault *fault)
{
	struct reader r = {.arena = arena, .scratch = arena_new(0), .fault = fault};
	struct commands commands;
	struct slice file, image;
	int rc;

	*out = (struct macho_sign){0};
	*fault = (struct fault){0};
	rc = slice_of_file(fd, &file);
	if (rc == 0)
		rc = fat_find(&file, intel, &image, fault);
	if (rc == 0)
		rc = commands_read(&r, &image, &commands);
	if (rc == 0 && commands.uuid != NULL)
		out->uuid = kc_uuid_text(arena, commands.uuid);
	if (rc == 0 && commands.is_signed)
		rc = signature_read(&r, &image, &commands, out);
	arena_free(r.scratch);
	*fault = (struct fault){.code = rc, .at = rc != 0 ? fault->at : 0};
	if (rc != 0)
		*out = (struct macho_sign){0};
	return rc;
}
