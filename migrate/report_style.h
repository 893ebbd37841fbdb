/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Style: colour for a person at a terminal; nothing of it in a file, in a pipe, or
 * where NO_COLOR asks for none. Meaning never hangs on a colour alone.
 */
#ifndef MIGRATE_REPORT_STYLE_H
#define MIGRATE_REPORT_STYLE_H

#include <stdbool.h>

#include "kmutil-helpers/buf.h"
#include "uninstall/standing.h"

/* Whether what goes to stdout may be coloured. */
bool style_is_wanted(void);

/* A name, made safe and cut to `columns`, bold where `styled`. Returns its width. */
size_t style_add_name(struct buf *out, const char *name, size_t columns, bool styled);
/* A standing in words: red where something is to be done, yellow where something
 * waits, green where nothing is left. */
void style_add_standing(struct buf *out, enum standing standing, bool styled);

#endif
