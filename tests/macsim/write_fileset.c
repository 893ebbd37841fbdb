/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel collections. Map base 0, so that addresses are file offsets. Parts, each
 * of whole pages: headers | one page of __TEXT, one of __TEXT_EXEC and one of
 * __DATA for each kext with code | __PRELINK_INFO | one shared __LINKEDIT with
 * chained fixups that fix nothing. A codeless kext stands only in the dictionary.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/write_fileset.h"
#include "tests/macsim/write_hash.h"
#include "tests/macsim/write_macho.h"
#include "tests/macsim/write_plist.h"

enum { LC_FILESET_ENTRY = 0x80000035, LC_CHAINED_FIXUPS = 0x80000034, HEADER = 32,
	LINKEDIT_SIZE = 0x4000, POINTER_FORMAT = 8 };

struct layout {
	size_t coded;                            /* kexts with code */
	uint64_t text, exec, data, info, linkedit; /* where each part begins */
	size_t info_size, head_size;             /* padded prelink info; outer header */
};

/* CFBundleNumericVersion: NumVersion, 1.2.3 is 0x01238000. */
static int64_t
numeric_version(const char *xml)
{
	char text[40] = "";
	unsigned a = 0, b = 0, c = 0;

	if (plist_find_text(xml, "CFBundleVersion", text, sizeof(text)))
		(void)sscanf(text, "%3u.%3u.%3u", &a, &b, &c);
	return (int64_t)(a % 100 / 10 << 28 | a % 10 << 24 | b % 10 << 20 | c % 10 << 16 | 0x8000);
}

static struct plist *
member_dict(const struct fileset_member *member, const struct layout *l, size_t place)
{
	static const int64_t nowhere = 0x7fffffffffffffff;
	struct plist *dict = plist_dict();
	struct bytes inner = {0};
	int64_t at = member->executable ? (int64_t)(l->text + place * MACHO_PAGE) : nowhere;
	uint8_t digest[32];

	if (plist_inner((const char *)member->info.data, &inner))
		plist_set_xml(dict, (const char *)inner.data);
	hash_sha256(member->info.data, member->info.len, digest);
	plist_set(dict, "CFBundleNumericVersion",
	    plist_int(numeric_version((const char *)member->info.data)));
	plist_set(dict, "_InfoPlistDigest", plist_data(digest, sizeof(digest)));
	plist_set(dict, "_PrelinkBundlePath", plist_string(member->path));
	plist_set(dict, "_PrelinkExecutableLoadAddr", plist_int(at));
	plist_set(dict, "_PrelinkExecutableSourceAddr", plist_int(at));
	if (member->executable) {
		plist_set(dict, "_PrelinkExecutableRelativePath", plist_string(member->executable));
		plist_set(dict, "_PrelinkExecutableSize", plist_int(MACHO_PAGE));
		plist_set(dict, "_PrelinkKmodInfo",
		    plist_int((int64_t)(l->data + place * MACHO_PAGE)));
	}
	bytes_done(&inner);
	return dict;
}

static struct plist *
uuid_data(const char *uuid)
{
	uint8_t raw[16];

	macho_uuid_bytes(uuid, raw);
	return plist_data(raw, sizeof(raw));
}

static void
write_info(const struct fileset *fileset, const struct layout *l, struct bytes *out)
{
	struct plist *top = plist_dict(), *list = plist_array();
	size_t place = 0;

	for (size_t i = 0; i < fileset->count; i++) {
		plist_push(list, member_dict(&fileset->members[i], l, place));
		place += fileset->members[i].executable ? 1 : 0;
	}
	plist_set(top, "_PrelinkInfoDictionary", list);
	plist_set(top, "_PrelinkKCID", uuid_data(fileset->uuid));
	if (fileset->boot_uuid)
		plist_set(top, "_BootKCID", uuid_data(fileset->boot_uuid));
	if (fileset->pageable_uuid)
		plist_set(top, "_PageableKCID", uuid_data(fileset->pageable_uuid));
	plist_set(top, "BuildVersion", plist_string(fileset->build));
	plist_write_xml(top, out);
	bytes_zero(out, 1);
	bytes_align(out, MACHO_PAGE);
	plist_free(top);
}

static size_t
entry_size(const char *id)
{
	return 32 + (strlen(id) + 1 + 7) / 8 * 8;
}

static struct layout
make_layout(const struct fileset *fileset)
{
	struct layout l = {0};
	struct bytes info = {0};

	l.head_size = HEADER + 3 * (72 + 80) + 3 * 72 + 24 + 16;
	for (size_t i = 0; i < fileset->count; i++) {
		if (!fileset->members[i].executable)
			continue;
		l.coded++;
		l.head_size += entry_size(fileset->members[i].id);
	}
	l.text = (l.head_size + MACHO_PAGE - 1) / MACHO_PAGE * MACHO_PAGE;
	l.exec = l.text + l.coded * MACHO_PAGE;
	l.data = l.exec + l.coded * MACHO_PAGE;
	l.info = l.data + l.coded * MACHO_PAGE;
	/* Numbers in the dictionary depend only on what is laid out before it. */
	write_info(fileset, &l, &info);
	l.info_size = info.len;
	l.linkedit = l.info + l.info_size;
	bytes_done(&info);
	return l;
}

static void
write_entry_command(struct bytes *out, const char *id, uint64_t at)
{
	size_t size = entry_size(id), start = out->len;

	bytes_le(out, LC_FILESET_ENTRY, 4);
	bytes_le(out, size, 4);
	bytes_le(out, at, 8);
	bytes_le(out, at, 8);
	bytes_le(out, 32, 4);
	bytes_le(out, 0, 4);
	bytes_text(out, id);
	bytes_zero(out, size - (out->len - start));
}

