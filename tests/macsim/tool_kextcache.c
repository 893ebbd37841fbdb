/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kextcache and kcditto: what is left of them since macOS 11. Texts as in
 * kext_tools; exit 0 although nothing is done (assumption update-command-is-inert).
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/tool.h"

#define SYSTEM_CACHES                                                                              \
	"It looks like you're trying to update the system caches. As of macOS 11, the"             \
	" personality cache is no longer in use for keeping kext matching information "            \
	"up-to-date. "                                                                             \
	"For more information, see `man kmutil`."
#define PRELINKED                                                                                  \
	"It looks like you're trying to create a prelinked kernel. Kextcache is deprecated"        \
	" and no longer suitable for use. You can build a kext collection containing the same "    \
	"kexts by invoking: /usr/bin/kmutil create -n boot ..."
#define OTHERWISE                                                                                  \
	"This option is no longer supported as of macOS 11. For supported modern kext and "        \
	"kernel management commands, see `man kmutil`."

static bool
is_one_of(const char *word, const char *a, const char *b)
{
	return !strcmp(word, a) || !strcmp(word, b);
}

int
tool_kextcache(struct model *model, int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";
	char *install[] = {"kmutil", "install", NULL};
	/* Until kext_tools-721, that of macOS 13.0. */
	const char *check =
	    version_compare(model_get(model, "macos", ""), "13.0") <= 0 ? " --check-rebuild" : "";

	while (*word == '-')
		word++;
	if (is_one_of(word, "clear-staging", "prune-staging")) {
		puts("Executing: /usr/bin/kmutil clear-staging");
		keep_staging_clear("", model);
	} else if (!strcmp(word, "system-caches")) {
		puts(SYSTEM_CACHES);
		if (!model_assumes(model, "update-command-is-inert"))
			keep_change_relink("", model);
	} else if (!strcmp(word, "prelinked-kernel")) {
		puts(PRELINKED);
	} else if (is_one_of(word, "u", "i")) {
		printf("Executing: /usr/bin/kmutil install --volume-root %s%s\n",
		    argc > 2 ? argv[2] : "/", check);
		return tool_kmutil(model, 2, install);
	} else if (!strcmp(word, "Du")) {
		printf("Executing: /usr/bin/kmutil install --volume-root %s%s --update-all "
		       "--update-preboot\n",
		    argc > 2 ? argv[2] : "/", check);
		return tool_kmutil(model, 2, install);
	} else {
		puts(OTHERWISE);
	}
	return 0;
}

int
tool_kcditto(struct model *model, int argc, char **argv)
{
	const char *group = model_get(model, "volume-group", "");

	(void)argv;
	if (argc > 1) {
		fputs(
		    "kcditto installs previously built kext collections onto the Preboot volume.\n"
		    "It takes no arguments.\n",
		    stderr);
		return 64;
	}
	printf("Copying KCs in /...\n");
	if (!model_assumes(model, "update-command-is-inert"))
		keep_change_relink("", model);
	if (model_is(model, "chip", "apple"))
		printf("Volume Group UUID: %s\n", group);
	return 0;
}
