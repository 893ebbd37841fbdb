/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Apple's tools say. The I/O Registry as a whole is left out: it is full of the
 * serial numbers of whatever is plugged in.
 */
#include <string.h>

#include "kmutil-helpers/spawn.h"
#include "migrate/collect.h"
#include "kmutil-helpers/banned.h"

#define ARGUMENTS 8
#define LOG_TIMEOUT_MS 90000
static const char predicate[] =
    "process == \"kernelmanagerd\" OR process == \"sysextd\" OR process == \"kmutil\" OR "
    "process == \"syspolicyd\" AND eventMessage CONTAINS[c] \"kext\"";

static const struct {
	const char *name;
	const char *argv[ARGUMENTS];
	int timeout_ms; /* 0: the usual one */
} tools[] = {
    {"sw_vers", {"/usr/bin/sw_vers"}, 0},
    {"sysctl", {"/usr/sbin/sysctl", "kern.version", "kern.bootargs", "kern.auxiliaryfilesetuuid"},
	0},
    {"csrutil", {"/usr/bin/csrutil", "status"}, 0},
    {"bputil", {"/usr/bin/bputil", "-d"}, 0},
    {"kmutil-inspect", {"/usr/bin/kmutil", "inspect"}, 0},
    {"kmutil-showloaded", {"/usr/bin/kmutil", "showloaded", "--list-only"}, 0},
    {"kextstat", {"/usr/sbin/kextstat"}, 0},
    {"systemextensionsctl", {"/usr/bin/systemextensionsctl", "list"}, 0},
    {"log",
	{"/usr/bin/log", "show", "--last", "6h", "--style", "compact", "--predicate", predicate},
	LOG_TIMEOUT_MS},
};

static void
put_words(struct buf *out, const char *const *argv)
{
	buf_text(out, "$");
	for (; *argv != NULL; argv++)
		buf_printf(out, strchr(*argv, ' ') != NULL ? " '%s'" : " %s", *argv);
	buf_text(out, "\n");
}

static void
put_output(struct buf *out, const struct spawn_result *result)
{
	if (result->timed_out)
		buf_text(out, "# did not end in time\n");
	else if (result->status < 0)
		buf_printf(out, "# ended by signal %d\n", result->signal);
	else
		buf_printf(out, "# status %d\n", result->status);
	if (result->out_cut || result->err_cut)
		buf_text(out, "# the rest of the output is left out\n");
	buf_text(out, "--- stdout\n");
	buf_add(out, result->out, result->out_len);
	buf_text(out, "--- stderr\n");
	buf_add(out, result->err, result->err_len);
}

void
collect_tools(struct collection *collection)
{
	const char *argv[ARGUMENTS + 1] = {NULL};
	struct spawn_result result;
	struct spawn_request request;
	struct buf out = {0};
	size_t i;
	int error;

	for (i = 0; i < sizeof(tools) / sizeof(*tools); i++) {
		memcpy(argv, tools[i].argv, sizeof(tools[i].argv));
		request = (struct spawn_request){.argv = argv,
		    .timeout_ms = tools[i].timeout_ms,
		    .cap_bytes = COLLECT_TOOL_BYTES};
		put_words(&out, argv);
		error = spawn_run(collection->arena, &request, &result);
		if (error != 0)
			buf_printf(&out, "# could not be run: %s\n", fault_sentence(error));
		else
			put_output(&out, &result);
		collect_add(collection,
		    arena_printf(collection->arena, "tools/%s.txt", tools[i].name), &out);
	}
}
