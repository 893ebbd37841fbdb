/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * launchctl: asuser, and of the jobs of the system and of the person at the console
 * list, print, bootstrap, bootout. Nothing is started before the next start of the Mac.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/tool.h"

/* The name of the job in DOMAIN and "/path/LABEL.plist". */
static struct files_path
job_of(const char *domain, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t len = strlen(name);

	if (len > 6 && !strcmp(name + len - 6, ".plist"))
		len -= 6;
	return files_format("%s/%.*s", domain, (int)len, name);
}

static int
fail(const char *what, int code, const char *why)
{
	fprintf(stderr, "%s failed: %d: %s\n", what, code, why);
	return code;
}

static int
bootstrap(struct model *model, const char *domain, const char *path)
{
	struct files_path job = job_of(domain, path);

	if (geteuid() != 0)
		return fail("Bootstrap", 1, "Operation not permitted");
	if (strcmp(domain, "system") != 0 && !keep_jobs_has_session("", model, domain))
		return fail("Bootstrap", 125, "Domain does not support specified action");
	if (!files_exists("", path) || keep_jobs_has(model, job.text) ||
	    !model_assumes(model, "bootout-ends-job"))
		return fail("Bootstrap", 5, "Input/output error");
	model_add(model, "job", job.text);
	return 0;
}

/* DOMAIN PATH, or DOMAIN/LABEL alone. */
static int
bootout(struct model *model, const char *domain, const char *path)
{
	struct files_path job = path ? job_of(domain, path) : files_format("%s", domain);

	if (geteuid() != 0)
		return fail("Boot-out", 1, "Operation not permitted");
	if (path && !files_exists("", path))
		return fail("Boot-out", 5, "Input/output error");
	if (!keep_jobs_has(model, job.text))
		return fail("Boot-out", 3, "No such process");
	if (!model_assumes(model, "bootout-ends-job"))
		return fail("Boot-out", 5, "Input/output error");
	keep_jobs_drop(model, job.text);
	return 0;
}

static int
show(const struct model *model, const char *word)
{
	const char *slash = strrchr(word, '/'), *label = slash ? slash + 1 : word;

	if (!keep_jobs_has(model, word)) {
		fprintf(stderr, "Could not find service \"%s\" in domain for system\n", label);
		return 113;
	}
	printf("%s = {\n\tactive count = 1\n\tstate = not running\n}\n", word);
	return 0;
}

static int
list(const struct model *model, const char *label)
{
	const char *job;

	if (label)
		return show(model, files_format("system/%s", label).text);
	puts("PID\tStatus\tLabel");
	for (size_t i = 0; (job = model_at(model, "job", i)); i++)
		if (!strncmp(job, "system/", 7))
			printf("-\t0\t%s\n", job + 7);
	return 0;
}

int
tool_launchctl(struct model *model, int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "asuser") && argc > 3)
		return tool_launchctl_asuser(argv + 3);
	if (!strcmp(verb, "bootstrap") && argc > 3)
		return bootstrap(model, argv[2], argv[3]);
	if (!strcmp(verb, "bootout") && argc > 2)
		return bootout(model, argv[2], argc > 3 ? argv[3] : NULL);
	if (!strcmp(verb, "print") && argc > 2)
		return show(model, argv[2]);
	if (!strcmp(verb, "list"))
		return list(model, argc > 2 ? argv[2] : NULL);
	fprintf(stderr, "Unrecognized subcommand: %s\n", verb);
	return 64;
}
