/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the receipts of packages. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/buf.h"
#include "kmutil-helpers/plist.h"
#include "uninstall/receipt.h"
#include "kmutil-helpers/banned.h"

#define PLIST_CAP_BYTES ((size_t)4 << 20)

/* "", "/", "Library/Extensions" and "/Library/Extensions/" as an absolute path
 * without a slash at the end. */
static const char *
absolute_prefix(struct arena *arena, const char *prefix)
{
	const char *path = path_canonical(arena, arena_printf(arena, "/%s", prefix));

	return path == NULL ? NULL : strcmp(path, "/") == 0 ? "" : path;
}

/* The property list itself is kept no longer than it is read: there may be ten
 * thousand of them. */
static void
read_plist(const struct root *root, struct arena *arena, struct receipt *receipt)
{
	struct arena *scratch = arena_new(0);
	const struct plist *list;
	const char *prefix;
	char *bytes;
	size_t len;

	receipt->plist_fault.code =
	    path_read(root, receipt->plist_path, PLIST_CAP_BYTES, scratch, &bytes, &len);
	if (receipt->plist_fault.code == 0 &&
	    plist_parse(scratch, bytes, len, &list, &receipt->plist_fault) == 0) {
		if (plist_type(list) != PLIST_DICT)
			receipt->plist_fault.code = -FAULT_TYPE;
		receipt->version = arena_strdup(arena, plist_find_text(list, "PackageVersion"));
		prefix = plist_find_text(list, "InstallPrefixPath");
		receipt->prefix = absolute_prefix(arena, prefix != NULL ? prefix : "");
	}
	arena_free(scratch);
}

/* The receipt that a file of the folder belongs to; names come sorted, so that
 * X.bom and X.plist are neighbours unless another id begins with "X.". */
static struct receipt *
find_or_add(struct receipt *receipts, size_t *count, const char *id)
{
	size_t i;

	for (i = *count; i > 0; i--)
		if (strcmp(receipts[i - 1].id, id) == 0)
			return &receipts[i - 1];
		else if (strncmp(receipts[i - 1].id, id, strlen(id)) != 0)
			break;
	receipts[*count] = (struct receipt){.id = id};
	return &receipts[(*count)++];
}

int
receipt_list(const struct root *root, struct arena *arena, struct receipt **receipts, size_t *count)
{
	struct receipt *receipt;
	const char *id, *path;
	char **names;
	size_t name_count, i;
	bool is_bom;
	int error = path_list(root, RECEIPTS, arena, &names, &name_count);

	*count = 0;
	*receipts = arena_array(arena, name_count + 1, sizeof(**receipts));
	for (i = 0; error == 0 && i < name_count; i++) {
		is_bom = path_has_suffix(names[i], ".bom");
		if (!is_bom && !path_has_suffix(names[i], ".plist"))
			continue;
		id = arena_strndup(arena, names[i], strlen(names[i]) - (is_bom ? 4 : 6));
		path = arena_printf(arena, RECEIPTS "/%s", names[i]);
		receipt = find_or_add(*receipts, count, id);
		if (is_bom) {
			receipt->bom_path = path;
		} else {
			receipt->plist_path = path;
			read_plist(root, arena, receipt);
		}
	}
	return error;
}

struct each_path {
	int (*fn)(const char *path, const struct bom_entry *entry, void *payload);
	void *payload;
	const char *prefix;
	struct buf *path;
};

static int
call_with_path(const struct bom_entry *entry, void *payload)
{
	struct each_path *each = payload;
	const char *path;

	each->path->len = 0;
	buf_text(each->path, PRIVATE_PATH);
	buf_text(each->path, each->prefix);
	buf_text(each->path, "/");
	buf_text(each->path, entry->path);
	path = each->path->bytes + strlen(PRIVATE_PATH);
	return each->fn(
	    path_is_private(path) ? each->path->bytes : path, entry, each->payload);
}

int
receipt_each_path(const struct root *root, const struct receipt *receipt, const char *suffix,
    struct bom_buffers *buffers,
    int (*fn)(const char *path, const struct bom_entry *entry, void *payload), void *payload,
    struct fault *fault)
{
	struct buf path = {0};
	struct each_path each = {.fn = fn, .payload = payload, .path = &path};
	struct bom_buffers *own = NULL;
	int fd, error = -ENOENT;

	each.prefix = receipt->prefix != NULL ? receipt->prefix : "";
	if (receipt->bom_path != NULL)
		error = path_open_file(root, receipt->bom_path, &fd, NULL);
	*fault = (struct fault){.code = error};
	if (error != 0)
		return error;
	if (buffers == NULL)
		buffers = own = bom_buffers_new();
	error = bom_read_file(fd, suffix, buffers, call_with_path, &each, fault);
	(void)close(fd);
	bom_buffers_free(own);
	buf_done(&path);
	return error;
}
