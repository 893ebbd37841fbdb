/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking what Mac this is: one sw_vers, one sysctl; csrutil and bputil on request.
 * sysctl answers 1 when it does not know one of the names (no auxiliary collection,
 * no Apple silicon): that is an answer as well, as long as it went to the end.
 */
#include <string.h>

#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/spawn.h"
#include "kmutil-helpers/tool_host.h"

#include "kmutil-helpers/banned.h"

#define SYSCTL "/usr/sbin/sysctl"
#define SYSCTL_NAMES 10

/* The names that may be unknown stand behind the others; kern.osversion is asked
 * again at the end, to show that the tool got there. */
static const char *const sysctl_names[SYSCTL_NAMES] = {"kern.osversion", "kern.osrelease",
    "kern.bootsessionuuid", "kern.safeboot", "kern.bootobjectspath", "kern.kernelcacheuuid",
    "kern.filesetuuid", "hw.optional.arm64", "kern.auxiliaryfilesetuuid", "kern.osversion"};

/* One process for each name, for a sysctl that stops at the first unknown one. */
static int
read_sysctl_singly(struct arena *arena, struct host *host)
{
	const char *text = "";
	struct spawn_result result;
	bool complete;
	size_t i;
	int fault;

	for (i = 0; i < SYSCTL_NAMES; i++) {
		const char *const argv[] = {SYSCTL, sysctl_names[i], NULL};

		fault = spawn_ask(arena, argv, 0, &result);
		if (fault != 0)
			return fault;
		text = arena_printf(arena, "%s%s\n", text, result.out);
	}
	host_text_read_sysctl(arena, text, strlen(text), host, &complete);
	return complete ? 0 : -FAULT_OUTPUT;
}

static int
read_sysctl(struct arena *arena, struct host *host)
{
	const char *argv[SYSCTL_NAMES + 2] = {SYSCTL};
	struct spawn_result result;
	bool complete;
	int fault, i;

	for (i = 0; i < SYSCTL_NAMES; i++)
		argv[i + 1] = sysctl_names[i];
	fault = spawn_ask(arena, argv, 0, &result);
	if (fault != 0)
		return fault;
	host_text_read_sysctl(arena, result.out, result.out_len, host, &complete);
	return complete ? 0 : read_sysctl_singly(arena, host);
}

static int
read_sw_vers(struct arena *arena, struct host *host)
{
	const char *const argv[] = {"/usr/bin/sw_vers", NULL};
	struct spawn_result result;
	int fault = spawn_ask(arena, argv, 0, &result);

	if (fault == 0 && result.status != 0)
		fault = -FAULT_TOOL;
	if (fault == 0)
		host_text_read_sw_vers(arena, result.out, result.out_len, host);
	return fault == 0 && host->build == NULL ? -FAULT_OUTPUT : fault;
}

static int
read_csrutil(struct arena *arena, struct host *host)
{
	const char *const argv[] = {"/usr/bin/csrutil", "status", NULL};
	struct spawn_result result;
	int fault = spawn_ask(arena, argv, 0, &result);

	if (fault == 0 && result.status != 0)
		fault = -FAULT_TOOL;
	if (fault == 0)
		host_text_read_csrutil(arena, result.out, result.out_len, host);
	return fault == 0 && host->sip == NULL ? -FAULT_OUTPUT : fault;
}

static int
read_bputil(struct arena *arena, struct host *host)
{
	const char *const argv[] = {"/usr/bin/bputil", "-d", NULL};
	struct spawn_result result;
	int fault;

	if (host->chip != HOST_CHIP_APPLE)
		return 0;
	fault = spawn_ask(arena, argv, 0, &result);
	if (fault == 0 && result.status != 0)
		fault = -FAULT_TOOL;
	if (fault == 0)
		host_text_read_bputil(arena, result.out, result.out_len, host);
	return fault == 0 && host->security_mode == NULL ? -FAULT_OUTPUT : fault;
}

int
host_read(struct arena *arena, unsigned int parts, struct host *host)
{
	static const struct {
		int (*read)(struct arena *, struct host *);
		unsigned int parts;
	} readers[] = {{read_sw_vers, HOST_BASIC}, {read_sysctl, HOST_BASIC | HOST_BOOT},
	    {read_csrutil, HOST_POLICY}, {read_bputil, HOST_POLICY | HOST_SEAL}};
	int first = 0, fault;
	size_t i;

	for (i = 0; i < sizeof(readers) / sizeof(*readers); i++) {
		if ((readers[i].parts & parts) == 0)
			continue;
		fault = readers[i].read(arena, host);
		first = first ? first : fault;
	}
	return first;
}
