/* SPDX-License-Identifier: BSD-2-Clause */
/* Running kmutil. Its words are read by kmutil_text.c and kmutil_text_rebuild.c. */
#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/spawn.h"
#include "kmutil-helpers/tool_kmutil.h"

#include "kmutil-helpers/banned.h"

#define KMUTIL "/usr/bin/kmutil"

/* Runs it; a status other than 0 is -FAULT_TOOL. */
static int
ask(struct arena *arena, const char *const *argv, struct spawn_result *result)
{
	int fault = spawn_ask(arena, argv, 0, result);

	return fault == 0 && result->status != 0 ? -FAULT_TOOL : fault;
}

int
kmutil_list_loaded(struct arena *arena, struct kmutil_list *list)
{
	const char *const argv[] = {KMUTIL, "showloaded", "--list-only", "--show", "loaded", NULL};
	struct spawn_result result;
	int fault;

	*list = (struct kmutil_list){0};
	fault = ask(arena, argv, &result);
	if (fault == 0)
		fault = kmutil_text_read_loaded(arena, result.out, result.out_len, list);
	return fault == 0 && list->count == 0 ? -FAULT_OUTPUT : fault;
}

int
kmutil_inspect(struct arena *arena, const char *aux_path, struct kmutil_list *list)
{
	const char *const named[] = {
	    KMUTIL, "inspect", "--show-kext-uuids", "-A", aux_path, NULL};
	const char *const all[] = {KMUTIL, "inspect", "--show-kext-uuids", NULL};
	struct spawn_result result;
	int fault;

	*list = (struct kmutil_list){0};
	fault = ask(arena, aux_path ? named : all, &result);
	if (fault == 0)
		fault = kmutil_text_read_inspect(arena, result.out, result.out_len, list);
	return fault;
}

int
kmutil_clear_staging(struct arena *arena, const char **message)
{
	const char *const argv[] = {KMUTIL, "clear-staging", NULL};
	struct spawn_result result;
	int fault = ask(arena, argv, &result);

	*message = fault == 0 ? NULL : spawn_last_words(arena, &result);
	return fault;
}

int
kmutil_is_busy(struct arena *arena, int seconds, bool *busy)
{
	const char *const argv[] = {
	    KMUTIL, "log", "show", "--last", arena_printf(arena, "%ds", seconds), NULL};
	struct spawn_result result;
	int fault = ask(arena, argv, &result);

	*busy = fault == 0 && kmutil_text_is_busy(result.out, result.out_len);
	return fault;
}

int
kmutil_read_verbs(struct arena *arena, const char **help)
{
	const char *const argv[] = {KMUTIL, "--help", NULL};
	struct spawn_result result;
	int fault = ask(arena, argv, &result);

	*help = fault == 0 ? result.out : NULL;
	return fault;
}

int
kmutil_rebuild(struct arena *arena, int timeout_ms, struct kmutil_rebuild *rebuild)
{
	const char *const argv[] = {KMUTIL, "rebuild", NULL};
	struct spawn_request request = {.argv = argv,
	    .timeout_ms = timeout_ms ? timeout_ms : KMUTIL_REBUILD_TIMEOUT_MS};
	struct spawn_result result;
	int fault = spawn_run(arena, &request, &result);

	kmutil_text_read_rebuild(arena, &result, rebuild);
	return fault;
}
