/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * launchd's jobs: "job" lines, by the names of the files in /Library/LaunchDaemons
 * (a job is called like its file here). A start of the Mac takes all that are there.
 */
#include <string.h>

#include "tests/macsim/keep.h"

#define DAEMONS "/Library/LaunchDaemons"

void
keep_jobs_read(const char *root, struct model *model)
{
	size_t count;
	char **names = files_names(root, DAEMONS, &count);

	model_clear(model, "job");
	for (size_t i = 0; i < count; i++) {
		char *dot = strrchr(names[i], '.');

		if (dot && !strcmp(dot, ".plist")) {
			*dot = 0;
			model_add(model, "job", names[i]);
		}
	}
	files_free_names(names, count);
}

bool
keep_jobs_has(const struct model *model, const char *label)
{
	const char *job;

	for (size_t i = 0; (job = model_at(model, "job", i)); i++)
		if (!strcmp(job, label))
			return true;
	return false;
}

void
keep_jobs_drop(struct model *model, const char *label)
{
	struct model *old = model_new();
	const char *job;

	for (size_t i = 0; (job = model_at(model, "job", i)); i++)
		if (strcmp(job, label))
			model_add(old, "job", job);
	model_clear(model, "job");
	for (size_t i = 0; (job = model_at(old, "job", i)); i++)
		model_add(model, "job", job);
	model_free(old);
}
