/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jobs of launchd that install or load a kext, or run a program that lies in one
 * (docs/facts.md#launchd). People's own agents, in /Users, are not looked at: they
 * do not run as root.
 */
#include <string.h>

#include "kmutil-helpers/plist.h"
#include "uninstall/case.h"
#include "uninstall/jobs.h"
#include "uninstall/launchd_job.h"
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

/* Whether a trace that was found before speaks of the bundle; *id is then its id,
 * NULL when no such trace has one. */
static bool
is_known(const struct scan *scan, const char *bundle, const char **id)
{
	const struct trace *trace;
	const char *path;
	bool known = false;

	*id = NULL;
	for (trace = scan->traces.items; trace < scan->traces.items + scan->traces.count; trace++) {
		path = trace_original_path(trace);
		if (path == NULL || strcmp(path, bundle) != 0)
			continue;
		known = true;
		if (trace->bundle_id != NULL) {
			*id = trace->bundle_id;
			break;
		}
	}
	return known;
}

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Whether the job's traces, from `first` on, name the kext. */
static bool
is_added(const struct scan *scan, size_t first, const char *id, const char *bundle)
{
	const struct trace *trace;
	size_t i;

	for (i = first; i < scan->traces.count; i++) {
		trace = &scan->traces.items[i];
		if (is_same(trace->bundle_id, id) || is_same(trace->kext_path, bundle))
			return true;
	}
	return false;
}

static void
add_kext(struct scan *scan, const char *path, const struct launchd_job *job,
    const struct launchd_kext *kext, size_t first)
{
	struct trace found = {.bundle_id = kext->bundle_id}, *trace;
	struct fault fault;

	if (kext->path != NULL && !is_known(scan, kext->path, &found.bundle_id)) {
		if (kext->inside)
			return;
		if (scan_read_bundle(scan, kext->path, &found, &fault) != 0)
			scan_fault(scan, SOURCE_LAUNCHD, kext->path, fault);
	}
	if (is_added(scan, first, found.bundle_id, kext->path))
		return;
	trace = scan_add(scan, SOURCE_LAUNCHD);
	trace->path = path;
	trace->bundle_id = found.bundle_id;
	trace->kext_path = kext->path;
	trace->note = job->label;
}

static void
read_job(struct scan *scan, const char *path)
{
	const struct plist *list = scan_read_plist(
	    scan, SOURCE_LAUNCHD, jobs_follow_links(scan->root, scan->arena, path));
	struct launchd_job job;
	size_t first = scan->traces.count, i;
	int error;

	if (list == NULL)
		return;
	error = launchd_job_read(scan->arena, list, &job);
	scan_problem(scan, SOURCE_LAUNCHD, path, error);
	for (i = 0; error == 0 && i < job.count; i++)
		add_kext(scan, path, &job, &job.kexts[i], first);
}

static void
launchd_read(struct scan *scan)
{
	static const char *const folders[] = {"/Library/LaunchDaemons", "/Library/LaunchAgents"};
	char **names;
	size_t folder, count, i;
	int error;

	for (folder = 0; folder < sizeof(folders) / sizeof(*folders); folder++) {
		error = path_list(scan->root, folders[folder], scan->arena, &names, &count);
		scan_problem(scan, SOURCE_LAUNCHD, folders[folder], error);
		for (i = 0; error == 0 && i < count; i++)
			if (path_has_suffix(names[i], ".plist"))
				read_job(scan,
				    arena_printf(scan->arena, "%s/%s", folders[folder], names[i]));
	}
}

const struct source source_launchd = {
    .name = "launchd",
    .role = TRACE_CARRIER,
    .keeper = KEEPER_ROOT,
    .unknown = "which kext a job loads is unknown",
    .read = launchd_read,
};
