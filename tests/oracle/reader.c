/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reader KIND FILE...: what our readers read, one line of JSON a file, in the
 * order of the files: ["fault", sentence] or the value. Bytes are hexadecimal, so
 * that nothing is lost or beautified. KIND: a row of the table `kinds`.
 * tests/oracle/oracle.py compares the lines with what others read.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmutil-helpers/bom.h"
#include "kmutil-helpers/kc.h"
#include "kmutil-helpers/macho_sign.h"
#include "kmutil-helpers/plist.h"

struct file {
	int fd;
	void *data;
	size_t len;
};

static void
put_bytes(const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	if (at == NULL) {
		(void)fputs("null", stdout);
		return;
	}
	(void)putchar('"');
	while (len-- > 0)
		(void)printf("%02x", *at++);
	(void)putchar('"');
}

static void
put_text(const char *text)
{
	put_bytes(text, text != NULL ? strlen(text) : 0);
}

static void
put_number(int rc, int64_t number)
{
	if (rc == 0)
		(void)printf("%" PRId64, number);
	else
		(void)fputs("null", stdout);
}

static void put_plist(const struct plist *value);

static void
put_members(const struct plist *value)
{
	size_t i;

	for (i = 0; i < plist_count(value); i++) {
		(void)putchar(',');
		if (plist_type(value) == PLIST_ARRAY) {
			put_plist(plist_item(value, i));
			continue;
		}
		(void)putchar('[');
		put_text(plist_key(value, i));
		(void)putchar(',');
		put_plist(plist_value(value, i));
		(void)putchar(']');
	}
}

static void
put_plist(const struct plist *value)
{
	static const char *const names[] = {
	    "dict", "array", "string", "integer", "real", "boolean", "date", "data", "uid", "null"};
	const uint8_t *data;
	int64_t number = 0;
	size_t len;
	int truth = -1, rc;

	(void)printf("[\"%s\"", names[plist_type(value)]);
	switch (plist_type(value)) {
	case PLIST_DICT:
	case PLIST_ARRAY:
		put_members(value);
		break;
	case PLIST_STRING:
		(void)putchar(',');
		put_text(plist_text(value));
		break;
	case PLIST_INTEGER:
		(void)putchar(',');
		rc = plist_integer(value, &number);
		put_number(rc, number);
		break;
	case PLIST_BOOLEAN:
		(void)putchar(',');
		rc = plist_boolean(value, &truth);
		put_number(rc, truth);
		break;
	case PLIST_DATE:
		(void)putchar(',');
		rc = plist_date(value, &number);
		put_number(rc, number);
		break;
	case PLIST_DATA:
		(void)putchar(',');
		data = plist_data(value, &len);
		put_bytes(data, len);
		break;
	case PLIST_REAL:
	case PLIST_UID:
	case PLIST_NULL:
		break;
	}
	(void)putchar(']');
}

static void
put_fault(int code)
{
	(void)printf("[\"fault\",\"%s\"]", fault_sentence(code));
}

static void
plist_show(struct arena *arena, const struct file *file)
{
	const struct plist *top;
	int rc = plist_parse(arena, file->data, file->len, &top, NULL);

	if (rc != 0)
		put_fault(rc);
	else
		put_plist(top);
}

static int
entry_show(const struct bom_entry *entry, void *payload)
{
	static const char *const types[] = {"file", "directory", "link", "device", "other"};

	(void)payload;
	(void)fputs(",[", stdout);
	put_text(entry->path);
	(void)printf(",\"%s\",%u,%u,%u,%u,%u,%u,", types[entry->type], entry->mode, entry->uid,
	    entry->gid, entry->mtime, entry->size, entry->checksum);
	put_text(entry->target);
	(void)putchar(']');
	return 0;
}

static int
entry_pass(const struct bom_entry *entry, void *payload)
{
	(void)entry, (void)payload;
	return 0;
}

/* Read twice: what precedes a fault is no list. */
static void
bom_show(struct arena *arena, const struct file *file)
{
	int rc = bom_read(file->data, file->len, entry_pass, NULL, NULL);

	(void)arena;
	if (rc != 0) {
		put_fault(rc);
		return;
	}
	(void)fputs("[\"bom\"", stdout);
	(void)!bom_read(file->data, file->len, entry_show, NULL, NULL);
	(void)putchar(']');
}

