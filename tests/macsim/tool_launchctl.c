/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * launchctl: asuser, and of the system's jobs list, print, bootstrap, bootout.
 * Nothing is started before the next start of the Mac.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/tool.h"

/* The name of the job in "system/LABEL", "/path/LABEL.plist" or "LABEL". */
static struct files_path
label_of(const char *word)
{
	const char *slash = strrchr(word, '/'), *name = slash ? slash + 1 : word;
	size_t len = strlen(name);

	if (len > 6 && !strcmp(name + len - 6, ".plist"))
		len -= 6;
	return files_format("%.*s", (int)len, name);
}

static int
fail(const char *what, int code, const char *why)
{
	fprintf(stderr, "%s failed: %d: %s\n", what, code, why);
	return code;
}

static int
bootstrap(struct model *model, const char *path)
{
	struct files_path label = label_of(path);

	if (geteuid() != 0)
		return fail("Bootstrap", 1, "Operation not permitted");
	if (!files_exists("", path) || keep_jobs_has(model, label.text))
		return fail("Bootstrap", 5, "Input/output error");
	model_add(model, "job", label.text);
	return 0;
}

static int
bootout(struct model *model, const char *word)
{
	struct files_path label = label_of(word);

	if (geteuid() != 0)
		return fail("Boot-out", 1, "Operation not permitted");
	if (!keep_jobs_has(model, label.text))
		return fail("Boot-out", 3, "No such process");
	keep_jobs_drop(model, label.text);
	return 0;
}

static int
show(const struct model *model, const char *word)
{
	struct files_path label = label_of(word);

	if (!keep_jobs_has(model, label.text)) {
		fprintf(stderr, "Could not find service \"%s\" in domain for system\n", label.text);
		return 113;
	}
	printf("%s = {\n\tpath = /Library/LaunchDaemons/%s.plist\n\tstate = not running\n}\n", word,
	    label.text);
	return 0;
}

int
tool_launchctl(struct model *model, int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "", *job;

	if (!strcmp(verb, "asuser") && argc > 3)
		return tool_launchctl_asuser(argv + 3);
	if (!strcmp(verb, "bootstrap") && argc > 3)
		return bootstrap(model, argv[3]);
	if (!strcmp(verb, "bootout") && argc > 2)
		return bootout(model, argv[argc - 1]);
	if (!strcmp(verb, "print") && argc > 2)
		return show(model, argv[2]);
	if (!strcmp(verb, "list") && argc > 2)
		return show(model, argv[2]);
	if (!strcmp(verb, "list")) {
		puts("PID\tStatus\tLabel");
		for (size_t i = 0; (job = model_at(model, "job", i)); i++)
			printf("-\t0\t%s\n", job);
		return 0;
	}
	fprintf(stderr, "Unrecognized subcommand: %s\n", verb);
	return 64;
}
