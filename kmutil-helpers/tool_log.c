/* SPDX-License-Identifier: BSD-2-Clause */
/* Running log show, bounded in time and by a predicate. */
#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/spawn.h"
#include "kmutil-helpers/tool_log.h"

#include "kmutil-helpers/banned.h"

/* Wider than the table of lines, and far narrower than the log. */
#define PREDICATE                                                                                  \
	"(process == \"kernel\" AND (eventMessage BEGINSWITH \"DK: \" OR "                         \
	"eventMessage BEGINSWITH \"Driver \" OR eventMessage BEGINSWITH \"ASP: \" OR "             \
	"eventMessage BEGINSWITH \"IOUserServerName\" OR "                                         \
	"eventMessage BEGINSWITH \"mac_vnode_check_signature\")) OR "                              \
	"process == \"kernelmanagerd\" OR "                                                        \
	"process == \"kernelmanager_helper\" OR process == \"driverkitd\" OR "                     \
	"process == \"sysextd\" OR "                                                               \
	"(process == \"syspolicyd\" AND eventMessage CONTAINS \"CodeRequirements\") OR "           \
	"(process == \"amfid\" AND eventMessage CONTAINS \".dext/\") OR "                          \
	"(process == \"taskgated-helper\" AND (eventMessage CONTAINS \"provisioning profiles\" "   \
	"OR eventMessage CONTAINS \"Unsatisfied entitlements\"))"

static void
take_out(const void *bytes, size_t len, void *payload)
{
	dext_log_feed(payload, bytes, len);
}

int
log_read_dexts(struct arena *arena, struct dext_log *log)
{
	static const char *const argv[] = {
	    "/usr/bin/log", "show", "--last", LOG_SPAN, "--predicate", PREDICATE, NULL};
	struct spawn_request request = {
	    .argv = argv, .timeout_ms = LOG_TIMEOUT_MS, .take_out = take_out, .payload = log};
	struct spawn_result result;
	int fault = spawn_check(arena, &request, &result);

	dext_log_finish(log);
	return fault;
}
