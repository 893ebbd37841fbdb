/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel collections: MH_FILESET images with __PRELINK_INFO, by the rules of
 * docs/facts.md (Mach-O).
 */
#ifndef TESTS_MACSIM_WRITE_FILESET_H
#define TESTS_MACSIM_WRITE_FILESET_H

#include <stdbool.h>

#include "tests/macsim/write_bytes.h"

struct fileset_member {
	const char *id, *path, *executable; /* executable: relative to the bundle; NULL: codeless */
	const char *uuid;
	struct bytes info; /* its Info.plist, XML; borrowed */
};

struct fileset {
	bool apple;
	const char *uuid;          /* its own */
	const char *boot_uuid;     /* _BootKCID, NULL in the boot collection itself */
	const char *pageable_uuid; /* _PageableKCID, NULL where there is none */
	const char *build;
	const struct fileset_member *members;
	size_t count;
};

void fileset_write(const struct fileset *fileset, struct bytes *out);

#endif
