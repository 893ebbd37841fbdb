/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON writer with its nesting on a small stack. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "kmutil-helpers/json.h"
#include "kmutil-helpers/banned.h"

void
json_init(struct json *json, struct buf *out)
{
	*json = (struct json){.out = out};
}

void
json_done(struct json *json)
{
	assert(json->depth == 0);
	buf_text(json->out, "\n");
}

static void
json_quote(struct json *json, const char *text)
{
	size_t len;

	buf_text(json->out, "\"");
	for (; *text != '\0'; text += len) {
		len = utf8_length(text);
		if (*text == '"' || *text == '\\')
			buf_printf(json->out, "\\%c", *text);
		else if (len == 0)
			buf_printf(json->out, "%%%02X", (unsigned char)*text);
		else if ((unsigned char)*text < 0x20 || *text == 0x7f)
			buf_printf(json->out, "\\u%04x", (unsigned char)*text);
		else
			buf_add(json->out, text, len);
		len = len ? len : 1;
	}
	buf_text(json->out, "\"");
}

static void
json_next(struct json *json, const char *key)
{
	if (json->depth > 0) {
		if (json->has_items[json->depth - 1])
			buf_text(json->out, ",");
		json->has_items[json->depth - 1] = true;
	}
	if (key != NULL) {
		json_quote(json, key);
		buf_text(json->out, ":");
	}
}

static void
json_begin(struct json *json, const char *key, const char *opener, char closer)
{
	assert(json->depth < JSON_DEPTH);
	json_next(json, key);
	buf_text(json->out, opener);
	json->has_items[json->depth] = false;
	json->closers[json->depth++] = closer;
}

void
json_object_begin(struct json *json, const char *key)
{
	json_begin(json, key, "{", '}');
}

void
json_array_begin(struct json *json, const char *key)
{
	json_begin(json, key, "[", ']');
}

void
json_end(struct json *json)
{
	assert(json->depth > 0);
	buf_add(json->out, &json->closers[--json->depth], 1);
}

void
json_text(struct json *json, const char *key, const char *value)
{
	json_next(json, key);
	if (value == NULL)
		buf_text(json->out, "null");
	else
		json_quote(json, value);
}

void
json_integer(struct json *json, const char *key, int64_t value)
{
	json_next(json, key);
	buf_printf(json->out, "%lld", (long long)value);
}

void
json_boolean(struct json *json, const char *key, bool value)
{
	json_tristate(json, key, value);
}

void
json_tristate(struct json *json, const char *key, int value)
{
	json_next(json, key);
	buf_text(json->out, value < 0 ? "null" : value > 0 ? "true" : "false");
}

void
json_null(struct json *json, const char *key)
{
	json_text(json, key, NULL);
}

static bool
is_utf8(const char *text)
{
	size_t len;

	for (; *text != '\0'; text += len)
		if ((len = utf8_length(text)) == 0)
			return false;
	return true;
}

static void
json_base64(struct json *json, const char *text)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t len = strlen(text), i, j, here;
	unsigned int bits;
	char four[4];

	buf_text(json->out, "\"");
	for (i = 0; i < len; i += 3) {
		here = len - i < 3 ? len - i : 3;
		for (bits = 0, j = 0; j < 3; j++)
			bits = bits << 8 | (j < here ? (unsigned char)text[i + j] : 0);
		for (j = 0; j < 4; j++)
			four[j] = j <= here ? digits[bits >> (18 - 6 * j) & 63] : '=';
		buf_add(json->out, four, sizeof(four));
	}
	buf_text(json->out, "\"");
}

void
json_path(struct json *json, const char *key, const char *path)
{
	char raw_key[64];

	json_text(json, key, path);
	if (path == NULL || key == NULL || is_utf8(path))
		return;
	(void)snprintf(raw_key, sizeof(raw_key), "%s_raw", key);
	json_next(json, raw_key);
	json_base64(json, path);
}
