/* SPDX-License-Identifier: BSD-2-Clause */
/* What Apple's tools print: every reader of such a text takes every text. */
#include "kmutil-helpers/kmutil_text.h"
#include "kmutil-helpers/tool_console.h"
#include "kmutil-helpers/tool_host.h"
#include "kmutil-helpers/tool_sysext.h"
#include "tests/fuzz/fuzz.h"

static void
list_check(int rc, const struct kmutil_list *list)
{
	size_t i;

	fuzz_require(rc == 0 || rc == -FAULT_OUTPUT);
	fuzz_require(list->not_understood == 0 || rc != 0);
	for (i = 0; i < list->count; i++)
		fuzz_require(list->items[i].id != NULL);
}

static void
kmutil_check(struct arena *arena, const char *text, size_t len)
{
	struct spawn_result result = {.out = text, .err = text, .out_len = len, .err_len = len / 2};
	struct kmutil_list list = {0};
	struct kmutil_rebuild rebuild;

	list_check(kmutil_text_read_loaded(arena, text, len, &list), &list);
	list = (struct kmutil_list){0};
	list_check(kmutil_text_read_inspect(arena, text, len, &list), &list);
	kmutil_text_read_rebuild(arena, &result, &rebuild);
	fuzz_require(rebuild.outcome < KMUTIL_OUTCOME_COUNT);
	(void)kmutil_text_is_busy(text, len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new(FUZZ_ARENA_BYTES);
	const char *text = (const char *)bytes;
	struct sysext_list sysexts = {0};
	struct console console;
	struct host host = {0};
	const char *user;
	bool complete;
	size_t i;

	kmutil_check(arena, text, len);
	(void)!sysext_text_read(arena, text, len, &sysexts);
	for (i = 0; i < sysexts.count; i++)
		fuzz_require(sysexts.items[i].id != NULL && sysexts.items[i].state != NULL &&
			     sysexts.items[i].stage < SYSEXT_STAGE_COUNT);
	host_text_read_sw_vers(arena, text, len, &host);
	host_text_read_sysctl(arena, text, len, &host, &complete);
	host_text_read_csrutil(arena, text, len, &host);
	host_text_read_bputil(arena, text, len, &host);
	(void)!console_text_read(arena, text, len, &console);
	(void)!sessions_text_read(arena, text, len, &user);
	arena_free(arena);
	return 0;
}
