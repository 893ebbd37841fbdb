/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Growable bytes, and the output of a command: what it prints is gathered here
 * and handed to a descriptor at once, so that tests can read it. Names that came
 * from a disk go through buf_name: they can neither move the cursor nor forge a
 * line.
 */
#ifndef KMUTIL_HELPERS_BUF_H
#define KMUTIL_HELPERS_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *bytes; /* NUL-terminated whenever len > 0 */
	size_t len, room;
};

void buf_done(struct buf *buf);
void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_text(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A name for a person: control and direction-changing characters and bytes that
 * are not UTF-8 become \xNN. */
void buf_name(struct buf *buf, const char *name);
/* Writes everything to fd and empties the buffer. 0 or -errno. */
int buf_flush(struct buf *buf, int fd) __attribute__((warn_unused_result));

/* Length in bytes of the UTF-8 character at text, 0 when it is not one. */
size_t utf8_length(const char *text);

#endif
