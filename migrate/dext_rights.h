/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rights of a dext: what its personalities want against what it is signed for. The
 * kernel starts a dext only on providers that its transport entitlement matches
 * ("provider entitlements check failed"), docs/facts.md#entitlements. Pure.
 */
#ifndef MIGRATE_DEXT_RIGHTS_H
#define MIGRATE_DEXT_RIGHTS_H

#include "migrate/personality.h"

/* Sentences for a person; owned by the arena. */
struct notes {
	const char **items;
	size_t count, room;
};

/* Adds a sentence, once. */
void notes_add(struct arena *arena, struct notes *notes, const char *text);

/*
 * Takes from each personality the devices that the entitlements do not cover, and
 * says which those were and which other rights are missing. `entitlements` is NULL
 * when the dext is signed without any.
 */
void dext_rights_apply(struct arena *arena, const struct plist *entitlements,
    struct personality_list *personalities, struct notes *notes);

/* Says what of the profile will not do: an entitlement that it does not grant, a date
 * that is past (now: seconds since 1970), a development profile. */
void dext_rights_profile(struct arena *arena, const struct plist *profile,
    const struct plist *entitlements, int64_t now, struct notes *notes);

#endif
