/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an executable says of itself: its UUID and, in its embedded signature, who
 * signed it. Thin or fat Mach-O. For display and for joining: nothing is verified,
 * so nothing may be decided by it (docs/facts.md#signatures).
 */
#ifndef KMUTIL_HELPERS_MACHO_SIGN_H
#define KMUTIL_HELPERS_MACHO_SIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "kmutil-helpers/arena.h"
#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/slice.h"

#define MACHO_MAX_COMMAND_BYTES ((size_t)1 << 20)
#define MACHO_MAX_BLOBS ((size_t)64)        /* of one signature */
#define MACHO_MAX_TEXT_BYTES ((size_t)1024) /* of identifier and Team ID */
#define MACHO_MAX_DIRECTORY_BYTES ((size_t)16 << 20)

enum macho_signed { MACHO_NOT_SIGNED, MACHO_AD_HOC, MACHO_SIGNED };

/* Texts are owned by the arena, NULL where the fact is absent; identifier and Team
 * ID are the file's bytes, of any kind. */
struct macho_sign {
	enum macho_signed kind;
	const char *uuid;       /* upper case with dashes */
	const char *identifier; /* the signature's; may differ from CFBundleIdentifier */
	const char *team_id;
	const char *cdhash; /* 40 digits; NULL also for a hash that we cannot compute */
	struct slice entitlements; /* a property list in XML; of size 0: none is signed */
};

/*
 * Reads the executable with pread; fd is borrowed. Of a fat file the slice that the
 * Mac would take (fat_find). *out is zeroed after a fault.
 * -FAULT_MAGIC, _SHORT, _RANGE, _COUNT, _SIZE, _SYNTAX (a command or a hash type
 * twice), _TYPE (an unknown hash type), _MISSING (no slice, a signature without a
 * CodeDirectory), _NOT_FILE, -errno. fault->at is a byte of the file.
 */
int macho_sign_read(struct arena *arena, int fd, bool intel, struct macho_sign *out,
    struct fault *fault) __attribute__((warn_unused_result));

#endif
