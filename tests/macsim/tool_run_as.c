/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * launchctl asuser and sudo -u: the two words by which root runs something as the
 * person at the console. Both become the command.
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/macsim/keep_files.h"
#include "tests/macsim/tool.h"

static int
become(char **argv)
{
	execvp(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	return 127;
}

int
tool_launchctl(struct model *model, int argc, char **argv)
{
	(void)model;
	if (argc < 4 || strcmp(argv[1], "asuser") != 0) {
		fputs("Unrecognized subcommand\n", stderr);
		return 64;
	}
	/* The text of a try without root: public reports. */
	if (geteuid() != 0) {
		fputs("Could not switch to audit session 0x187c5: 1: Operation not permitted\n",
		    stderr);
		return 1;
	}
	return become(argv + 3);
}

/* The ids of a name in the tree's own passwd; false when it has none. */
static bool
find_user(const char *name, unsigned int *uid, unsigned int *gid)
{
	struct bytes text = {0};
	bool found = false;
	char *line, *save = NULL;

	if (!files_read("", "/private/etc/passwd", &text))
		return false;
	bytes_add(&text, "", 1);
	for (line = strtok_r((char *)text.data, "\n", &save); line && !found;
	     line = strtok_r(NULL, "\n", &save))
		if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ':')
			found = sscanf(line + strlen(name), ":*:%u:%u:", uid, gid) == 2;
	bytes_done(&text);
	return found;
}

int
tool_sudo(struct model *model, int argc, char **argv)
{
	const char *name = "root";
	unsigned int uid = 0, gid = 0;
	int at = 1;

	(void)model;
	for (; at < argc && argv[at][0] == '-'; at++)
		if (!strcmp(argv[at], "-u") && at + 1 < argc)
			name = argv[++at];
	if (at == argc)
		return 1;
	if (geteuid() != 0 || (strcmp(name, "root") != 0 && !find_user(name, &uid, &gid))) {
		fprintf(stderr, "sudo: unknown user %s\nsudo: error initializing audit plugin\n", name);
		return 1;
	}
	if (setgroups(0, NULL) < 0 || setgid(gid) < 0 || setuid(uid) < 0) {
		fprintf(stderr, "sudo: %s\n", strerror(errno));
		return 1;
	}
	setenv("USER", name, 1);
	return become(argv + at);
}
