/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * launchd's jobs: "job" lines DOMAIN/NAME, by the names of the files in
 * /Library/LaunchDaemons (domain system) and LaunchAgents (gui/UID); a job is called
 * like its file here. A start of the Mac takes all that are there, the agents for the
 * person at the console.
 */
#include <string.h>

#include "tests/macsim/keep.h"

static void
read_folder(const char *root, struct model *model, const char *folder, const char *domain)
{
	size_t count;
	char **names = files_names(root, folder, &count);

	for (size_t i = 0; i < count; i++) {
		char *dot = strrchr(names[i], '.');

		if (dot && !strcmp(dot, ".plist")) {
			*dot = 0;
			model_add(model, "job", files_format("%s/%s", domain, names[i]).text);
		}
	}
	files_free_names(names, count);
}

bool
keep_jobs_has_session(const char *root, const struct model *model, const char *domain)
{
	unsigned int uid, gid;

	return keep_user_find(root, model_get(model, "console", "user"), &uid, &gid) &&
	       !strcmp(domain, files_format("gui/%u", uid).text);
}

void
keep_jobs_read(const char *root, struct model *model)
{
	unsigned int uid, gid;

	model_clear(model, "job");
	read_folder(root, model, "/Library/LaunchDaemons", "system");
	if (keep_user_find(root, model_get(model, "console", "user"), &uid, &gid))
		read_folder(
		    root, model, "/Library/LaunchAgents", files_format("gui/%u", uid).text);
}

bool
keep_jobs_has(const struct model *model, const char *job_name)
{
	const char *job;

	for (size_t i = 0; (job = model_at(model, "job", i)); i++)
		if (!strcmp(job, job_name))
			return true;
	return false;
}

void
keep_jobs_drop(struct model *model, const char *job_name)
{
	struct model *old = model_new();
	const char *job;

	for (size_t i = 0; (job = model_at(model, "job", i)); i++)
		if (strcmp(job, job_name))
			model_add(old, "job", job);
	model_clear(model, "job");
	for (size_t i = 0; (job = model_at(old, "job", i)); i++)
		model_add(model, "job", job);
	model_free(old);
}
