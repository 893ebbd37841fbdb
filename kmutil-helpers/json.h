/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON writer. Keys are given with each value (NULL inside an array); a NULL
 * text is null: absent facts are never guessed. Nesting is kept and asserted.
 */
#ifndef KMUTIL_HELPERS_JSON_H
#define KMUTIL_HELPERS_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "kmutil-helpers/buf.h"

#define JSON_DEPTH 16

struct json {
	struct buf *out; /* borrowed */
	int depth;
	bool has_items[JSON_DEPTH];
	char closers[JSON_DEPTH];
};

void json_init(struct json *json, struct buf *out);
/* Ends the text with a newline; every begin must have had its end. */
void json_done(struct json *json);

void json_object_begin(struct json *json, const char *key);
void json_array_begin(struct json *json, const char *key);
/* Ends the innermost object or array. */
void json_end(struct json *json);

void json_text(struct json *json, const char *key, const char *value);
void json_integer(struct json *json, const char *key, int64_t value);
void json_boolean(struct json *json, const char *key, bool value);
/* -1: null, else false or true. */
void json_tristate(struct json *json, const char *key, int value);
void json_null(struct json *json, const char *key);
/* A file name: bytes that are not UTF-8 are percent-escaped, and then the whole
 * is given again in base64 as KEY_raw. */
void json_path(struct json *json, const char *key, const char *path);

#endif
