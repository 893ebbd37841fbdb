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

#include "tests/macsim/keep.h"
#include "tests/macsim/tool.h"

static int
become(char **argv)
{
	execvp(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	return 127;
}

int
tool_launchctl_asuser(char **command)
{
	/* The text of a try without root: public reports. */
	if (geteuid() != 0) {
		fputs("Could not switch to audit session 0x187c5: 1: Operation not permitted\n",
		    stderr);
		return 1;
	}
	return become(command);
}

static int
sudo_become(const char *name, char **command)
{
	unsigned int uid = 0, gid = 0;
	bool is_root = !strcmp(name, "root");

	if (!is_root && !keep_user_find("", name, &uid, &gid)) {
		fprintf(stderr, "sudo: unknown user %s\n", name);
		return 1;
	}
	if (setgroups(0, NULL) < 0 && errno == EPERM) {
		/* A Mac that was started without root's rights has but one account: who
		 * this is now can only be told. */
		setenv("MACSIM_AS", name, 1);
	} else if (setgid(gid) < 0 || setuid(uid) < 0) {
		fprintf(stderr, "sudo: %s\n", strerror(errno));
		return 1;
	}
	setenv("USER", name, 1);
	setenv("LOGNAME", name, 1);
	setenv("HOME", is_root ? "/var/root" : files_format("/Users/%s", name).text, 1);
	return become(command);
}

int
tool_sudo(struct model *model, int argc, char **argv)
{
	const char *name = "root";
	int at = 1;

	(void)model;
	for (; at < argc && argv[at][0] == '-'; at++)
		if (!strcmp(argv[at], "-u") && at + 1 < argc)
			name = argv[++at];
	if (at >= argc)
		return 1;
	if (geteuid() != 0) {
		fputs("sudo: a password is required\n", stderr);
		return 1;
	}
	return sudo_become(name, argv + at);
}
