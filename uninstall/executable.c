/* SPDX-License-Identifier: BSD-2-Clause */
/* Executables of bundles. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/macho_sign.h"
#include "kmutil-helpers/tool_host.h"
#include "uninstall/executable.h"
#include "kmutil-helpers/banned.h"

/* A name in a folder, and not the way out of it. */
static bool
is_leaf(const char *name)
{
	return name[0] != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

static int
sign_read(const struct scan *scan, const char *path, struct macho_sign *sign)
{
	bool intel = scan->host != NULL && scan->host->chip == HOST_CHIP_INTEL;
	struct fault fault;
	int fd, error = path_open_file(scan->root, path, &fd, NULL);

	if (error != 0)
		return error;
	error = macho_sign_read(scan->arena, fd, intel, sign, &fault);
	(void)close(fd);
	return error;
}

void
executable_read(const struct scan *scan, const char *folder, const char *name, struct trace *trace)
{
	struct macho_sign sign = {0};
	int error;

	if (name == NULL)
		return;
	error = is_leaf(name)
		    ? sign_read(scan, arena_printf(scan->arena, "%s/%s", folder, name), &sign)
		    : -FAULT_RANGE;
	if (error == -ENOENT)
		return;
	if (error != 0) {
		trace->note = arena_printf(
		    scan->arena, "its executable could not be read: %s", fault_sentence(error));
		return;
	}
	trace->team_id = sign.team_id;
	trace->cdhash = sign.cdhash;
	trace->uuid = sign.uuid;
	trace->signature = sign.kind == MACHO_NOT_SIGNED ? SIGNATURE_NONE : SIGNATURE_UNVERIFIED;
	if (sign.kind == MACHO_AD_HOC)
		trace->note = "it is signed ad hoc: by nobody";
}
