/* SPDX-License-Identifier: BSD-2-Clause */
/* What the two files of hostlink tell each other. */
#ifndef TESTS_MACSIM_HOSTLINK_H
#define TESTS_MACSIM_HOSTLINK_H

#include <stdbool.h>
#include <stddef.h>

enum { HOSTLINK_PATH = 4096 };

/* Makes all folders above path. 0 or -errno. */
int hostlink_make_parents(const char *path);
/* A copy with this mode, put in place by rename. 0 or -errno. */
int hostlink_copy(const char *from, const char *to, unsigned mode);
/* Puts the libraries and the loader of the programs (host paths, NULL at the
 * end) into root/.macsim/lib, hard-linked where that works. 0 or -errno. */
int hostlink_libraries(const char *root, char *const programs[]);

#endif
