/* SPDX-License-Identifier: BSD-2-Clause */
/* /usr/bin/kmutil: lists, staging, rebuild. Knows no kext to be removed. */
#ifndef KMUTIL_HELPERS_TOOL_KMUTIL_H
#define KMUTIL_HELPERS_TOOL_KMUTIL_H

#include <stdbool.h>

#include "kmutil-helpers/kmutil_text.h"

#define KMUTIL_REBUILD_TIMEOUT_MS 120000 /* the dialog itself waits 60 seconds */

/* All functions: 0; -ENOENT without kmutil; -FAULT_TIMEOUT; -FAULT_TOOL when it
 * failed; -FAULT_OUTPUT when it was not understood; -errno. Results are owned by
 * the arena. */

/* The kexts that the kernel runs now. macOS always runs some of its own, so an
 * empty answer is -FAULT_OUTPUT. */
int kmutil_list_loaded(struct arena *arena, struct kmutil_list *list)
    __attribute__((warn_unused_result));
/* The members of the auxiliary collection on disk, loadable or not: of the file
 * `aux_path`, or where macOS looks for it when that is NULL (then the members of
 * the other collections are listed too; see kmutil_kext.collection). */
int kmutil_inspect(struct arena *arena, const char *aux_path, struct kmutil_list *list)
    __attribute__((warn_unused_result));
/* What `kmutil --help` says; see kmutil_text_has_verb. */
int kmutil_read_verbs(struct arena *arena, const char **help) __attribute__((warn_unused_result));
/* Empties the staging of all kexts (assumption clear-staging-empties-all).
 * *message: the tool's words when it failed, else NULL. */
int kmutil_clear_staging(struct arena *arena, const char **message)
    __attribute__((warn_unused_result));
/* Whether kernelmanagerd wrote to the log within the last seconds (assumption
 * log-shows-work). */
int kmutil_is_busy(struct arena *arena, int seconds, bool *busy)
    __attribute__((warn_unused_result));
/* Asks for a new auxiliary collection: a dialog appears, a person has 60 seconds.
 * timeout_ms 0: KMUTIL_REBUILD_TIMEOUT_MS. 0 whenever it was started; the outcome
 * tells the rest. */
int kmutil_rebuild(struct arena *arena, int timeout_ms, struct kmutil_rebuild *rebuild)
    __attribute__((warn_unused_result));

#endif