static void
bom_show_file(const struct file *file, const char *suffix)
{
	struct bom_buffers *buffers = bom_buffers_new();
	int rc = bom_read_file(file->fd, suffix, buffers, entry_pass, NULL, NULL);

	if (rc != 0) {
		put_fault(rc);
	} else {
		(void)fputs("[\"bom\"", stdout);
		(void)!bom_read_file(file->fd, suffix, buffers, entry_show, NULL, NULL);
		(void)putchar(']');
	}
	bom_buffers_free(buffers);
}

static void
bom_show_pages(struct arena *arena, const struct file *file)
{
	(void)arena;
	bom_show_file(file, NULL);
}

static void
bom_show_kexts(struct arena *arena, const struct file *file)
{
	(void)arena;
	bom_show_file(file, ".kext");
}

static void
kc_show(struct arena *arena, const struct file *file)
{
	const struct kc *kc;
	struct fault fault;
	size_t i;
	int rc = kc_read(arena, file->fd, false, &kc, &fault);

	if (rc != 0) {
		put_fault(rc);
		return;
	}
	(void)fputs("[\"kc\",", stdout);
	put_text(kc->uuid);
	(void)putchar(',');
	put_text(kc->base_uuid);
	for (i = 0; i < kc->member_count; i++) {
		const struct kc_member *member = &kc->members[i];

		(void)fputs(",[", stdout);
		put_text(member->id);
		(void)putchar(',');
		put_text(member->version);
		(void)putchar(',');
		put_text(member->path);
		(void)putchar(',');
		put_text(member->uuid);
		(void)printf(",%d,%d]", member->has_entry, member->codeless);
	}
	(void)putchar(']');
}

static void
sign_show(struct arena *arena, const struct file *file, bool intel)
{
	static const char *const kinds[] = {"none", "ad-hoc", "signed"};
	struct macho_sign sign;
	struct fault fault;
	int rc = macho_sign_read(arena, file->fd, intel, &sign, &fault);

	if (rc != 0) {
		put_fault(rc);
		return;
	}
	(void)printf("[\"%s\",", kinds[sign.kind]);
	put_text(sign.uuid);
	(void)putchar(',');
	put_text(sign.identifier);
	(void)putchar(',');
	put_text(sign.team_id);
	(void)putchar(',');
	put_text(sign.cdhash);
	(void)putchar(']');
}

static void
sign_show_apple(struct arena *arena, const struct file *file)
{
	sign_show(arena, file, false);
}

static void
sign_show_intel(struct arena *arena, const struct file *file)
{
	sign_show(arena, file, true);
}

static const struct {
	const char *name;
	void (*show)(struct arena *arena, const struct file *file);
} kinds[] = {
    {"plist", plist_show},
    {"bom", bom_show},
    {"bom-file", bom_show_pages},
    {"bom-kexts", bom_show_kexts},
    {"kc", kc_show},
    {"sign", sign_show_apple},
    {"sign-intel", sign_show_intel},
};

/* False when the file cannot be had. */
static bool
file_open(struct file *file, const char *path)
{
	struct stat st;

	file->data = NULL;
	file->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (file->fd < 0 || fstat(file->fd, &st) != 0)
		return false;
	file->len = (size_t)st.st_size;
	file->data = malloc(file->len + 1);
	return file->data != NULL && pread(file->fd, file->data, file->len, 0) == st.st_size;
}

int
main(int argc, char **argv)
{
	struct file file;
	size_t kind = 0;
	int i;

	while (kind < sizeof(kinds) / sizeof(*kinds) &&
	       (argc < 2 || strcmp(argv[1], kinds[kind].name) != 0))
		kind++;
	if (kind == sizeof(kinds) / sizeof(*kinds)) {
		(void)fputs("usage: reader KIND FILE...\n", stderr);
		return 64;
	}
	for (i = 2; i < argc; i++) {
		struct arena *arena = arena_new(0);

		if (!file_open(&file, argv[i])) {
			perror(argv[i]);
			return 66;
		}
		kinds[kind].show(arena, &file);
		(void)putchar('\n');
		free(file.data);
		(void)close(file.fd);
		arena_free(arena);
	}
	return 0;
}
