/* SPDX-License-Identifier: BSD-2-Clause */
/* From a word of the command line to a dext. */
#include <fnmatch.h>
#include <string.h>

#include "kmutil-helpers/die.h"
#include "migrate/doctor_target.h"
#include "migrate/nearest.h"
#include "kmutil-helpers/banned.h"

#define RECEIPT_PREFIX "receipt:"

static bool
is_id_meant(const char *word, const char *id)
{
	return id != NULL && fnmatch(word, id, 0) == 0;
}

static bool
is_rule_meant(const struct rule *rule, const char *word)
{
	size_t i;

	if (strcmp(rule->id, word) == 0)
		return true;
	for (i = 0; i < rule->replacement.dext_count; i++)
		if (is_id_meant(word, rule->replacement.dexts[i].id))
			return true;
	for (i = 0; i < rule->kext_count; i++)
		if (is_id_meant(word, rule->kexts[i].bundle_id))
			return true;
	for (i = 0; i < rule->receipt_count; i++)
		if (strncmp(word, RECEIPT_PREFIX, strlen(RECEIPT_PREFIX)) == 0 &&
		    strcmp(word + strlen(RECEIPT_PREFIX), rule->receipts[i]) == 0)
			return true;
	return false;
}

static const struct rule *
find_rule(const struct session *session, const char *word)
{
	const struct rule *found = NULL;
	size_t i;

	for (i = 0; i < session->rules.count; i++) {
		if (!is_rule_meant(&session->rules.rules[i], word))
			continue;
		if (found != NULL)
			die(EXIT_USAGE, "%s: means more than one product: %s and %s", word,
			    found->id, session->rules.rules[i].id);
		found = &session->rules.rules[i];
	}
	return found;
}

/* Of several dexts of a rule the one that the word names, else its first. */
static const char *
dext_of(const struct rule *rule, const char *word)
{
	const struct rule_replacement *replacement = &rule->replacement;
	const struct rule_dext *first = rule_dext(rule, 0);
	size_t i;

	for (i = 0; i < replacement->dext_count; i++)
		if (strcmp(replacement->dexts[i].id, word) == 0)
			return word;
	return first != NULL                 ? first->id
	       : replacement->dext_count > 0 ? replacement->dexts[0].id
					     : NULL;
}

static bool
is_logged(const struct dext_log *log, const char *id)
{
	size_t i;

	for (i = 0; i < log->count; i++)
		if (log->findings[i].last.bundle_id != NULL &&
		    strcmp(log->findings[i].last.bundle_id, id) == 0)
			return true;
	return false;
}

static _Noreturn void
die_unknown(struct session *session, const char *word, const struct sysext_list *list)
{
	struct nearest nearest = {.word = word};
	const struct rule *rule;
	size_t i, j;

	for (i = 0; i < list->count; i++)
		nearest_offer(&nearest, list->items[i].id);
	for (i = 0; i < session->rules.count; i++) {
		rule = &session->rules.rules[i];
		nearest_offer(&nearest, rule->id);
		for (j = 0; j < rule->replacement.dext_count; j++)
			nearest_offer(&nearest, rule->replacement.dexts[j].id);
		for (j = 0; j < rule->kext_count; j++)
			nearest_offer(&nearest, rule->kexts[j].bundle_id);
	}
	die(EXIT_USAGE, "%s: no rule knows it, %s; kextirpate rules list says what rules know%s",
	    word,
	    session->options->log != NULL
		? "macOS lists no such system extension, and the log names none"
		: "and macOS lists no such system extension",
	    nearest_text(session->arena, &nearest));
}

/* A bundle, or an Info.plist by itself; of a kext its rule's dext is meant. */
static void
find_path(struct session *session, const char *word, struct doctor_target *target)
{
	target->path = word;
	driver_read(session, word, &target->driver);
	target->id = plist_find_text(target->driver.info, "CFBundleIdentifier");
	if (target->id == NULL)
		die(EXIT_BAD_INPUT, "%s: says no CFBundleIdentifier", word);
	if (!path_has_suffix(word, ".kext")) {
		target->rule = find_rule(session, target->id);
		return;
	}
	target->rule = rules_find_kext(&session->rules, target->id, word, NULL);
	if (target->rule == NULL)
		die(EXIT_USAGE, "%s: is a kext, and no rule knows a dext that replaces it", word);
	target->path = NULL;
	target->driver = (struct driver){0};
}

void
doctor_target_find(struct session *session, const char *word, const struct sysext_list *list,
    const struct dext_log *log, struct doctor_target *target)
{
	*target = (struct doctor_target){0};
	if (strchr(word, '/') != NULL)
		find_path(session, word, target);
	else
		target->rule = find_rule(session, word);
	if (target->rule != NULL) {
		target->id = dext_of(target->rule, target->path != NULL ? target->id : word);
		if (target->id == NULL)
			die(EXIT_USAGE, "%s: its rule %s names no dext", word, target->rule->id);
	} else if (target->path == NULL) {
		target->id = word;
		if (list != NULL && sysext_find(list, word, NULL) == NULL && !is_logged(log, word))
			die_unknown(session, word, list);
	}
}
