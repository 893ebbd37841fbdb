/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines for a person: broken at blanks, cut in the middle, counted, all in columns
 * of a terminal. Pure; what comes in has gone through buf_name.
 */
#ifndef MIGRATE_REPORT_COLUMNS_H
#define MIGRATE_REPORT_COLUMNS_H

#include "kmutil-helpers/buf.h"

/* Characters of a UTF-8 text, each one column. */
size_t columns_width(const char *text);

/* Adds the text, the cursor being at column `indent`, broken at blanks so that no
 * line passes `columns`; later lines begin at `indent`. A word that is longer stands
 * alone and is cut in the middle. Ends with a newline. */
void columns_wrap(struct buf *out, const char *text, size_t indent, size_t columns);

/* A head, and behind it a text from anywhere, broken so that no line passes 78
 * columns. */
void columns_sentence(struct buf *out, const char *head, const char *text);

/* Adds the text in at most `columns`: of a longer one the middle is left out, at a
 * slash where that helps, and the end stays whole as far as it fits. */
void columns_cut(struct buf *out, const char *text, size_t columns);

/* How many lines the buffer holds. */
size_t columns_lines(const struct buf *buf);

#endif
