/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pseudonyms: words that tell a person or a machine, replaced in bytes of any format
 * by others of the same length, so that no offset and no size in the file changes:
 * text, property lists of both kinds, SQLite pages, load commands. Each word is looked
 * for as UTF-8 and as UTF-16 of both orders, in any mixture of ASCII case, and
 * only where no letter or digit is beside it. The same word gets the same pseudonym
 * everywhere in one archive.
 */
#ifndef KMUTIL_HELPERS_PSEUDONYM_H
#define KMUTIL_HELPERS_PSEUDONYM_H

#include <stdbool.h>
#include <stdint.h>

#include "kmutil-helpers/arena.h"

#define PSEUDONYM_MIN_BYTES 3 /* shorter words are part of everything but a home's path */

struct pseudonym {
	const char *word; /* UTF-8 */
	const char *kind; /* "user", "name", "computer", "serial", "uuid" */
	/* The word is too common: it is replaced as the name of a home only. */
	bool only_home;
	const char *utf8, *utf16; /* what stands for it; ASCII */
};

struct pseudonym_list {
	struct arena *arena; /* borrowed */
	struct pseudonym *items;
	size_t count, room;
};

/* Adds a word, and with it the one whose accents are written in the other form. NULL and
 * a word that is there already are passed over, and so is one that is too short, unless
 * it is a user's: then it is replaced as the name of a home only. A UUID stays one by its
 * form. */
void pseudonym_add(struct pseudonym_list *list, const char *kind, const char *word, bool only_home);
/* Call once after the last word: longer words are looked for first. */
void pseudonym_ready(struct pseudonym_list *list);
/* Replaces all words in the bytes; returns how many. */
size_t pseudonym_apply(const struct pseudonym_list *list, void *bytes, size_t len);

#endif
