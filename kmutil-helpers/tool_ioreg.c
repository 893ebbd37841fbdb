/* SPDX-License-Identifier: BSD-2-Clause */
/* Running ioreg. Its output may be tens of megabytes; none of it is kept here. */
#include "kmutil-helpers/plist.h"
#include "kmutil-helpers/spawn.h"
#include "kmutil-helpers/tool_ioreg.h"
#include "kmutil-helpers/banned.h"

static void
feed(const void *bytes, size_t len, void *payload)
{
	ioreg_reader_feed(payload, bytes, len);
}

static int
ask(struct arena *arena, const char *const *argv, struct ioreg *registry)
{
	struct ioreg_reader *reader = ioreg_reader_new(arena, registry);
	struct spawn_request request = {.argv = argv, .take_out = feed, .payload = reader};
	struct spawn_result result;
	int fault = spawn_check(arena, &request, &result);

	if (fault == 0)
		fault = ioreg_reader_finish(reader);
	ioreg_reader_free(reader);
	return fault;
}

int
ioreg_read_all(struct arena *arena, struct ioreg *registry)
{
	static const char *const argv[] = {"/usr/sbin/ioreg", "-a", "-l", "-w0", NULL};
	int fault = ask(arena, argv, registry);

	return fault == 0 && registry->count == 0 ? -FAULT_OUTPUT : fault;
}

static int
ask_for_key(struct arena *arena, const char *key, struct ioreg *registry)
{
	const char *const argv[] = {"/usr/sbin/ioreg", "-a", "-l", "-w0", "-r", "-k", key, NULL};

	return ask(arena, argv, registry);
}

int
ioreg_read_waiting(struct arena *arena, struct ioreg *registry)
{
	return ask_for_key(arena, "IODEXTMatchCount", registry);
}

int
ioreg_read_served(struct arena *arena, struct ioreg *registry)
{
	return ask_for_key(arena, "IOUserServerName", registry);
}

int
ioreg_read_identity(struct arena *arena, const char **serial, const char **uuid)
{
	static const char *const argv[] = {
	    "/usr/sbin/ioreg", "-a", "-r", "-d", "1", "-c", "IOPlatformExpertDevice", NULL};
	struct spawn_result result;
	const struct plist *list, *device;
	int fault = spawn_ask(arena, argv, 0, &result);

	*serial = *uuid = NULL;
	if (fault == 0)
		fault = plist_parse(arena, result.out, result.out_len, &list, NULL);
	if (fault != 0)
		return fault;
	device = plist_item(list, 0);
	*serial = plist_find_text(device, "IOPlatformSerialNumber");
	*uuid = plist_find_text(device, "IOPlatformUUID");
	return *serial == NULL || *uuid == NULL ? -FAULT_OUTPUT : 0;
}
