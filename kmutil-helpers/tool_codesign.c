/* SPDX-License-Identifier: BSD-2-Clause */
/* The requirement stands behind -R in the same word; its "=" says that it is text,
 * not the name of a file. */
#include <errno.h>
#include <string.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/spawn.h"
#include "kmutil-helpers/text_line.h"
#include "kmutil-helpers/tool_codesign.h"

#include "kmutil-helpers/banned.h"

#define TEAM_CHARS 10
#define CODESIGN_TIMEOUT_MS 120000 /* a large application is read as a whole */

static bool
is_team(const char *team)
{
	return strlen(team) == TEAM_CHARS &&
	       strspn(team, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == TEAM_CHARS;
}

int
codesign_verify(struct arena *arena, const char *path, const char *bundle_id, const char *team,
    const char **message)
{
	const char *argv[] = {"/usr/bin/codesign", "--verify", "--strict", NULL, path, NULL};
	struct spawn_result result;
	int fault;

	*message = NULL;
	if (path[0] != '/' || !is_team(team) ||
	    !piece_is_bundle_id(piece_make(bundle_id, strlen(bundle_id))))
		return -EINVAL;
	argv[3] = arena_printf(arena,
	    "-R=anchor apple generic and identifier \"%s\" and certificate leaf[subject.OU] = "
	    "\"%s\"",
	    bundle_id, team);
	fault = spawn_ask(arena, argv, CODESIGN_TIMEOUT_MS, &result);
	if (fault == 0 && result.status != 0)
		fault = -FAULT_TOOL;
	if (fault == -FAULT_TOOL)
		*message = spawn_last_words(arena, &result);
	return fault;
}

enum codesign_verdict
codesign_judge(struct arena *arena, const char *path)
{
	const char *const argv[] = {
	    "/usr/bin/codesign", "--verify", "--strict", "-R=anchor apple generic", path, NULL};
	struct spawn_result result;
	const char *words;

	if (path[0] != '/' || spawn_ask(arena, argv, CODESIGN_TIMEOUT_MS, &result) != 0)
		return CODESIGN_UNKNOWN;
	/* It says nothing of what is in order. */
	words = spawn_last_words(arena, &result);
	if (result.status == 0)
		return words == NULL || words[0] == '\0' ? CODESIGN_VALID : CODESIGN_UNKNOWN;
	if (words != NULL && strstr(words, "not signed at all") != NULL)
		return CODESIGN_NONE;
	/* 1: the path, then what is wrong with it; 3: the requirement is not met. */
	if (result.status == 3 ||
	    (result.status == 1 && words != NULL && strncmp(words, path, strlen(path)) == 0))
		return CODESIGN_INVALID;
	return CODESIGN_UNKNOWN;
}
