/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading jobs and asking where they are loaded. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "kmutil-helpers/path_link.h"
#include "kmutil-helpers/plist.h"
#include "kmutil-helpers/tool_launchctl.h"
#include "uninstall/jobs.h"
#include "uninstall/launchd_job.h"
#include "kmutil-helpers/banned.h"

#define JOB_CAP_BYTES ((size_t)1 << 20)
#define HOMES "/Users"
#define FIRST_PERSON 500 /* macOS gives people uids from 501 on */
#define PEOPLE_MAX 64

bool
jobs_is_place(const char *path)
{
	static const char *const folders[] = {JOBS_DAEMONS "/", JOBS_AGENTS "/"};
	size_t i, len;

	for (i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		len = strlen(folders[i]);
		if (strncmp(path, folders[i], len) == 0 && strchr(path + len, '/') == NULL &&
		    path_has_suffix(path, ".plist"))
			return true;
	}
	return false;
}

const char *
jobs_follow_links(const struct root *root, struct arena *arena, const char *path)
{
	char place[PATH_MAX];
	int error = path_resolve(root, path, true, place);

	return error == 0 || error == -ENOENT || error == -ENOTDIR ? arena_strdup(arena, place)
								    : path;
}

static void
ask(struct arena *arena, struct job *job, size_t *count, const char *domain,
    struct problem_list *problems)
{
	bool loaded = false;
	int error = launchctl_is_loaded(arena, domain, job->label, &loaded);

	if (error != 0)
		problem_add(problems, job->path, "launchctl", error,
		    "whether the job runs is unknown; a restart ends it", false);
	if (loaded)
		job->domains[(*count)++] = domain;
}

/* The sessions of people: whoever owns a home. One that is not logged in has none. */
static void
ask_sessions(const struct root *root, struct arena *arena, struct job *job, size_t *count,
    struct problem_list *problems)
{
	size_t name_count = 0, i;
	struct stat st;
	char **names;

	if (path_list(root, HOMES, arena, &names, &name_count) != 0)
		return;
	for (i = 0; i < name_count && *count < PEOPLE_MAX; i++)
		if (path_stat(root, arena_printf(arena, HOMES "/%s", names[i]), &st) == 0 &&
		    S_ISDIR(st.st_mode) && st.st_uid > FIRST_PERSON)
			ask(arena, job, count, arena_printf(arena, "gui/%u", (unsigned)st.st_uid),
			    problems);
}

void
jobs_add(const struct root *root, struct arena *arena, const char *path,
    struct problem_list *problems, struct job_list *jobs)
{
	struct launchd_job read;
	const struct plist *list;
	struct job *job;
	size_t len, i, count = 0;
	char *bytes;

	for (i = 0; i < jobs->count; i++)
		if (strcmp(jobs->items[i].path, path) == 0)
			return;
	if (path_read(root, jobs_follow_links(root, arena, path), JOB_CAP_BYTES, arena, &bytes,
		&len) != 0 ||
	    plist_parse(arena, bytes, len, &list, NULL) != 0 ||
	    launchd_job_read(arena, list, &read) != 0)
		return;
	job = arena_push(arena, &jobs->items, &jobs->count, &jobs->room, sizeof(*job));
	*job = (struct job){.path = path,
	    .label = read.label,
	    .program = read.program,
	    .domains = arena_array(arena, PEOPLE_MAX + 2, sizeof(char *))};
	if (!root->live || job->label == NULL)
		return;
	if (strncmp(path, JOBS_DAEMONS "/", strlen(JOBS_DAEMONS "/")) == 0)
		ask(arena, job, &count, "system", problems);
	else
		ask_sessions(root, arena, job, &count, problems);
}
