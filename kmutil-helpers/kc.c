/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel collections: heads of Mach-O images, little-endian 64 bit only. */
#include <stdlib.h>
#include <string.h>

#include "kmutil-helpers/cursor.h"
#include "kmutil-helpers/die.h"
#include "kmutil-helpers/fat.h"
#include "kmutil-helpers/im4p.h"
#include "kmutil-helpers/kc.h"
#include "kmutil-helpers/kc_prelink.h"
#include "kmutil-helpers/os.h"
#include "kmutil-helpers/slice.h"
#include "kmutil-helpers/unpack.h"
#include "kmutil-helpers/banned.h"

#define MACHO_MAGIC 0xfeedfacfU
#define MACHO_FILESET 12U
#define HEADER_BYTES 32U
#define COMMAND_SEGMENT 0x19U
#define COMMAND_UUID 0x1bU
#define COMMAND_FILESET_ENTRY 0x80000035U

#define CHUNK_BYTES ((size_t)64 << 10)

struct entry {
	const char *id; /* in the load commands */
	uint64_t at;    /* of its own header, from the image's start */
};

/* What the load commands say. */
struct head {
	uint8_t *commands; /* owned */
	size_t size;
	uint32_t filetype;
	const uint8_t *uuid;
	uint64_t info_at, info_size; /* __PRELINK_INFO,__info */
	bool has_info;
	struct entry *entries; /* owned */
	size_t entry_count;
};

static void
head_done(struct head *head)
{
	free(head->commands);
	free(head->entries);
}

static bool
is_name(const uint8_t *field, const char *name)
{
	char padded[16] = {0};

	memcpy(padded, name, strlen(name));
	return field != NULL && memcmp(field, padded, sizeof(padded)) == 0;
}

/* struct segment_command_64 and its section_64, after cmd and cmdsize. */
static void
segment_read(struct head *head, struct cursor *c)
{
	uint32_t sections, i;

	if (!is_name(cursor_bytes(c, 16), "__PRELINK_INFO"))
		return;
	cursor_skip(c, 4 * 8 + 2 * 4);
	sections = cursor_le32(c);
	cursor_skip(c, 4);
	for (i = 0; i < sections && cursor_ok(c) && !head->has_info; i++) {
		head->has_info = is_name(cursor_bytes(c, 16), "__info");
		cursor_skip(c, 16 + 8);
		head->info_size = cursor_le64(c);
		head->info_at = cursor_le32(c);
		cursor_skip(c, 7 * 4);
	}
}

/* struct fileset_entry_command, after cmd and cmdsize. */
static void
entry_read(struct head *head, struct cursor *c)
{
	struct entry *entry;
	uint32_t at;
	size_t len;

	if (head->entry_count == KC_MAX_MEMBERS) {
		(void)cursor_fail(c, FAULT_COUNT);
		return;
	}
	if (head->entries == NULL)
		head->entries = calloc(KC_MAX_MEMBERS, sizeof(*head->entries));
	if (head->entries == NULL)
		die(EXIT_BUG, "out of memory");
	entry = &head->entries[head->entry_count++];
	cursor_skip(c, 8);
	entry->at = cursor_le64(c);
	at = cursor_le32(c);
	if (cursor_ok(c) && (at < HEADER_BYTES || at > c->len))
		(void)cursor_fail(c, FAULT_RANGE);
	cursor_skip(c, 4);
	cursor_skip(c, at - HEADER_BYTES);
	entry->id = cursor_string(c, &len);
	if (cursor_ok(c) && (len == 0 || len > KC_MAX_TEXT_BYTES))
		(void)cursor_fail(c, FAULT_SIZE);
}

/* Walks the load commands; fault->at counts from the image's start. */
static int
commands_read(struct head *head, uint32_t count, struct fault *fault)
{
	struct cursor all = cursor_make(head->commands, head->size), c;
	uint32_t command, size;
	size_t start;

	while (count-- > 0 && cursor_ok(&all)) {
		start = all.at;
		command = cursor_le32(&all);
		size = cursor_le32(&all);
		if (cursor_ok(&all) && size < 8)
			(void)cursor_fail(&all, FAULT_RANGE);
		cursor_skip(&all, size - 8);
		if (!cursor_ok(&all))
			break;
		c = cursor_sub(&all, start, size);
		cursor_skip(&c, 8);
		if (command == COMMAND_SEGMENT)
			segment_read(head, &c);
		else if (command == COMMAND_FILESET_ENTRY)
			entry_read(head, &c);
		else if (command == COMMAND_UUID)
			head->uuid = cursor_bytes(&c, 16);
		all.fault = c.fault;
		all.at = cursor_ok(&c) ? all.at : start;
	}
	fault->at = HEADER_BYTES + all.at;
	return all.fault;
}

/* Reads header and load commands of the Mach-O that starts at a place of the
 * image. Ended with head_done in any case. */
