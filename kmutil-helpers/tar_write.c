/* SPDX-License-Identifier: BSD-2-Clause */
/* tar archives. */
#include <stdio.h>
#include <string.h>

#include "kmutil-helpers/tar_write.h"
#include "kmutil-helpers/banned.h"

#define NAME_BYTES 100

/* The fields of a ustar header that are used; offsets by the standard. */
enum {
	AT_MODE = 100,
	AT_UID = 108,
	AT_GID = 116,
	AT_SIZE = 124,
	AT_TIME = 136,
	AT_SUM = 148,
	AT_TYPE = 156,
	AT_MAGIC = 257
};

static void
put(struct tar_write *tar, const void *bytes, size_t len)
{
	struct buf block = {0};

	if (tar->error != 0 || len == 0)
		return;
	buf_add(&block, bytes, len);
	tar->error = buf_flush(&block, tar->fd);
	buf_done(&block);
	tar->bytes += len;
}

/* Fills up the last block. */
static void
pad(struct tar_write *tar)
{
	static const char zeros[TAR_BLOCK];

	if (tar->bytes % TAR_BLOCK != 0)
		put(tar, zeros, TAR_BLOCK - tar->bytes % TAR_BLOCK);
}

static void
put_header(struct tar_write *tar, const char *name, char type, uint64_t size)
{
	char header[TAR_BLOCK] = {0};
	unsigned int sum = 0;
	size_t i, len = strlen(name);

	memcpy(header, name, len < NAME_BYTES ? len : NAME_BYTES);
	(void)snprintf(header + AT_MODE, 8, "%07o", type == '5' ? 0755U : 0644U);
	(void)snprintf(header + AT_UID, 8, "%07o", 0U);
	(void)snprintf(header + AT_GID, 8, "%07o", 0U);
	(void)snprintf(header + AT_SIZE, 12, "%011llo", (unsigned long long)size);
	(void)snprintf(header + AT_TIME, 12, "%011llo", (unsigned long long)tar->time);
	memset(header + AT_SUM, ' ', 8);
	header[AT_TYPE] = type;
	memcpy(header + AT_MAGIC, "ustar\00000", 8);
	for (i = 0; i < TAR_BLOCK; i++)
		sum += (unsigned char)header[i];
	(void)snprintf(header + AT_SUM, 8, "%06o", sum);
	put(tar, header, sizeof(header));
}

/* "LEN KEY=VALUE\n", where LEN counts itself. */
static void
pax_record(struct buf *out, const char *key, const char *value)
{
	size_t rest = strlen(key) + strlen(value) + 3, len = rest + 1, digits;
	char text[24];

	for (;;) {
		digits = (size_t)snprintf(text, sizeof(text), "%zu", len);
		if (rest + digits == len)
			break;
		len = rest + digits;
	}
	buf_printf(out, "%zu %s=%s\n", len, key, value);
}

static bool
is_plain(const char *name)
{
	for (; *name != '\0'; name++)
		if ((unsigned char)*name < 0x20 || (unsigned char)*name >= 0x7f)
			return false;
	return true;
}

/* The pax header with these records, if any, and then the member's own. */
static void
put_member(struct tar_write *tar, const char *name, char type, uint64_t size, struct buf *pax)
{
	if (strlen(name) > NAME_BYTES || !is_plain(name))
		pax_record(pax, "path", name);
	if (pax->len > 0) {
		put_header(tar, "PaxHeader", 'x', pax->len);
		put(tar, pax->bytes, pax->len);
		pad(tar);
	}
	buf_done(pax);
	put_header(tar, name, type, size);
}

void
tar_write_folder(struct tar_write *tar, const char *name)
{
	struct buf pax = {0}, slashed = {0};

	buf_printf(&slashed, "%s/", name);
	put_member(tar, slashed.bytes, '5', 0, &pax);
	buf_done(&slashed);
}

void
tar_write_file(struct tar_write *tar, const char *name, const void *bytes, size_t len)
{
	struct buf pax = {0};

	put_member(tar, name, '0', len, &pax);
	put(tar, bytes, len);
	pad(tar);
}

/* The map of the parts: their number, then offset and length of each, a line each. */
static void
make_map(struct buf *map, uint64_t size, const struct trail_range *ranges, size_t count)
{
	bool ends_early = count == 0 || ranges[count - 1].end < size;
	size_t i;

	buf_printf(map, "%zu\n", count + ends_early);
	for (i = 0; i < count; i++)
		buf_printf(map, "%llu\n%llu\n", (unsigned long long)ranges[i].at,
		    (unsigned long long)(ranges[i].end - ranges[i].at));
	/* An empty part at the end tells where the file ends. */
	if (ends_early)
		buf_printf(map, "%llu\n0\n", (unsigned long long)size);
	while (map->len % TAR_BLOCK != 0)
		buf_add(map, "", 1);
}

void
tar_write_sparse(struct tar_write *tar, const char *name, uint64_t size,
    const struct trail_range *ranges, size_t count, const void *bytes)
{
	struct buf pax = {0}, map = {0}, number = {0};
	uint64_t len = 0;
	size_t i;

	for (i = 0; i < count; i++)
		len += ranges[i].end - ranges[i].at;
	if (len == size) {
		tar_write_file(tar, name, bytes, (size_t)len);
		return;
	}
	make_map(&map, size, ranges, count);
	pax_record(&pax, "GNU.sparse.major", "1");
	pax_record(&pax, "GNU.sparse.minor", "0");
	pax_record(&pax, "GNU.sparse.name", name);
	buf_printf(&number, "%llu", (unsigned long long)size);
	pax_record(&pax, "GNU.sparse.realsize", number.bytes);
	put_member(tar, name, '0', map.len + len, &pax);
	put(tar, map.bytes, map.len);
	put(tar, bytes, (size_t)len);
	pad(tar);
	buf_done(&map);
	buf_done(&number);
}

int
tar_write_done(struct tar_write *tar)
{
	static const char zeros[2 * TAR_BLOCK];

	put(tar, zeros, sizeof(zeros));
	return tar->error;
}
