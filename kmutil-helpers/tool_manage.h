/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a Mac is managed and locked: profiles(1) for MDM, fdesetup(8) for FileVault. Both
 * only tell. Texts: docs/facts.md#mdm, #filevault.
 */
#ifndef KMUTIL_HELPERS_TOOL_MANAGE_H
#define KMUTIL_HELPERS_TOOL_MANAGE_H

#include "kmutil-helpers/tool_host.h"

struct manage {
	enum host_answer enrolled;        /* by an MDM server, approved by a person or by DEP */
	enum host_answer bootstrap_token; /* escrowed to the server */
	enum host_answer filevault;       /* HOST_UNKNOWN also while it is being switched */
};

/* Fills what the two tools tell; each that cannot be asked, or is not understood, leaves
 * HOST_UNKNOWN. profiles wants root for the token. */
void manage_read(struct arena *arena, struct manage *manage);

/* Whether an MDM server could have macOS rebuild the collection: enrolled, and on Apple
 * silicon allowed by the boot policy and with the token (docs/facts.md#mdm). */
enum host_answer manage_may_rebuild(const struct manage *manage, const struct host *host);

/* Readers of the three texts; each fills its own field. */
void manage_text_read_enrollment(const char *text, size_t len, struct manage *manage);
void manage_text_read_token(const char *text, size_t len, struct manage *manage);
void manage_text_read_filevault(const char *text, size_t len, struct manage *manage);

#endif
