/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Property lists, written. XML as CoreFoundation prints it (tabs, DTD line);
 * binary as CFBinaryPList.c describes it: objects, offsets, trailer of 32 bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/macsim/write_plist.h"

enum kind { KIND_DICT, KIND_ARRAY, KIND_STRING, KIND_INT, KIND_BOOL, KIND_DATA, KIND_DATE };

struct plist {
	enum kind kind;
	int64_t number;        /* int, bool, date */
	struct bytes bytes;    /* string, data; a dictionary's ready XML */
	struct plist **keys;   /* dictionary: strings, beside items */
	struct plist **items;
	size_t count;
};

static struct plist *
plist_new(enum kind kind, int64_t number, const void *data, size_t len)
{
	struct plist *node = calloc(1, sizeof(*node));

	if (!node)
		macsim_die("out of memory");
	node->kind = kind;
	node->number = number;
	bytes_add(&node->bytes, data, len);
	return node;
}

struct plist *
plist_dict(void)
{
	return plist_new(KIND_DICT, 0, NULL, 0);
}

struct plist *
plist_array(void)
{
	return plist_new(KIND_ARRAY, 0, NULL, 0);
}

struct plist *
plist_string(const char *text)
{
	return plist_new(KIND_STRING, 0, text, strlen(text));
}

struct plist *
plist_int(int64_t value)
{
	return plist_new(KIND_INT, value, NULL, 0);
}

struct plist *
plist_bool(bool value)
{
	return plist_new(KIND_BOOL, value, NULL, 0);
}

struct plist *
plist_data(const void *data, size_t len)
{
	return plist_new(KIND_DATA, 0, data, len);
}

struct plist *
plist_date(time_t when)
{
	return plist_new(KIND_DATE, (int64_t)when, NULL, 0);
}

void
plist_free(struct plist *node)
{
	if (!node)
		return;
	for (size_t i = 0; i < node->count; i++) {
		plist_free(node->items[i]);
		if (node->keys)
			plist_free(node->keys[i]);
	}
	free(node->items);
	free(node->keys);
	bytes_done(&node->bytes);
	free(node);
}

struct plist *
plist_push(struct plist *array, struct plist *value)
{
	array->items = realloc(array->items, (array->count + 1) * sizeof(*array->items));
	if (!array->items)
		macsim_die("out of memory");
	array->items[array->count++] = value;
	return array;
}

struct plist *
plist_set(struct plist *dict, const char *key, struct plist *value)
{
	plist_push(dict, value);
	dict->keys = realloc(dict->keys, dict->count * sizeof(*dict->keys));
	if (!dict->keys)
		macsim_die("out of memory");
	dict->keys[dict->count - 1] = plist_string(key);
	return dict;
}

void
plist_set_xml(struct plist *dict, const char *entries)
{
	bytes_text(&dict->bytes, entries);
}

static void
xml_text(struct bytes *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '&')
			bytes_text(out, "&amp;");
		else if (*text == '<')
			bytes_text(out, "&lt;");
		else if (*text == '>')
			bytes_text(out, "&gt;");
		else
			bytes_add(out, text, 1);
	}
}

static void
xml_base64(struct bytes *out, const struct bytes *data)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < data->len; i += 3) {
		size_t left = data->len - i;
		uint32_t n = (uint32_t)data->data[i] << 16 |
		    (left > 1 ? (uint32_t)data->data[i + 1] << 8 : 0) |
		    (left > 2 ? (uint32_t)data->data[i + 2] : 0);
		char four[4] = {digits[n >> 18], digits[n >> 12 & 63],
		    left > 1 ? digits[n >> 6 & 63] : '=', left > 2 ? digits[n & 63] : '='};

		bytes_add(out, four, 4);
	}
}

static void
xml_tabs(struct bytes *out, unsigned depth)
{
	while (depth-- > 0)
		bytes_text(out, "\t");
}