static size_t
fixups_size(size_t segments)
{
	return 32 + (4 + 4 * segments + 7) / 8 * 8 + 32;
}

/* dyld_chained_fixups_header, starts in image, one segment (__DATA) whose pages
 * have no chain (0xffff). Layout by <mach-o/fixup-chains.h>. */
static void
write_fixups(struct bytes *out, const struct layout *l, size_t segments, size_t data_index)
{
	size_t start = out->len, pages = l->coded, table = (4 + 4 * segments + 7) / 8 * 8;
	size_t size = pages ? 22 + 2 * pages : 0;

	bytes_le(out, 0, 4);
	bytes_le(out, 32, 4);
	bytes_le(out, 32 + table + (size + 7) / 8 * 8, 4);
	bytes_le(out, 32 + table + (size + 7) / 8 * 8, 4);
	bytes_le(out, 0, 4);
	bytes_le(out, 1, 4);
	bytes_le(out, 0, 4);
	bytes_le(out, 0, 4);
	bytes_le(out, segments, 4);
	for (size_t i = 0; i < segments; i++)
		bytes_le(out, i == data_index && pages ? table : 0, 4);
	bytes_zero(out, 32 + table - (out->len - start));
	if (pages) {
		bytes_le(out, size, 4);
		bytes_le(out, MACHO_PAGE, 2);
		bytes_le(out, POINTER_FORMAT, 2);
		bytes_le(out, l->data, 8);
		bytes_le(out, 0, 4);
		bytes_le(out, pages, 2);
		for (size_t i = 0; i < pages; i++)
			bytes_le(out, 0xffff, 2);
	}
	bytes_align(out, 8);
}

static void
write_head(const struct fileset *fileset, const struct layout *l, struct bytes *out)
{
	uint64_t pages = l->coded * MACHO_PAGE;
	const struct macho_segment segments[] = {
		{"__TEXT", NULL, 0, l->text, l->text, 1},
		{"__PRELINK_TEXT", "__text", l->text, pages, pages, 1},
		{"__TEXT_EXEC", NULL, l->exec, pages, pages, 5},
		{"__DATA", "__data", l->data, pages, pages, 3},
		{"__PRELINK_INFO", "__info", l->info, l->info_size, l->info_size, 3},
		{"__LINKEDIT", NULL, l->linkedit, LINKEDIT_SIZE, LINKEDIT_SIZE, 1},
	};
	size_t count = sizeof(segments) / sizeof(*segments), place = 0;

	macho_begin(out, fileset->apple, MACHO_FILESET);
	for (size_t i = 0; i < count; i++)
		macho_segment(out, &segments[i]);
	macho_uuid(out, fileset->uuid);
	bytes_le(out, LC_CHAINED_FIXUPS, 4);
	bytes_le(out, 16, 4);
	bytes_le(out, l->linkedit, 4);
	bytes_le(out, fixups_size(count) + 2 * l->coded, 4);
	for (size_t i = 0; i < fileset->count; i++)
		if (fileset->members[i].executable)
			write_entry_command(out, fileset->members[i].id,
			    l->text + MACHO_PAGE * place++);
	macho_end(out, 0, (unsigned)(count + 2 + place), out->len - HEADER);
	bytes_align(out, MACHO_PAGE);
}

static void
write_entry_image(const struct fileset *fileset, const struct layout *l,
    const struct fileset_member *member, size_t place, struct bytes *out)
{
	uint64_t off = place * MACHO_PAGE;
	const struct macho_segment segments[] = {
		{"__TEXT", NULL, l->text + off, MACHO_PAGE, MACHO_PAGE, 1},
		{"__TEXT_EXEC", "__text", l->exec + off, MACHO_PAGE, MACHO_PAGE, 5},
		{"__DATA", "__data", l->data + off, MACHO_PAGE, MACHO_PAGE, 3},
		{"__LINKEDIT", NULL, l->linkedit, LINKEDIT_SIZE, LINKEDIT_SIZE, 1},
	};
	size_t header = out->len, count = sizeof(segments) / sizeof(*segments);

	macho_begin(out, fileset->apple, MACHO_KEXT_BUNDLE);
	for (size_t i = 0; i < count; i++)
		macho_segment(out, &segments[i]);
	macho_uuid(out, member->uuid);
	bytes_le(out, MACHO_LC_SYMTAB, 4);
	bytes_le(out, 24, 4);
	bytes_le(out, l->linkedit + 0x3ff0, 4);
	bytes_le(out, 0, 4);
	bytes_le(out, l->linkedit + 0x3ff0, 4);
	bytes_le(out, 0, 4);
	macho_end(out, header, (unsigned)count + 2, out->len - header - HEADER);
	bytes_align(out, MACHO_PAGE);
}

void
fileset_write(const struct fileset *fileset, struct bytes *out)
{
	struct layout l = make_layout(fileset);
	struct bytes info = {0};
	size_t place = 0;

	write_head(fileset, &l, out);
	for (size_t i = 0; i < fileset->count; i++)
		if (fileset->members[i].executable)
			write_entry_image(fileset, &l, &fileset->members[i], place++, out);
	bytes_zero(out, 2 * l.coded * MACHO_PAGE);
	write_info(fileset, &l, &info);
	bytes_add(out, info.data, info.len);
	write_fixups(out, &l, 6, 3);
	bytes_align(out, MACHO_PAGE);
	if (out->len != l.linkedit + LINKEDIT_SIZE)
		macsim_die("a collection has another size than was laid out");
	bytes_done(&info);
}
