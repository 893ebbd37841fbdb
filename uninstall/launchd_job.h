/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Job: which kexts a job of launchd installs or loads, by the words that it is
 * started with (docs/facts.md#launchd). Pure; what a program does that names no
 * kext among its arguments is not known here.
 */
#ifndef UNINSTALL_LAUNCHD_JOB_H
#define UNINSTALL_LAUNCHD_JOB_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct plist;

/* One of the two texts is set. */
struct launchd_kext {
	const char *bundle_id;
	const char *path; /* of the bundle, canonical unless it holds ".." */
	bool inside;      /* a file in the bundle was named, not the bundle */
};

struct launchd_job {
	const char *label;   /* NULL when absent */
	const char *program; /* what is started; NULL when absent */
	struct launchd_kext *kexts; /* none twice */
	size_t count, room;
};

/* Reads a job's property list; texts live as long as arena and list. 0, or
 * -FAULT_TYPE when the list is no job. */
int launchd_job_read(struct arena *arena, const struct plist *list, struct launchd_job *job);

#endif
