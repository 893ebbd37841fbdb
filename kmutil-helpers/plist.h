/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Property lists, XML and binary, read into values that an arena owns. Takes
 * bytes, knows no path; keeps no pointer into the bytes that it was given.
 * A value may have several parents (a binary list shares equal values), but
 * never itself as an ancestor.
 */
#ifndef KMUTIL_HELPERS_PLIST_H
#define KMUTIL_HELPERS_PLIST_H

#include <stddef.h>
#include <stdint.h>

#include "kmutil-helpers/arena.h"
#include "kmutil-helpers/fault.h"

/* Limits: input, dictionaries and arrays within each other, values (an array that
 * is referred to twice counts once), and values as one meets them who follows every
 * reference, so that a walk ends. One beyond is a fault. */
#define PLIST_MAX_BYTES ((size_t)16 << 20)
#define PLIST_MAX_DEPTH 128
#define PLIST_MAX_VALUES ((size_t)1 << 18)
#define PLIST_MAX_WALK ((size_t)1 << 20)

struct plist;

enum plist_type {
	PLIST_DICT,
	PLIST_ARRAY, /* sets of a binary list too */
	PLIST_STRING,
	PLIST_INTEGER,
	PLIST_REAL,
	PLIST_BOOLEAN,
	PLIST_DATE,
	PLIST_DATA,
	PLIST_UID, /* of a keyed archive */
	PLIST_NULL
};

/*
 * Reads a whole list. *out is owned by the arena and NULL after a fault.
 * -FAULT_MAGIC (neither format), _SIZE, _SHORT (cut off), _SYNTAX, _RANGE,
 * _CYCLE, _DEPTH, _COUNT, _MISSING (an IDREF without its ID); fault->at is a
 * byte of the input. `fault` may be NULL.
 */
int plist_parse(struct arena *arena, const void *bytes, size_t len, const struct plist **out,
    struct fault *fault) __attribute__((warn_unused_result));

/*
 * All of these accept NULL as a value that is absent, and a value of another
 * type: pointers are then NULL, counts 0, codes -FAULT_TYPE. Pointers live as
 * long as the arena.
 */
/* PLIST_NULL for NULL. */
enum plist_type plist_type(const struct plist *value);
/* The value of a key of a dictionary, or NULL; the last one, should a key stand
 * there twice. */
const struct plist *plist_find(const struct plist *dict, const char *key);
/* The text of a string, UTF-8; NULL as well where it holds a NUL, which no name
 * or path does. */
const char *plist_text(const struct plist *value);
/* As plist_text(plist_find(dict, key)). */
const char *plist_find_text(const struct plist *dict, const char *key);
/* -FAULT_RANGE where the integer does not fit. */
int plist_integer(const struct plist *value, int64_t *out);
/* An integer, or a real that is one: 21971.0. macOS hands both to the kernel as the
 * same number (docs/facts.md#matching). -FAULT_RANGE for any other real. */
int plist_whole_number(const struct plist *value, int64_t *out);
/* *out becomes 0 or 1. */
int plist_boolean(const struct plist *value, int *out);
/* Bytes of a data value. */
const uint8_t *plist_data(const struct plist *value, size_t *len);
/* Seconds since 1970. */
int plist_date(const struct plist *value, int64_t *out);
/* Members of an array or dictionary. */
size_t plist_count(const struct plist *value);
/* Member i of an array; NULL past its end. */
const struct plist *plist_item(const struct plist *array, size_t i);
/* Key and value i of a dictionary, in the file's order; NULL past its end. A key
 * that holds a NUL is NULL. */
const char *plist_key(const struct plist *dict, size_t i);
const struct plist *plist_value(const struct plist *dict, size_t i);

#endif
