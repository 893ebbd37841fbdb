/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What other systems take: MDM commands and profiles by Apple's schema
 * (docs/facts.md#mdm), texts for Jamf Pro, Intune, munki and osquery.
 * Pure: facts in, text out. The same facts give the same bytes, payload UUIDs too, so
 * that a profile that is made again replaces the one before.
 */
#ifndef MIGRATE_MDM_H
#define MIGRATE_MDM_H

#include "kmutil-helpers/buf.h"
#include "rules/rule.h"

/* RestartDevice with RebuildKernelCache: no path to add, so that macOS takes the kexts
 * that it knows. */
void mdm_restart_device(struct buf *out);
/* Allows the replacement's dexts whose team is known. Returns how many those are;
 * with 0 nothing is added. */
size_t mdm_system_extension_profile(struct buf *out, struct arena *arena, const struct rule *rule);
/* Full disk access and changes of apps, for a kextirpate that this team has signed as
 * MDM_CODE_ID. */
#define MDM_CODE_ID "org.kextirpate"
void mdm_privacy_profile(struct buf *out, struct arena *arena, const char *team);
/* Whether the text has the shape of a Team ID: ten of A-Z and 0-9. */
bool mdm_is_team(const char *text);
/* The daemon and the agent run without a notice to the user, and stay on. */
void mdm_background_profile(struct buf *out, struct arena *arena);
/* Scripts that print one value. target: quoted for a shell already; "": every case. */
void mdm_extension_attribute(struct buf *out, struct arena *arena, const char *target);
void mdm_intune_attribute(struct buf *out, struct arena *arena, const char *target);
/* A pkginfo without a package. name: of the item; rule may be NULL. */
void mdm_munki(struct buf *out, struct arena *arena, const char *name, const char *target,
    const struct rule *rule);
/* An automatic table over the ledger. */
void mdm_osquery(struct buf *out);

#endif
