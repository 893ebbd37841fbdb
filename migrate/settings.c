/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the settings for fleets. */
#include <errno.h>
#include <string.h>

#include "kmutil-helpers/plist.h"
#include "migrate/settings.h"
#include "kmutil-helpers/banned.h"

#define CAP_BYTES ((size_t)1 << 20)
#define NEVER "never"

static const struct {
	const char *name;
	const char *words; /* of a choice, as --NAME takes them */
	const char *otherwise;
} rows[SETTING_COUNT] = {
    [SETTING_TARGETS] = {"Targets", NULL, "none"},
    [SETTING_POLICY] = {"Policy", "report|repair", "report"},
    [SETTING_APPROVAL] = {"Approval", "never|ask", "ask on a terminal, else never"},
    [SETTING_RESTART] = {"Restart", "never|ask|now", "never"},
    [SETTING_ACCEPT_BYSTANDERS] = {"AcceptBystanders", NULL, "no"},
    [SETTING_VAULT_DAYS] = {"VaultDays", NULL, NEVER},
};

const char *
setting_name(enum setting setting)
{
	return rows[setting].name;
}

static void
add_fault(struct arena *arena, struct settings *settings, const char *path, const char *message)
{
	struct settings_fault *fault = arena_push(arena, &settings->faults, &settings->fault_count,
	    &settings->fault_room, sizeof(*fault));

	*fault = (struct settings_fault){.path = path, .message = message};
}

/* The number of the word in "a|b", from 1; 0 when it is none of them. */
static int
find_word(const char *words, const char *word)
{
	size_t len;
	int i;

	for (i = 1;; i++, words += len + 1) {
		len = strcspn(words, "|");
		if (strlen(word) == len && strncmp(words, word, len) == 0)
			return i;
		if (words[len] == '\0')
			return 0;
	}
}

static bool
take_targets(struct arena *arena, struct settings *settings, const struct plist *value)
{
	const char **targets = arena_array(arena, plist_count(value) + 1, sizeof(*targets));
	const char *text = "";
	size_t i;

	if (plist_type(value) != PLIST_ARRAY)
		return false;
	for (i = 0; i < plist_count(value); i++) {
		targets[i] = plist_text(plist_item(value, i));
		if (targets[i] == NULL || *targets[i] == '\0')
			return false;
		text = arena_printf(arena, "%s%s%s", text, i > 0 ? " " : "", targets[i]);
	}
	settings->targets = targets;
	settings->target_count = plist_count(value);
	settings->value[SETTING_TARGETS] = settings->target_count > 0 ? text : "none";
	return true;
}

static bool
take_choice(struct settings *settings, enum setting setting, const struct plist *value)
{
	const char *word = plist_text(value);
	int choice = word != NULL ? find_word(rows[setting].words, word) : 0;

	settings->choice[setting] = choice;
	if (choice != 0)
		settings->value[setting] = word;
	return choice != 0;
}

static bool
take_days(struct arena *arena, struct settings *settings, const struct plist *value)
{
	int64_t days;

	if (plist_integer(value, &days) != 0 || days < 0 || days > VAULT_DAYS_MAX)
		return false;
	settings->choice[SETTING_VAULT_DAYS] = (int)days;
	if (days > 0)
		settings->value[SETTING_VAULT_DAYS] =
		    arena_printf(arena, "%d day%s", (int)days, days == 1 ? "" : "s");
	return true;
}

/* What may be deleted is not left to the next file where this one cannot be understood. */
static void
keep_vault(struct settings *settings, const char *path)
{
	if (settings->from[SETTING_VAULT_DAYS] == NULL)
		settings->from[SETTING_VAULT_DAYS] = path;
}

static const char *
what_it_must_be(enum setting setting)
{
	if (setting == SETTING_TARGETS)
		return "an array of strings";
	if (setting == SETTING_VAULT_DAYS)
		return "a whole number of days, 0 (never) to 36500";
	return rows[setting].words != NULL ? rows[setting].words : "true or false";
}

static bool
take(
    struct arena *arena, struct settings *settings, enum setting setting, const struct plist *value)
{
	int yes;

	if (setting == SETTING_TARGETS)
		return take_targets(arena, settings, value);
	if (rows[setting].words != NULL)
		return take_choice(settings, setting, value);
	if (setting == SETTING_VAULT_DAYS)
		return take_days(arena, settings, value);
	if (plist_boolean(value, &yes) != 0)
		return false;
	settings->choice[setting] = yes;
	settings->value[setting] = yes ? "yes" : "no";
	return true;
}

static void
take_all(struct arena *arena, struct settings *settings, const struct plist *list, const char *path)
{
	const struct plist *value;
	int i;

	for (i = 0; i < SETTING_COUNT; i++) {
		value = plist_find(list, rows[i].name);
		if (value == NULL || settings->from[i] != NULL)
			continue;
		if (take(arena, settings, (enum setting)i, value)) {
			settings->from[i] = path;
			continue;
		}
		add_fault(arena, settings, path,
		    arena_printf(arena, "%s: must be %s; it was left out", rows[i].name,
			what_it_must_be((enum setting)i)));
		if (i == SETTING_VAULT_DAYS)
			keep_vault(settings, path);
	}
}

static void
read_file(const struct root *root, struct arena *arena, struct settings *settings, const char *path)
{
	const struct plist *list;
	struct stat st;
	char *bytes;
	size_t len;
	int error = path_stat(root, path, &st);

	if (error == -ENOENT)
		return;
	if (error == 0 && (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)) {
		add_fault(arena, settings, path,
		    "others than root could have written it; nothing of it is believed");
		keep_vault(settings, path);
		return;
	}
	if (error == 0)
		error = path_read(root, path, CAP_BYTES, arena, &bytes, &len);
	if (error == 0)
		error = plist_parse(arena, bytes, len, &list, NULL);
	if (error == 0 && plist_type(list) != PLIST_DICT)
		error = -FAULT_TYPE;
	if (error == 0) {
		take_all(arena, settings, list, path);
		return;
	}
	add_fault(arena, settings, path,
	    arena_printf(arena, "%s; what it sets is unknown", fault_sentence(error)));
	keep_vault(settings, path);
}

void
settings_read(const struct root *root, struct arena *arena, struct settings *settings)
{
	int i;

	*settings = (struct settings){.targets = arena_array(arena, 1, sizeof(char *))};
	for (i = 0; i < SETTING_COUNT; i++)
		settings->value[i] = rows[i].otherwise;
	read_file(root, arena, settings, SETTINGS_MANAGED);
	read_file(root, arena, settings, SETTINGS_LOCAL);
}

void
settings_apply(const struct settings *settings, bool wants_targets, struct options *options)
{
	options->settings = settings;
	if (options->policy == POLICY_DEFAULT)
		options->policy = (enum policy)settings->choice[SETTING_POLICY];
	if (options->approval == APPROVAL_DEFAULT)
		options->approval = (enum approval)settings->choice[SETTING_APPROVAL];
	if (options->restart == RESTART_DEFAULT)
		options->restart = (enum restart)settings->choice[SETTING_RESTART];
	options->vault_days = settings->choice[SETTING_VAULT_DAYS];
	options->accept_bystanders |= settings->choice[SETTING_ACCEPT_BYSTANDERS] != 0;
	if (wants_targets && options->target_count == 0 && settings->target_count > 0) {
		options->targets = settings->targets;
		options->target_count = settings->target_count;
	}
}
