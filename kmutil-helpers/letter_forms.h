/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Letter forms: macOS writes a letter with an accent as one code point or as the letter
 * and a combining mark (NFC, NFD), and takes both for the same name. Latin letters of
 * names alone.
 */
#ifndef KMUTIL_HELPERS_LETTER_FORMS_H
#define KMUTIL_HELPERS_LETTER_FORMS_H

#include "kmutil-helpers/arena.h"

/* The UTF-8 text with its accents in the other form: apart where one letter has any in
 * one code point, else together. The text itself where that changes nothing. */
const char *letter_forms_other(struct arena *arena, const char *text);

#endif
