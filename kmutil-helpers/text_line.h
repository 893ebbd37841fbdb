/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines and words of what a tool printed. Text is bytes with a length, may hold
 * anything, and is never changed; a piece is borrowed from it.
 */
#ifndef KMUTIL_HELPERS_TEXT_LINE_H
#define KMUTIL_HELPERS_TEXT_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "kmutil-helpers/arena.h"

/* A part of a text, borrowed from it; {NULL, 0} where there is none. */
struct piece {
	const char *text;
	size_t len; /* bytes */
};

struct piece piece_make(const char *text, size_t len);
/* Takes the next line off *rest, without LF or CR LF. False at the end. */
bool piece_next_line(struct piece *rest, struct piece *line);
/* Takes the next word off *rest: no blank, no TAB. False when none is left. */
bool piece_next_word(struct piece *rest, struct piece *word);
/* Takes what stands before the next TAB off *rest, maybe empty. False when
 * nothing is left; what follows a last TAB is a last, empty field. */
bool piece_next_field(struct piece *rest, struct piece *field);
/* Without blanks, TABs and CRs at both ends. */
struct piece piece_trim(struct piece p);
/* The part from byte `from` up to `to`; both are cut to the piece's length. */
struct piece piece_cut(struct piece p, size_t from, size_t to);

bool piece_is(struct piece p, const char *text);
bool piece_starts(struct piece p, const char *text);
bool piece_has(struct piece p, const char *text);
/* What follows the first `text`; {NULL, 0} when it does not occur. */
struct piece piece_after(struct piece p, const char *text);
/* What stands before the first `text`; the whole when it does not occur. */
struct piece piece_before(struct piece p, const char *text);
/* Whether it can be a bundle id: letters, digits, . - _ and at least one dot
 * that does not stand at an end. */
bool piece_is_bundle_id(struct piece p);
/* Whether it is a UUID: 36 characters, hexadecimal digits and hyphens. */
bool piece_is_uuid(struct piece p);
/* A decimal number of up to nine digits, -1 for anything else. */
int piece_number(struct piece p);
/* A NUL-terminated copy, owned by the arena; NULL for {NULL, 0}. */
char *piece_copy(struct arena *arena, struct piece p);

#endif
