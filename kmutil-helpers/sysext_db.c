/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of sysextd's own list. */
#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/sysext_db.h"
#include "kmutil-helpers/banned.h"

/* "activated_waiting_for_user" as the tool prints it. */
static const char *
state_words(struct arena *arena, const char *state)
{
	char *words = arena_strdup(arena, state), *at;

	for (at = words; *at != '\0'; at++)
		if (*at == '_')
			*at = ' ';
	return words;
}

static const char *
text_or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* false when the entry lacks its id or its state. */
static bool
row_read(struct arena *arena, const struct plist *entry, struct sysext *row)
{
	const struct plist *version = plist_find(entry, "bundleVersion");
	const char *state = plist_find_text(entry, "state");

	*row = (struct sysext){.id = plist_find_text(entry, "identifier")};
	if (row->id == NULL || state == NULL)
		return false;
	row->team = text_or_empty(plist_find_text(entry, "teamID"));
	row->short_version = text_or_empty(plist_find_text(version, "CFBundleShortVersionString"));
	row->version = text_or_empty(plist_find_text(version, "CFBundleVersion"));
	row->name = "";
	row->state = state_words(arena, state);
	row->category = plist_text(plist_item(plist_find(entry, "categories"), 0));
	/* "$null" where sysextd has lost the app. */
	row->app = plist_find_text(plist_find(entry, "container"), "bundlePath");
	row->stage = sysext_stage_of(row->state);
	row->enabled = row->stage == SYSEXT_ENABLED;
	row->active = row->stage == SYSEXT_ENABLED || row->stage == SYSEXT_WAITING;
	return true;
}

int
sysext_db_read(struct arena *arena, const struct plist *store, struct sysext_list *list)
{
	const struct plist *entries = plist_find(store, "extensions");
	struct sysext row;
	size_t i, room = 0;
	int error = entries == NULL ? -FAULT_MISSING : 0;

	*list = (struct sysext_list){.announced = -1};
	if (plist_type(store) != PLIST_DICT ||
	    (entries != NULL && plist_type(entries) != PLIST_ARRAY))
		return -FAULT_TYPE;
	for (i = 0; i < plist_count(entries); i++) {
		if (!row_read(arena, plist_item(entries, i), &row)) {
			error = -FAULT_TYPE;
			continue;
		}
		*(struct sysext *)arena_push(
		    arena, &list->items, &list->count, &room, sizeof(row)) = row;
	}
	return error;
}
