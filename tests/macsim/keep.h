/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What macOS keeps of kexts on disk, rendered from the model; `root` as in
 * keep_files.h. Each call makes its place agree with the model.
 */
#ifndef TESTS_MACSIM_KEEP_H
#define TESTS_MACSIM_KEEP_H

#include "tests/macsim/keep_files.h"
#include "tests/macsim/model.h"

#define KEEP_AUXKC "/private/var/db/KernelExtensionManagement/AuxKC/CurrentAuxKC"
#define KEEP_SYSEXT "/Library/SystemExtensions"
/* A second extension in the dext's app, which is no driver: there where sysext.state is set. */
#define KEEP_SECOND "com.example.capture.monitor"
#define KEEP_SECOND_CATEGORY "com.apple.system_extension.endpoint_security"

/* keep_bundle.c: what a kext bundle says of itself. Stash is left empty. */
bool keep_bundle_read(const char *root, const char *path, struct kext *out);
/* Another vendor's installer lays com.example.arrival into /Library/Extensions. */
void keep_bundle_arrive(const char *root);
bool keep_bundle_is_apples(const char *id); /* ships with macOS */

/* keep_collection.c: the file of the current collection, from "member". */
struct files_path keep_collection_path(const struct model *model);
/* Whether macOS reads one: its file is there, and is the one that macOS wrote or
 * is read all the same (changed-collection-is-not-read). */
bool keep_collection_present(const char *root, const struct model *model);
/* Whether a file is there that is not the one that macOS wrote. */
bool keep_collection_changed(const char *root, const struct model *model);
/* Gives it a new UUID ("aux.uuid"). Without members it goes by empty-collection-goes. */
void keep_collection_write(const char *root, struct model *model);
/* Boot and System collections of this version: new UUIDs, and on Apple silicon
 * the boot folder named by "nsih". */
void keep_base_write(const char *root, struct model *model);
struct files_path keep_boot_folder(const struct model *model);

/* keep_stash.c: stash, instructions and UAKL, from "instruction". */
/* Copies the bundle at kext->path and names its place in kext->stash. */
void keep_stash_put(const char *root, struct model *model, struct kext *kext);
void keep_stash_write(const char *root, struct model *model);
/* The stashed bundle of a kext; "" when it has none. */
struct files_path keep_stash_path(const struct kext *kext);

/* keep_staging.c */
void keep_staging_put(const char *root, const struct kext *kext);
void keep_staging_clear(const char *root, const struct model *model);
bool keep_staging_has(const char *root, const struct kext *kext);

/* keep_sysext.c: db.plist, from the dext in the model. */
void keep_sysext_write(const char *root, struct model *model);
/* The second extension, in the app. */
void keep_sysext_write_second(const char *root, const struct model *model);
/* The System Extensions payload by "profile"; what it says of the dext becomes true. */
void keep_sysext_write_profile(const char *root, struct model *model);

/* keep_system.c: SystemVersion.plist; one more entry of InstallHistory.plist. */
void keep_version_write(const char *root, const struct model *model);
void keep_history_add(const char *root, const char *name, const char *version,
    const char *process, const char *package, time_t when);

/* keep_jobs.c: launchd's jobs, "job" in the model, each DOMAIN/NAME. keep_jobs_read: as
 * at a start. keep_jobs_has_session: whether someone is logged in there. */
void keep_jobs_read(const char *root, struct model *model);
bool keep_jobs_has_session(const char *root, const struct model *model, const char *domain);
bool keep_jobs_has(const struct model *model, const char *job_name);
void keep_jobs_drop(struct model *model, const char *job_name);

/* keep_mounts.c: the mount table, which stands in the kernel on a Mac and where the C
 * library looks for it here. The system's own volumes, those of "volumes", and the one
 * of an update that is prepared. */
void keep_mounts_write(const char *root, struct model *model);

/* keep_user.c: accounts. Adding one that is there changes nothing. */
bool keep_user_find(const char *root, const char *name, unsigned int *uid, unsigned int *gid);
void keep_user_add(const char *root, const char *name);

/* keep_change.c: what a rebuild would do, and doing it. */
/* Whether macOS finds the bundle of a member. */
bool keep_change_finds(const char *root, struct model *model, const struct kext *kext);
/* Differences between collection and disk into "add" and, unless NULL, "drop". */
void keep_change_propose(const char *root, struct model *model, struct kexts *add,
    struct kexts *drop);
/* Makes collection, stash and instructions what "add" and "drop" say; empties both. */
void keep_change_apply(const char *root, struct model *model);
/* Where macOS unloads a kext whose bundle went without a restart. */
void keep_change_unload(const char *root, struct model *model);
/* The collection anew from the instructions. */
void keep_change_relink(const char *root, struct model *model);

#endif
