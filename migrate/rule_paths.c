/* SPDX-License-Identifier: BSD-2-Clause */
/* From a rule's words to paths of this Mac. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "migrate/rule_paths.h"
#include "uninstall/jobs.h"
#include "kmutil-helpers/banned.h"

#define ENTRIES_MAX 20000 /* of one extra path */
#define DEPTH_MAX 32

struct walk {
	struct session *session;
	struct claim_extra **extras;
	size_t *count, *room;
	const char *why;
	size_t entries;
};

static void
add_path(struct walk *walk, const char *path)
{
	struct claim_extra *extra =
	    arena_push(walk->session->arena, walk->extras, walk->count, walk->room, sizeof(*extra));

	*extra = (struct claim_extra){.path = path, .why = walk->why};
}

/* Adds a path and all that lies in it. 0 or a fault. */
static int
walk_path(struct walk *walk, const char *path, int depth)
{
	struct session *session = walk->session;
	struct stat st;
	size_t count = 0, i;
	char **names;
	int error = path_stat(&session->root, path, &st);

	if (error != 0)
		return error == -ENOENT || error == -ENOTDIR ? 0 : error;
	if (depth == DEPTH_MAX || ++walk->entries > ENTRIES_MAX)
		return -FAULT_SIZE;
	if (S_ISDIR(st.st_mode) && path_has_suffix(path, ".kext"))
		return 0;
	add_path(walk, path);
	if (!S_ISDIR(st.st_mode))
		return 0;
	error = path_list(&session->root, path, session->arena, &names, &count);
	for (i = 0; error == 0 && i < count; i++)
		error = walk_path(
		    walk, arena_printf(session->arena, "%s/%s", path, names[i]), depth + 1);
	return error;
}

static void
add_extra(struct walk *walk, const struct rule *rule, const char *path)
{
	size_t before = *walk->count;
	int error;

	walk->why = arena_printf(
	    walk->session->arena, "the rule %s says that it is the product's", rule->id);
	walk->entries = 0;
	error = walk_path(walk, path, 0);
	if (error == 0)
		return;
	*walk->count = before;
	problem_add(&walk->session->scan.problems, path, "rules", error,
	    "what it holds is unknown, so that it stays", false);
}

/* The places of a job's property list; 2 of them. */
static void
job_places(struct arena *arena, const char *label, const char *places[2])
{
	places[0] = arena_printf(arena, JOBS_DAEMONS "/%s.plist", label);
	places[1] = arena_printf(arena, JOBS_AGENTS "/%s.plist", label);
}

void
rule_paths_add(struct session *session, const struct rule *rule, struct claim_extra **extras,
    size_t *count, size_t *room)
{
	struct walk walk = {.session = session, .extras = extras, .count = count, .room = room};
	const char *places[2];
	size_t i, j;

	for (i = 0; i < rule->extra_count; i++)
		add_extra(&walk, rule, rule->extras[i].text);
	for (i = 0; i < rule->job_count; i++) {
		walk.why = arena_printf(
		    session->arena, "the launchd job %s of %s", rule->jobs[i].text, rule->product);
		job_places(session->arena, rule->jobs[i].text, places);
		for (j = 0; j < sizeof(places) / sizeof(*places); j++)
			if (path_exists(&session->root, places[j]))
				add_path(&walk, places[j]);
	}
}

const char *const *
rule_paths_keep(struct arena *arena, const struct rule *const *rules, size_t count)
{
	const char **keep = NULL, *places[2];
	const struct rule_keep *item;
	size_t kept = 0, room = 0, i, j;

	for (i = 0; i < count; i++) {
		if (rules[i]->replacement.app_path != NULL)
			*(const char **)arena_push(arena, &keep, &kept, &room, sizeof(*keep)) =
			    rules[i]->replacement.app_path;
		if (rules[i]->replacement.unproven_app != NULL)
			*(const char **)arena_push(arena, &keep, &kept, &room, sizeof(*keep)) =
			    rules[i]->replacement.unproven_app;
		for (j = 0; j < rules[i]->keep_count; j++) {
			item = &rules[i]->keeps[j];
			if (item->kind == KEEP_RECEIPT)
				continue;
			places[0] = places[1] = item->what;
			if (item->kind == KEEP_JOB)
				job_places(arena, item->what, places);
			keep = arena_grow(arena, keep, kept, kept + 3, sizeof(*keep));
			keep[kept++] = places[0];
			keep[kept++] = places[1];
			room = kept;
		}
	}
	(void)arena_push(arena, &keep, &kept, &room, sizeof(*keep));
	return keep;
}
