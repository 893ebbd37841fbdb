/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether to restart, asked in the order of who would be harmed. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/os.h"
#include "kmutil-helpers/tool_console.h"
#include "kmutil-helpers/tool_shutdown.h"
#include "migrate/context.h"
#include "migrate/restart.h"
#include "kmutil-helpers/banned.h"

/* Where macOS mounts the system that an update prepares (ASSUMPTION_PREPARED_UPDATE_IS_MOUNTED). */
#define UPDATE_MOUNT "/System/Volumes/Update/mnt1"
#define FILEVAULT                                                                                  \
	"with FileVault on, the Mac then waits at its unlock screen, and nobody can reach it "     \
	"over the network until a person has unlocked it"

static void
find_update(const struct os_mount *mount, void *payload)
{
	if (strcmp(mount->point, UPDATE_MOUNT) == 0)
		*(bool *)payload = true;
}

int
restart_find_update(bool *prepared)
{
	*prepared = false;
	return os_mounts_each(find_update, prepared);
}

/* Why the Mac should not be restarted now; NULL: nothing speaks against it. */
static const char *
reason_against(struct arena *arena)
{
	struct console console;
	const char *user;
	bool prepared;

	if (console_read(arena, &console) != 0)
		return "whether someone is logged in cannot be told";
	if (console.user != NULL)
		return arena_printf(arena, "%s is logged in", console.user);
	if (sessions_read(arena, &user) != 0)
		return "whether someone is logged in behind the screen cannot be told";
	if (user != NULL)
		return arena_printf(arena,
		    "%s is logged in, in a session that is not at the screen (fast user switching "
		    "or screen sharing)",
		    user);
	if (restart_find_update(&prepared) != 0)
		return "whether an OS update is prepared cannot be told";
	return prepared ? "an OS update seems to be prepared, and the restart would install it"
			: NULL;
}

static bool
person_agrees(void)
{
	char answer[16];

	if (isatty(STDIN_FILENO) != 1)
		return false;
	(void)fprintf(stderr, "Restart the Mac now? " FILEVAULT ". [y/N] ");
	return fgets(answer, sizeof(answer), stdin) != NULL &&
	       (answer[0] == 'y' || answer[0] == 'Y');
}

static void
restart(struct arena *arena)
{
	const char *message;
	int error;

	(void)fprintf(stderr, "kextirpate: the Mac restarts now; " FILEVAULT "\n");
	error = shutdown_restart(arena, &message);
	if (error != 0)
		(void)fprintf(stderr, "kextirpate: shutdown: %s; the Mac was not restarted\n",
		    message != NULL ? message : fault_sentence(error));
}

void
restart_if_told(const struct options *options, int exit)
{
	struct arena *arena = arena_new(0);
	const char *against = NULL;

	if (exit != 2 || options->dry_run || options->restart == RESTART_DEFAULT ||
	    options->restart == RESTART_NEVER || context_find(options) == CONTEXT_INSTALLER)
		goto out;
	if (options->restart == RESTART_ASK) {
		if (person_agrees())
			restart(arena);
		goto out;
	}
	if (!options->restart_even_if_logged_in)
		against = reason_against(arena);
	if (against == NULL)
		restart(arena);
	else
		(void)fprintf(stderr,
		    "kextirpate: the Mac was not restarted: %s; restart it when that is over, or "
		    "say --restart-even-if-logged-in\n",
		    against);
out:
	arena_free(arena);
}
