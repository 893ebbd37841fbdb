/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel collection: a Mach-O fileset of linked kexts, bare (Intel) or inside an
 * IM4P or IMG4 (Apple silicon), there maybe compressed, and the list of its members.
 * Reads only heads and the list, never code; changes nothing
 * (docs/facts.md#collections).
 */
#ifndef KMUTIL_HELPERS_KC_H
#define KMUTIL_HELPERS_KC_H

#include <stdbool.h>
#include <stddef.h>

#include "kmutil-helpers/arena.h"
#include "kmutil-helpers/fault.h"

#define KC_MAX_MEMBERS ((size_t)4096)
#define KC_MAX_COMMAND_BYTES ((size_t)4 << 20) /* load commands of one image */
#define KC_MAX_TEXT_BYTES ((size_t)4096)       /* of an identifier, version or path */
#define KC_MAX_INFO_BYTES ((size_t)64 << 20)   /* of the list of members */

/* What the collection says of a kext; says nothing of whether the kernel takes it. */
struct kc_member {
	const char *id;      /* CFBundleIdentifier; never NULL */
	const char *version; /* CFBundleVersion; NULL when it is no text */
	const char *path;    /* of the bundle; NULL without a prelink dictionary */
	const char *uuid;    /* of its code; NULL when absent */
	bool has_entry;      /* there is code: an LC_FILESET_ENTRY */
	bool has_info;       /* there is a prelink dictionary */
	bool names_code;     /* which names an executable */
	bool codeless;       /* it names none, and there is no entry */
};

struct kc {
	const char *uuid;      /* of the collection; NULL when absent */
	const char *base_uuid; /* of the boot collection it was linked against; or NULL */
	const char *pageable_uuid; /* of Intel's system collection, likewise; or NULL */
	struct kc_member *members; /* in the list's order, then entries that it lacks */
	size_t member_count;
};

/*
 * Reads a collection with pread; fd is borrowed. Of a fat file the slice that the Mac
 * takes (fat_find). *out is owned by the arena, NULL after a fault. UUIDs are text,
 * upper case with dashes. -FAULT_LZFSE (this system has no library for it), _LZSS,
 * _COMPRESSED, _ENCRYPTED, _MANIFEST (signatures alone), _MAGIC (no fileset), _SHORT,
 * _RANGE, _SYNTAX, _SIZE, _COUNT, _DEPTH, _TYPE, _MISSING (no list, a dictionary
 * without an identifier, an IDREF without its ID), _NOT_FILE, -errno. fault->at is a
 * byte of the file, or of what it unpacks to.
 */
int kc_read(struct arena *arena, int fd, bool intel, const struct kc **out,
    struct fault *fault) __attribute__((warn_unused_result));
/* Reads only the collection's own UUID: *uuid is NULL when it has none, or after a
 * fault, as above. */
int kc_read_uuid(struct arena *arena, int fd, bool intel, const char **uuid)
    __attribute__((warn_unused_result));

#endif
