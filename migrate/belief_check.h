/* SPDX-License-Identifier: BSD-2-Clause */
/* How each assumption is told: functions of the table in belief.c. */
#ifndef MIGRATE_BELIEF_CHECK_H
#define MIGRATE_BELIEF_CHECK_H

#include "kmutil-helpers/tool_protection.h"
#include "migrate/belief.h"

/* The places whose protection is asked for. */
enum eyes_place {
	EYES_EXTENSIONS,
	EYES_RECEIPTS,
	EYES_KEPT, /* this and those behind it: what System Integrity Protection keeps */
	EYES_COUNT = EYES_KEPT + 4
};

/* What the checks look at. */
struct eyes {
	struct session *session;
	struct protection places[EYES_COUNT];
	const char *verbs; /* what kmutil --help says; NULL: not told */
};

/* Asks stat and kmutil; what cannot be asked stays unknown. */
void eyes_open(struct eyes *eyes);

struct belief check_extensions(struct eyes *eyes);
struct belief check_receipts(struct eyes *eyes);
struct belief check_rebuild_verb(struct eyes *eyes);
struct belief check_kept_folders(struct eyes *eyes);
struct belief check_preboot(struct eyes *eyes);
struct belief check_data(struct eyes *eyes);
struct belief check_stash(struct eyes *eyes);
struct belief check_instructions(struct eyes *eyes);
struct belief check_staging(struct eyes *eyes);
struct belief check_policy(struct eyes *eyes);
struct belief check_boot_uuid(struct eyes *eyes);
struct belief check_inspect(struct eyes *eyes);
struct belief check_sealed(struct eyes *eyes);
struct belief check_stale(struct eyes *eyes);
struct belief check_loaded(struct eyes *eyes);
struct belief check_restart(struct eyes *eyes);
struct belief check_not_loadable(struct eyes *eyes);
struct belief check_rebuild_drops(struct eyes *eyes);

#endif