static int
head_read(const struct slice *image, uint64_t at, struct head *head, struct fault *fault)
{
	uint8_t bytes[HEADER_BYTES];
	struct cursor c;
	uint32_t magic, count;
	int rc;

	*head = (struct head){0};
	fault->at = at;
	if ((rc = slice_read(image, at, bytes, sizeof(bytes))) != 0)
		return rc;
	c = cursor_make(bytes, sizeof(bytes));
	magic = cursor_le32(&c);
	cursor_skip(&c, 8);
	head->filetype = cursor_le32(&c);
	count = cursor_le32(&c);
	head->size = cursor_le32(&c);
	if (magic != MACHO_MAGIC)
		return -FAULT_MAGIC;
	if (head->size > KC_MAX_COMMAND_BYTES)
		return -FAULT_SIZE;
	if (head->size > image->size - at - HEADER_BYTES)
		return -FAULT_SHORT;
	head->commands = malloc(head->size + 1);
	if (head->commands == NULL)
		die(EXIT_BUG, "out of memory");
	rc = slice_read(image, at + HEADER_BYTES, head->commands, head->size);
	if (rc == 0) {
		rc = commands_read(head, count, fault);
		fault->at += at;
	}
	return rc;
}

/* A collection's file, and the image in it. Ended with image_done in any case. */
struct image {
	struct slice slice;
	struct unpack *unpack; /* owned; NULL: not compressed */
};

static void
image_done(struct image *image)
{
	unpack_free(image->unpack);
}

/* Takes the wrapper off; *im4p is zeroed without one. */
static int
wrapper_take(struct slice *slice, struct im4p *im4p, struct fault *fault)
{
	uint8_t head[IM4P_HEAD_BYTES];
	size_t len = slice->size < sizeof(head) ? (size_t)slice->size : sizeof(head);
	uint64_t tail_at;
	int rc;

	*im4p = (struct im4p){0};
	if ((rc = slice_read(slice, 0, head, len)) != 0 || !im4p_is_wrapper(head, len))
		return rc;
	if ((rc = im4p_read(head, len, slice->size, im4p, fault)) != 0)
		return rc;
	tail_at = im4p->payload_at + im4p->payload_bytes;
	len = im4p->tail_bytes < IM4P_TAIL_BYTES ? (size_t)im4p->tail_bytes : IM4P_TAIL_BYTES;
	fault->at = tail_at;
	if ((rc = slice_read(slice, tail_at, head, len)) != 0)
		return rc;
	if ((rc = im4p_read_tail(head, len, im4p, fault)) != 0) {
		fault->at += tail_at;
		return rc;
	}
	fault->at = im4p->payload_at;
	return slice_part(slice, im4p->payload_at, im4p->payload_bytes, slice);
}

/* Puts an LZFSE stream behind the slice. */
static int
image_unpack(struct image *image, uint64_t unpacked_bytes)
{
	const struct unpack_codec *codec = os_lzfse();

	if (codec == NULL)
		return -FAULT_LZFSE;
	if (unpacked_bytes > UNPACK_MAX_BYTES)
		return -FAULT_SIZE;
	image->unpack = unpack_new(codec, &image->slice);
	image->slice.base = 0;
	image->slice.size = unpacked_bytes != 0 ? unpacked_bytes : UNPACK_MAX_BYTES;
	image->slice.unpack = image->unpack;
	return 0;
}

/* Finds the image in the file: bare or in an IM4P, compressed or not, fat or thin. */
static int
image_find(int fd, bool intel, struct image *image, struct fault *fault)
{
	uint8_t magic[8] = {0};
	struct im4p im4p;
	size_t len;
	int rc;

	*image = (struct image){.slice = {.fd = fd}};
	if ((rc = slice_of_file(fd, &image->slice)) != 0 ||
	    (rc = wrapper_take(&image->slice, &im4p, fault)) != 0)
		return rc;
	len = image->slice.size < sizeof(magic) ? (size_t)image->slice.size : sizeof(magic);
	if ((rc = slice_read(&image->slice, 0, magic, len)) != 0 || len < 4)
		return rc ? rc : -FAULT_SHORT;
	if (memcmp(magic, "complzss", sizeof(magic)) == 0)
		return -FAULT_LZSS;
	if (memcmp(magic, "bvx", 3) == 0)
		rc = image_unpack(image, im4p.unpacked_bytes);
	else if (memcmp(magic, "\xcf\xfa\xed\xfe", 4) != 0 && im4p.encrypted)
		return -FAULT_ENCRYPTED;
	else if (memcmp(magic, "\xcf\xfa\xed\xfe", 4) != 0 && im4p.packed != IM4P_PLAIN)
		return -FAULT_COMPRESSED;
	if (rc == 0)
		rc = fat_find(&image->slice, intel, &image->slice, fault);
	return rc;
}

