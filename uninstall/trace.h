/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trace: one piece of evidence that a kext is or was on this Mac. What role a
 * source plays and who can take its traces away stands in its row (source.h).
 */
#ifndef UNINSTALL_TRACE_H
#define UNINSTALL_TRACE_H

#include <stdbool.h>
#include <stddef.h>

/* Holds copies at the bundles' own paths below it (assumption staging-mirrors-path). */
#define STAGING "/Library/StagedExtensions"

enum source_id {
	SOURCE_BUNDLE,
	SOURCE_RECEIPT,
	SOURCE_AUXKC,
	SOURCE_PREBOOT,
	SOURCE_STAGED,
	SOURCE_STASHED,
	SOURCE_KCGEN,
	SOURCE_UAKL,
	SOURCE_LOADED,
	SOURCE_LAUNCHD,
	SOURCE_POLICY,
	SOURCE_POLICY_MDM,
	SOURCE_LOAD_HISTORY,
	SOURCE_ALERT,
	SOURCE_INSTALL_HISTORY,
	SOURCE_RELOCATED,
	SOURCE_COUNT
};

enum trace_role { TRACE_CARRIER, TRACE_MEMORY };

/* Who can take a trace away. */
enum keeper {
	KEEPER_ROOT,
	KEEPER_REBUILD,
	KEEPER_CLEAR_STAGING,
	KEEPER_RESTART,
	KEEPER_RECOVERY,
	KEEPER_MDM,
	KEEPER_NONE,
	KEEPER_APPLE,
	KEEPER_OTHER_SYSTEM,
	KEEPER_COUNT
};

/* What is known of a bundle's signature: what its executable says of itself, or
 * codesign's judgement. */
enum signature {
	SIGNATURE_UNKNOWN,
	SIGNATURE_NONE,
	SIGNATURE_UNVERIFIED,
	SIGNATURE_VERIFIED,
	SIGNATURE_INVALID
};

enum tristate { UNKNOWN = -1, NO = 0, YES = 1 };

/* All texts are owned by the scan's arena; NULL where the fact is absent. */
struct trace {
	enum source_id source;
	enum keeper keeper;
	enum tristate loadable; /* members of a collection: would the kernel take it */
	enum signature signature;
	const char *bundle_id;
	const char *path;      /* the Mac's own path */
	const char *kext_path; /* the bundle that is meant, where path is none or another file */
	const char *container; /* the file that holds the trace, where that is another */
	const char *version;
	const char *team_id;
	const char *cdhash;
	const char *uuid;
	const char *note;
};

struct trace_list {
	struct trace *items; /* owned by the scan's arena */
	size_t count, room;
};

const char *keeper_name(enum keeper keeper);
/* As in the JSON; NULL when it is unknown. */
const char *signature_name(enum signature signature);

#endif
