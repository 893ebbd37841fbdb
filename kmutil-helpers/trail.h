/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trail: which files below one root were opened by their path, which folders, and
 * which bytes of the files were read. One per process and off unless collect asks:
 * readers take a descriptor and know no path, so the trail is kept beside them, at
 * the few places that open and read.
 */
#ifndef KMUTIL_HELPERS_TRAIL_H
#define KMUTIL_HELPERS_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "kmutil-helpers/arena.h"

struct root; /* kmutil-helpers/path.h */

struct trail_range {
	uint64_t at, end;
};

struct trail_file {
	const char *path; /* the Mac's own */
	bool is_folder;
	uint64_t size;
	struct trail_range *ranges; /* sorted and apart after trail_end */
	size_t count, room;
};

struct trail {
	struct arena *arena;     /* borrowed */
	const struct root *root; /* borrowed */
	struct trail_file *files;
	size_t count, room;
};

/* From now on what is opened below the root is noted in *trail, which is zeroed. */
void trail_begin(struct trail *trail, struct arena *arena, const struct root *root);
/* Nothing more is noted. */
void trail_end(void);

/* --- for what opens and reads --- */

void trail_note_file(const struct root *root, const char *path, int fd, uint64_t size);
void trail_note_folder(const struct root *root, const char *path);
void trail_note_read(int fd, uint64_t at, uint64_t len);

#endif
