/* SPDX-License-Identifier: BSD-2-Clause */
/* Property lists: which reader, the values, and the questions asked of them. */
#include <string.h>

#include "kmutil-helpers/plist.h"
#include "kmutil-helpers/plist_build.h"
#include "kmutil-helpers/banned.h"

int
plist_build_value(struct plist_build *build, enum plist_type type, struct plist **out)
{
	if (build->values >= PLIST_MAX_VALUES)
		return -FAULT_COUNT;
	build->values++;
	*out = arena_alloc(build->arena, sizeof(**out));
	(*out)->type = type;
	return 0;
}

int
plist_build_bytes(struct plist_build *build, size_t len, char **out)
{
	if (len > 2 * PLIST_MAX_BYTES - build->bytes)
		return -FAULT_SIZE;
	build->bytes += len;
	*out = arena_alloc(build->arena, len + 1);
	return 0;
}

int
plist_build_copy(struct plist_build *build, enum plist_type type, const void *bytes, size_t len,
    struct plist **out)
{
	char *copy;
	int rc;

	if ((rc = plist_build_value(build, type, out)) != 0 ||
	    (rc = plist_build_bytes(build, len, &copy)) != 0)
		return rc;
	if (len != 0)
		memcpy(copy, bytes, len);
	(*out)->count = len;
	if (type == PLIST_DATA) {
		(*out)->u.data = (const uint8_t *)copy;
	} else {
		(*out)->u.text = copy;
		(*out)->special = memchr(copy, 0, len) != NULL;
	}
	return 0;
}

int
plist_build_items(struct plist_build *build, size_t count, const struct plist ***out)
{
	if (count > PLIST_MAX_VALUES - build->values)
		return -FAULT_COUNT;
	build->values += count;
	*out = arena_array(build->arena, count, sizeof(**out));
	return 0;
}

int
plist_build_close(struct plist *container, size_t count)
{
	size_t i, weight = count;

	for (i = 0; i < count; i++) {
		const struct plist *item = container->u.items[i];

		if (item->height > container->height)
			container->height = item->height;
		weight += item->weight;
	}
	container->height++;
	if (weight > PLIST_MAX_WALK)
		return -FAULT_COUNT;
	container->weight = (uint32_t)weight;
	return 0;
}

/* The offset of a '<' that only white space and a byte order mark precede. An
 * encoding with a NUL in each letter is found by its mark alone. */
static bool
is_xml(const uint8_t *bytes, size_t len)
{
	size_t i = 0;

	if (len >= 2 &&
	    ((bytes[0] == 0xfe && bytes[1] == 0xff) || (bytes[0] == 0xff && bytes[1] == 0xfe)))
		return true;
	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		i = 3;
	while (i < len && memchr(" \t\r\n", bytes[i], 4) != NULL)
		i++;
	return i < len && bytes[i] == '<';
}

int
plist_parse(struct arena *arena, const void *bytes, size_t len, const struct plist **out,
    struct fault *fault)
{
	struct plist_build build = {.arena = arena};
	struct fault ignored;

	*out = NULL;
	fault = fault ? fault : &ignored;
	*fault = (struct fault){0};
	if (len > PLIST_MAX_BYTES)
		fault->code = -FAULT_SIZE;
	else if (len >= 7 && memcmp(bytes, "bplist0", 7) == 0)
		fault->code = plist_read_binary(&build, bytes, len, out, fault);
	else if (len != 0 && is_xml(bytes, len))
		fault->code = plist_read_xml(&build, bytes, len, out, fault);
	else
		fault->code = -FAULT_MAGIC;
	if (fault->code != 0)
		*out = NULL;
	else
		fault->at = 0;
	return fault->code;
}

enum plist_type
plist_type(const struct plist *value)
{
	return value ? value->type : PLIST_NULL;
}

static bool
is_type(const struct plist *value, enum plist_type type)
{
	return value != NULL && value->type == type;
}

const char *
plist_text(const struct plist *value)
{
	return is_type(value, PLIST_STRING) && !value->special ? value->u.text : NULL;
}

const struct plist *
plist_find(const struct plist *dict, const char *key)
{
	size_t i = plist_count(dict);
	const char *name;

	if (!is_type(dict, PLIST_DICT))
		return NULL;
	while (i-- > 0) {
		name = plist_key(dict, i);
		if (name != NULL && strcmp(name, key) == 0)
			return plist_value(dict, i);
	}
	return NULL;
}

const char *
plist_find_text(const struct plist *dict, const char *key)
{
	return plist_text(plist_find(dict, key));
}

int
plist_integer(const struct plist *value, int64_t *out)
{
	if (!is_type(value, PLIST_INTEGER))
		return -FAULT_TYPE;
	if (value->special)
		return -FAULT_RANGE;
	*out = value->u.integer;
	return 0;
}

int
plist_whole_number(const struct plist *value, int64_t *out)
{
	static const double limit = 9007199254740992.0; /* 2^53: exact below */

	if (!is_type(value, PLIST_REAL))
		return plist_integer(value, out);
	if (!(value->u.real > -limit && value->u.real < limit))
		return -FAULT_RANGE;
	*out = (int64_t)value->u.real;
	return (double)*out < value->u.real || (double)*out > value->u.real ? -FAULT_RANGE : 0;
}

int
plist_boolean(const struct plist *value, int *out)
{
	if (!is_type(value, PLIST_BOOLEAN))
		return -FAULT_TYPE;
	*out = value->u.integer != 0;
	return 0;
}

const uint8_t *
plist_data(const struct plist *value, size_t *len)
{
	*len = is_type(value, PLIST_DATA) ? value->count : 0;
	return is_type(value, PLIST_DATA) ? value->u.data : NULL;
}

int
plist_date(const struct plist *value, int64_t *out)
{
	if (!is_type(value, PLIST_DATE))
		return -FAULT_TYPE;
	*out = value->u.integer;
	return 0;
}

size_t
plist_count(const struct plist *value)
{
	return is_type(value, PLIST_DICT) || is_type(value, PLIST_ARRAY) ? value->count : 0;
}

const struct plist *
plist_item(const struct plist *array, size_t i)
{
	return is_type(array, PLIST_ARRAY) && i < array->count ? array->u.items[i] : NULL;
}

const char *
plist_key(const struct plist *dict, size_t i)
{
	return is_type(dict, PLIST_DICT) && i < dict->count ? plist_text(dict->u.items[2 * i])
							    : NULL;
}

const struct plist *
plist_value(const struct plist *dict, size_t i)
{
	return is_type(dict, PLIST_DICT) && i < dict->count ? dict->u.items[2 * i + 1] : NULL;
}