static void
xml_node(struct bytes *out, const struct plist *node, unsigned depth)
{
	time_t when = (time_t)node->number;
	char date[40];
	struct tm tm;

	xml_tabs(out, depth);
	switch (node->kind) {
	case KIND_STRING:
		bytes_text(out, "<string>");
		xml_text(out, (const char *)node->bytes.data);
		bytes_text(out, "</string>\n");
		return;
	case KIND_INT:
		bytes_printf(out, "<integer>%lld</integer>\n", (long long)node->number);
		return;
	case KIND_BOOL:
		bytes_text(out, node->number ? "<true/>\n" : "<false/>\n");
		return;
	case KIND_DATA:
		bytes_text(out, "<data>");
		xml_base64(out, &node->bytes);
		bytes_text(out, "</data>\n");
		return;
	case KIND_DATE:
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&when, &tm));
		bytes_printf(out, "<date>%s</date>\n", date);
		return;
	case KIND_DICT:
	case KIND_ARRAY:
		break;
	}
	const char *name = node->kind == KIND_DICT ? "dict" : "array";
	if (node->count == 0 && node->bytes.len == 0) {
		bytes_printf(out, "<%s/>\n", name);
		return;
	}
	bytes_printf(out, "<%s>\n", name);
	bytes_text(out, (const char *)node->bytes.data);
	for (size_t i = 0; i < node->count; i++) {
		if (node->keys) {
			xml_tabs(out, depth + 1);
			bytes_text(out, "<key>");
			xml_text(out, (const char *)node->keys[i]->bytes.data);
			bytes_text(out, "</key>\n");
		}
		xml_node(out, node->items[i], depth + 1);
	}
	xml_tabs(out, depth);
	bytes_printf(out, "</%s>\n", name);
}

void
plist_write_xml(const struct plist *node, struct bytes *out)
{
	bytes_text(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
	    "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
	    "<plist version=\"1.0\">\n");
	xml_node(out, node, 0);
	bytes_text(out, "</plist>\n");
}

/* Objects get their numbers in the order of this walk: parent, keys, items. */
static size_t
binary_count(const struct plist *node)
{
	size_t count = 1;

	for (size_t i = 0; i < node->count; i++)
		count += binary_count(node->items[i]) + (node->keys ? 1 : 0);
	return count;
}

static void
binary_head(struct bytes *out, unsigned type, size_t len)
{
	if (len < 15) {
		bytes_u8(out, type << 4 | (unsigned)len);
		return;
	}
	bytes_u8(out, type << 4 | 15);
	bytes_u8(out, 0x12);
	bytes_be(out, len, 4);
}

static void
binary_scalar(struct bytes *out, const struct plist *node)
{
	double seconds = (double)(node->number - 978307200); /* since 2001 */
	uint64_t bits;

	switch (node->kind) {
	case KIND_STRING:
		binary_head(out, 5, node->bytes.len);
		bytes_add(out, node->bytes.data, node->bytes.len);
		return;
	case KIND_DATA:
		binary_head(out, 4, node->bytes.len);
		bytes_add(out, node->bytes.data, node->bytes.len);
		return;
	case KIND_INT:
		bytes_u8(out, 0x13);
		bytes_be(out, (uint64_t)node->number, 8);
		return;
	case KIND_BOOL:
		bytes_u8(out, node->number ? 9 : 8);
		return;
	case KIND_DATE:
		memcpy(&bits, &seconds, sizeof(bits));
		bytes_u8(out, 0x33);
		bytes_be(out, bits, 8);
		return;
	case KIND_DICT:
	case KIND_ARRAY:
		return;
	}
}

static void
binary_node(struct bytes *out, const struct plist *node, size_t *next, size_t *offsets)
{
	size_t number = (*next)++, first = *next, child;

	offsets[number] = out->len;
	if (node->kind != KIND_DICT && node->kind != KIND_ARRAY) {
		binary_scalar(out, node);
		return;
	}
	binary_head(out, node->kind == KIND_DICT ? 13 : 10, node->count);
	for (size_t i = 0; node->keys && i < node->count; i++)
		bytes_be(out, first + i, 2);
	child = first + (node->keys ? node->count : 0);
	for (size_t i = 0; i < node->count; i++) {
		bytes_be(out, child, 2);
		child += binary_count(node->items[i]);
	}
	for (size_t i = 0; node->keys && i < node->count; i++)
		binary_node(out, node->keys[i], next, offsets);
	for (size_t i = 0; i < node->count; i++)
		binary_node(out, node->items[i], next, offsets);
}

void
plist_write_binary(const struct plist *node, struct bytes *out)
{
	size_t count = binary_count(node), next = 0, table;
	size_t *offsets = calloc(count, sizeof(*offsets));

	if (!offsets || count > 65535)
		macsim_die("a property list has more than 65535 objects");
	bytes_text(out, "bplist00");
	binary_node(out, node, &next, offsets);
	table = out->len;
	for (size_t i = 0; i < count; i++)
		bytes_be(out, offsets[i], 4);
	bytes_zero(out, 6);
	bytes_u8(out, 4);
	bytes_u8(out, 2);
	bytes_be(out, count, 8);
	bytes_be(out, 0, 8);
	bytes_be(out, table, 8);
	free(offsets);
}
