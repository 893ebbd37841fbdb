/* SPDX-License-Identifier: BSD-2-Clause */
/* A dext that runs shows twice: at its device by its bundle id with the name of its
 * program, and as that program, "IOUserServer(NAME-0x…)". */
#include <string.h>

#include "kmutil-helpers/tool_ioreg.h"
#include "migrate/matching.h"
#include "kmutil-helpers/banned.h"

#define SERVER_PREFIX "IOUserServer("

static bool
is_program(const struct ioreg_entry *entry)
{
	return entry->name != NULL &&
	       strncmp(entry->name, SERVER_PREFIX, sizeof(SERVER_PREFIX) - 1) == 0;
}

static bool
has_program(const struct ioreg *served, const char *name)
{
	size_t i;

	for (i = 0; i < served->count; i++)
		if (is_program(&served->items[i]) && served->items[i].user_server != NULL &&
		    strcmp(served->items[i].user_server, name) == 0)
			return true;
	return false;
}

/* Whether the dext has a device, and whether it drives it. */
static enum matching
judge_served(const struct ioreg *served, const char *dext_id)
{
	const struct ioreg_entry *entry;
	enum matching now = MATCHING_NONE;
	size_t i;

	for (i = 0; i < served->count && now != MATCHING_RUNS; i++) {
		entry = &served->items[i];
		if (entry->bundle_id == NULL || entry->user_server == NULL || is_program(entry) ||
		    strcmp(entry->bundle_id, dext_id) != 0)
			continue;
		now = has_program(served, entry->user_server) ? MATCHING_RUNS : MATCHING_NO_SERVER;
	}
	return now;
}

static bool
is_among(const char *const *kexts, size_t count, const char *id)
{
	size_t i;

	for (i = 0; id != NULL && i < count; i++)
		if (strcmp(kexts[i], id) == 0)
			return true;
	return false;
}

/* Whose dext waits at a device the registry does not tell: that is inferred from whose
 * kext holds it. */
static void
judge_waiting(const struct ioreg *waiting, const char *const *kexts, size_t kext_count,
    struct matching_view *view)
{
	const struct ioreg_entry *entry;
	size_t i;

	for (i = 0; i < waiting->count; i++) {
		entry = &waiting->items[i];
		if (entry->parent == IOREG_NO_PARENT || entry->user_server != NULL ||
		    !is_among(kexts, kext_count, entry->bundle_id) ||
		    !ioreg_has_waiting(waiting, entry->parent))
			continue;
		*view = (struct matching_view){.now = MATCHING_HELD,
		    .kext = entry->bundle_id,
		    .device = waiting->items[entry->parent].name};
		return;
	}
}

void
matching_judge(const struct ioreg *served, const struct ioreg *waiting, const char *dext_id,
    const char *const *kexts, size_t kext_count, struct matching_view *view)
{
	*view = (struct matching_view){.now = judge_served(served, dext_id)};
	if (view->now == MATCHING_NONE)
		judge_waiting(waiting, kexts, kext_count, view);
}

int
matching_look(struct arena *arena, const char *dext_id, const char *const *kexts, size_t kext_count,
    struct matching_view *view)
{
	struct ioreg served, waiting;
	int error = ioreg_read_served(arena, &served);

	*view = (struct matching_view){.now = MATCHING_UNKNOWN};
	if (error == 0)
		error = ioreg_read_waiting(arena, &waiting);
	if (error == 0)
		matching_judge(&served, &waiting, dext_id, kexts, kext_count, view);
	return error;
}
