/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jobs: which property lists are jobs of launchd, what they start, and in which
 * domains they are loaded now: the system's, and the sessions of the people who
 * have a home in /Users. Evidence for the plan; changes nothing.
 */
#ifndef UNINSTALL_JOBS_H
#define UNINSTALL_JOBS_H

#include "kmutil-helpers/path.h"
#include "uninstall/problem.h"

#define JOBS_DAEMONS "/Library/LaunchDaemons"
#define JOBS_AGENTS "/Library/LaunchAgents"

/* All texts are owned by the arena. */
struct job {
	const char *path;     /* of its property list */
	const char *label, *program; /* NULL: absent */
	const char **domains; /* where it is loaded: "system", "gui/501"; NULL-ended */
};

struct job_list {
	struct job *items;
	size_t count, room;
};

/* Whether the path is where launchd looks for jobs: a property list right in one of
 * the two folders. */
bool jobs_is_place(const char *path);

/* Where the property list of a job lies: vendors link it to a file of their app, and launchd
 * reads that. Where a link leads to nothing, the place where nothing is. */
const char *jobs_follow_links(const struct root *root, struct arena *arena, const char *path);

/* Adds the job of a property list, once. launchctl is asked where the root is live; what
 * it cannot tell is a problem. A path that is no readable job adds nothing. */
void jobs_add(const struct root *root, struct arena *arena, const char *path,
    struct problem_list *problems, struct job_list *jobs);

#endif
