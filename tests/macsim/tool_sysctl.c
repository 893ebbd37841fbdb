/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysctl: the values of this boot. A name that the kernel does not have is said on
 * stderr, the others are still answered.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/keep_files.h"
#include "tests/macsim/tool.h"

/* The value, or NULL where this Mac has none. */
static const char *
value_of(const struct model *model, const char *name, struct files_path *room)
{
	bool apple = model_is(model, "chip", "apple");
	static char darwin[16];

	if (!strcmp(name, "kern.osversion"))
		return model_get(model, "build", NULL);
	if (!strcmp(name, "kern.osproductversion"))
		return model_get(model, "macos", NULL);
	if (!strcmp(name, "kern.osrelease")) {
		version_darwin(model_get(model, "macos", ""), darwin);
		return darwin;
	}
	if (!strcmp(name, "kern.bootsessionuuid"))
		return model_get(model, "boot-session", NULL);
	if (!strcmp(name, "kern.safeboot"))
		return model_is(model, "safe-mode", "on") ? "1" : "0";
	/* Assumption aux-uuid-tells-boot: absent when this boot loaded none. */
	if (!strcmp(name, "kern.auxiliaryfilesetuuid"))
		return model_get(model, "boot-aux.uuid", NULL);
	if (!strcmp(name, "kern.kernelcacheuuid"))
		return apple ? model_get(model, "bootkc", NULL) : NULL;
	if (!strcmp(name, "kern.filesetuuid"))
		return apple ? NULL : model_get(model, "bootkc", NULL);
	if (!strcmp(name, "hw.optional.arm64"))
		return apple ? "1" : NULL;
	if (!strcmp(name, "hw.machine"))
		return apple ? "arm64" : "x86_64";
	if (!strcmp(name, "kern.bootobjectspath") && apple) {
		/* From the Preboot volume's own root (docs/facts.md#collections). */
		*room = files_format("/%s/boot/%s", model_get(model, "volume-group", ""),
		    model_get(model, "nsih", ""));
		return room->text;
	}
	return NULL;
}

int
tool_sysctl(struct model *model, int argc, char **argv)
{
	bool bare = argc > 1 && !strcmp(argv[1], "-n");
	struct files_path room;
	const char *value;
	int status = 0;

	for (int i = bare ? 2 : 1; i < argc; i++) {
		value = value_of(model, argv[i], &room);
		if (!value || !*value) {
			fprintf(stderr, "sysctl: unknown oid '%s'\n", argv[i]);
			status = 1;
		} else if (bare) {
			puts(value);
		} else {
			printf("%s: %s\n", argv[i], value);
		}
	}
	return status;
}
