/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text for a place inside HTML, SVG or XML, between tags or in a quoted attribute:
 * whatever it says, it ends no tag, begins none, and turns no line around.
 */
#ifndef KMUTIL_HELPERS_MARKUP_H
#define KMUTIL_HELPERS_MARKUP_H

#include "kmutil-helpers/buf.h"

/* Adds the text as buf_name would show it, with & < > " ' as references. NULL is "". */
void markup_text(struct buf *buf, const char *text);

#endif
