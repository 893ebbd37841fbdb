/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which macOS a dext or its app asks for, by its own Info.plist. DriverKit has Darwin's
 * version, which is how macOS compares (assumption driverkit-is-darwin). Pure.
 */
#ifndef MIGRATE_DEXT_MACOS_H
#define MIGRATE_DEXT_MACOS_H

#include "kmutil-helpers/plist.h"
#include "kmutil-helpers/tool_host.h"
#include "uninstall/trace.h"

struct dext_macos {
	enum tristate new_enough; /* YES too where the list asks for none */
	const char *text;         /* "needs macOS 26.0, and this is 15.7", "asks for none" */
};

/* info NULL: nothing is known. Memory is the arena's. */
void dext_macos_read(
    struct arena *arena, const struct plist *info, const struct host *host, struct dext_macos *out);

/* Compares two versions, number by number: <0, 0, >0. */
int dext_macos_compare(const char *a, const char *b);

#endif
