/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pkgutil: --pkgs, --pkg-info, --files, --forget. A receipt is there when its
 * .plist is; what it lists is kept beside the model.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/macsim/keep_files.h"
#include "tests/macsim/tool.h"

#define RECEIPTS "/private/var/db/receipts"

static int
list_all(void)
{
	size_t count;
	char **names = files_names("", RECEIPTS, &count);

	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(names[i]);

		if (len > 6 && !strcmp(names[i] + len - 6, ".plist"))
			printf("%.*s\n", (int)(len - 6), names[i]);
	}
	files_free_names(names, count);
	return 0;
}

static void
print_list(const char *id, bool info, char only)
{
	struct files_path path = files_format("/.macsim/receipts/%s", id);
	struct bytes text = {0};
	char *save = NULL;

	if (info)
		printf("package-id: %s\n", id);
	(void)files_read("", path.text, &text);
	for (char *line = text.data ? strtok_r((char *)text.data, "\n", &save) : NULL; line;
	    line = strtok_r(NULL, "\n", &save)) {
		if (info && !strncmp(line, "version=", 8))
			printf("version: %s\nvolume: /\n", line + 8);
		else if (info && !strncmp(line, "location=", 9))
			printf("location: %s\n", line + 9);
		else if (info && !strncmp(line, "time=", 5))
			printf("install-time: %s\n", line + 5);
		else if (!info && line[1] == ' ' && (!only || *line == only))
			puts(line + 2);
	}
	bytes_done(&text);
}

static int
forget(const char *id)
{
	struct files_path plist = files_format(RECEIPTS "/%s.plist", id);
	struct files_path bom = files_format(RECEIPTS "/%s.bom", id);

	if (unlink(plist.text) < 0)
		return 1;
	(void)unlink(bom.text);
	printf("Forgot package '%s' on '/'.\n", id);
	return 0;
}

int
tool_pkgutil(struct model *model, int argc, char **argv)
{
	const char *verb = "", *id = NULL;
	char only = 0;

	(void)model;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--only-files") || !strcmp(argv[i], "--only-dirs"))
			only = argv[i][7] == 'f' ? 'f' : 'd';
		else if (!strncmp(argv[i], "--", 2))
			verb = argv[i];
		else
			id = argv[i];
	}
	if (!strcmp(verb, "--pkgs"))
		return list_all();
	if (!id)
		return 64;
	struct files_path plist = files_format(RECEIPTS "/%s.plist", id);
	if (!files_exists("", plist.text)) {
		fprintf(stderr, "No receipt for '%s' found at '/'.\n", id);
		return 1;
	}
	if (!strcmp(verb, "--forget"))
		return forget(id);
	print_list(id, !strcmp(verb, "--pkg-info"), only);
	return 0;
}
