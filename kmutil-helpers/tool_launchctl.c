/* SPDX-License-Identifier: BSD-2-Clause */
/* sudo alone does not enter a person's session, launchctl alone stays root: both
 * are needed, in this order. */
#include <errno.h>
#include <string.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/tool_launchctl.h"

#include "kmutil-helpers/banned.h"

#define WORDS_BEFORE 7
/* "Could not find service", "... domain": launchctl error 113, 112; a domain that does
 * not answer for jobs: 125 */
#define NO_SUCH_JOB 113
#define NO_SUCH_DOMAIN 112
#define DOMAIN_IS_OTHER 125

int
launchctl_run_as_user(struct arena *arena, const struct console *console,
    const struct spawn_request *request, struct spawn_result *result)
{
	struct spawn_request inner = *request;
	const char **argv;
	size_t count = 0, i;

	*result = (struct spawn_result){.out = "", .err = "", .status = -1};
	if (console->user == NULL || console->uid == 0 || console->user[0] == '-' ||
	    request->argv[0] == NULL || request->argv[0][0] != '/')
		return -EINVAL;
	while (request->argv[count] != NULL)
		count++;
	argv = arena_array(arena, count + WORDS_BEFORE + 1, sizeof(*argv));
	argv[0] = "/bin/launchctl";
	argv[1] = "asuser";
	argv[2] = arena_printf(arena, "%u", console->uid);
	argv[3] = "/usr/bin/sudo";
	argv[4] = "-H";
	argv[5] = "-u";
	argv[6] = console->user;
	for (i = 0; i < count; i++)
		argv[WORDS_BEFORE + i] = request->argv[i];
	inner.argv = argv;
	return spawn_run(arena, &inner, result);
}

int
launchctl_is_loaded(struct arena *arena, const char *domain, const char *label, bool *loaded)
{
	const char *const argv[] = {
	    "/bin/launchctl", "print", arena_printf(arena, "%s/%s", domain, label), NULL};
	struct spawn_result result;
	int fault = spawn_ask(arena, argv, 0, &result);

	*loaded = fault == 0 && result.status == 0 && strstr(result.out, label) != NULL;
	if (fault != 0 || *loaded || result.status == NO_SUCH_JOB ||
	    result.status == NO_SUCH_DOMAIN || result.status == DOMAIN_IS_OTHER)
		return fault;
	return -FAULT_TOOL;
}

static int
change_job(struct arena *arena, const char *verb, const char *domain, const char *path,
    const char **message)
{
	const char *const argv[] = {"/bin/launchctl", verb, domain, path, NULL};
	struct spawn_result result;
	int fault = spawn_ask(arena, argv, 0, &result);

	*message = NULL;
	if (fault != 0 || result.status == 0)
		return fault;
	*message = spawn_last_words(arena, &result);
	return -FAULT_TOOL;
}

int
launchctl_bootout(struct arena *arena, const char *domain, const char *path, const char **message)
{
	return change_job(arena, "bootout", domain, path, message);
}

int
launchctl_bootstrap(
    struct arena *arena, const char *domain, const char *path, const char **message)
{
	return change_job(arena, "bootstrap", domain, path, message);
}
