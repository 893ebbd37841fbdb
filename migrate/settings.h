/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Settings for fleets: the managed preferences of the domain org.kextirpate, then the
 * Mac's own. The command line goes before both; an admin's profile goes before what is
 * set on the Mac.
 */
#ifndef MIGRATE_SETTINGS_H
#define MIGRATE_SETTINGS_H

#include "kmutil-helpers/arena.h"
#include "kmutil-helpers/path.h"
#include "migrate/options.h"

#define SETTINGS_MANAGED "/Library/Managed Preferences/org.kextirpate.plist"
#define SETTINGS_LOCAL "/Library/Preferences/org.kextirpate.plist"

enum setting {
	SETTING_TARGETS,
	SETTING_POLICY,
	SETTING_APPROVAL,
	SETTING_RESTART,
	SETTING_ACCEPT_BYSTANDERS,
	SETTING_VAULT_DAYS,
	SETTING_COUNT
};

struct settings {
	const char **targets; /* NULL-ended */
	size_t target_count;
	int choice[SETTING_COUNT]; /* as options take it: 0 when it is not set; a number of days */
	const char *value[SETTING_COUNT]; /* in words, the default where nothing sets it */
	const char *from[SETTING_COUNT];  /* the file; NULL: nothing sets it */
	struct settings_fault {
		const char *path, *message;
	} *faults; /* what was left out, and why */
	size_t fault_count, fault_room;
};

#define VAULT_DAYS_MAX 36500

/* Reads both files; owned by the arena. A file that others than root could have written
 * is not believed, and a value that is none is left out: each is a fault. Behind one nothing
 * expires (VaultDays), whatever the other file says. */
void settings_read(const struct root *root, struct arena *arena, struct settings *settings);

/* Puts them where the command line said nothing; the targets where `wants_targets`. */
void settings_apply(const struct settings *settings, bool wants_targets, struct options *options);

const char *setting_name(enum setting setting);

#endif