/* Streams the list of members; fault->at counts from the image's start. */
static int
info_read(const struct slice *image, const struct head *head, struct kc_prelink *prelink,
    struct fault *fault)
{
	uint8_t *chunk = malloc(CHUNK_BYTES);
	uint64_t at = 0;
	size_t len;
	int rc = 0;

	if (chunk == NULL)
		die(EXIT_BUG, "out of memory");
	while (rc == 0 && at < head->info_size && !kc_prelink_is_done(prelink)) {
		len = CHUNK_BYTES;
		if (len > head->info_size - at)
			len = (size_t)(head->info_size - at);
		rc = slice_read(image, head->info_at + at, chunk, len);
		fault->at = at;
		if (rc == 0 && kc_prelink_feed(prelink, chunk, len) != 0)
			break;
		at += len;
	}
	if (rc == 0)
		rc = kc_prelink_finish(prelink, fault);
	fault->at += head->info_at;
	free(chunk);
	return rc;
}

/* The member that an entry is the code of; a new one, should the list lack it, for which
 * there is room. */
static int
member_find(struct arena *arena, struct kc *kc, const char *id, struct kc_member **out)
{
	size_t i;

	for (i = 0; i < kc->member_count; i++)
		if (!kc->members[i].has_entry && strcmp(kc->members[i].id, id) == 0)
			break;
	if (i == kc->member_count) {
		if (i == KC_MAX_MEMBERS)
			return -FAULT_COUNT;
		kc->member_count++;
		kc->members[i].id = arena_strdup(arena, id);
	}
	*out = &kc->members[i];
	return 0;
}

/* By place in the file: a compressed one is read forwards. */
static int
entry_compare(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;

	return (one->at > other->at) - (one->at < other->at);
}

static int
entries_read(struct arena *arena, const struct slice *image, const struct head *head, struct kc *kc,
    struct fault *fault)
{
	struct kc_member *member;
	struct head own;
	size_t i;
	int rc = 0;

	if (head->entry_count != 0)
		qsort(head->entries, head->entry_count, sizeof(*head->entries), entry_compare);
	kc->members = arena_grow(arena, kc->members, kc->member_count,
	    kc->member_count + head->entry_count, sizeof(*kc->members));
	for (i = 0; rc == 0 && i < head->entry_count; i++) {
		if ((rc = member_find(arena, kc, head->entries[i].id, &member)) != 0)
			return rc;
		member->has_entry = true;
		member->codeless = false;
		rc = head_read(image, head->entries[i].at, &own, fault);
		if (rc == 0 && own.uuid != NULL)
			member->uuid = kc_uuid_text(arena, own.uuid);
		head_done(&own);
	}
	return rc;
}

/* Reads the head of a collection; ended with head_done in any case. */
static int
fileset_read(const struct slice *image, struct head *head, struct fault *fault)
{
	int rc = head_read(image, 0, head, fault);

	return rc == 0 && head->filetype != MACHO_FILESET ? -FAULT_MAGIC : rc;
}

static int
image_list(struct arena *arena, const struct slice *image, struct kc *kc, struct fault *fault)
{
	struct kc_prelink *prelink = kc_prelink_new(arena, kc);
	struct head head;
	int rc = fileset_read(image, &head, fault);

	if (rc == 0 && !head.has_info)
		rc = -FAULT_MISSING;
	if (rc == 0 && head.info_size > KC_MAX_INFO_BYTES)
		rc = -FAULT_SIZE;
	if (rc == 0)
		rc = info_read(image, &head, prelink, fault);
	if (rc == 0)
		rc = entries_read(arena, image, &head, kc, fault);
	if (rc == 0 && head.uuid != NULL)
		kc->uuid = kc_uuid_text(arena, head.uuid);
	head_done(&head);
	kc_prelink_free(prelink);
	return rc;
}

int
kc_read(struct arena *arena, int fd, bool intel, const struct kc **out, struct fault *fault)
{
	struct image image;
	struct kc *kc = arena_alloc(arena, sizeof(*kc));

	*out = NULL;
	*fault = (struct fault){0};
	fault->code = image_find(fd, intel, &image, fault);
	if (fault->code == 0) {
		fault->code = image_list(arena, &image.slice, kc, fault);
		fault->at += image.slice.base;
	}
	image_done(&image);
	if (fault->code != 0)
		return fault->code;
	fault->at = 0;
	*out = kc;
	return 0;
}

int
kc_read_uuid(struct arena *arena, int fd, bool intel, const char **uuid)
{
	struct image image;
	struct fault fault = {0};
	struct head head = {0};
	int rc = image_find(fd, intel, &image, &fault);

	*uuid = NULL;
	if (rc == 0)
		rc = fileset_read(&image.slice, &head, &fault);
	if (rc == 0 && head.uuid != NULL)
		*uuid = kc_uuid_text(arena, head.uuid);
	head_done(&head);
	image_done(&image);
	return rc;
}
