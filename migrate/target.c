/* SPDX-License-Identifier: BSD-2-Clause */
/* From the words of the command line to subjects. */
#include <fnmatch.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/die.h"
#include "migrate/nearest.h"
#include "migrate/replacement.h"
#include "migrate/target.h"
#include "uninstall/receipt.h"
#include "kmutil-helpers/banned.h"

#define RECEIPT_PREFIX "receipt:"
#define LITERAL_LABELS 2

static bool
is_pattern(const char *target)
{
	return strpbrk(target, "*?[") != NULL;
}

/* Whole labels without a wildcard: com.example.* has two. */
static int
literal_labels(const char *pattern)
{
	size_t len;
	int count = 0;

	for (;; pattern += len + 1) {
		len = strcspn(pattern, ".");
		if (len != 0 && strcspn(pattern, "*?[") >= len)
			count++;
		if (pattern[len] == '\0')
			return count;
	}
}

static bool
is_selected(const struct selection *selection, const struct subject *subject)
{
	size_t i;

	for (i = 0; i < selection->count; i++)
		if (selection->subjects[i] == subject)
			return true;
	return false;
}

static void
add_subject(struct selection *selection, struct subject *subject)
{
	if (!is_selected(selection, subject))
		selection->subjects[selection->count++] = subject;
}

static void
add_rule(struct selection *selection, const struct rule *rule)
{
	size_t i;

	for (i = 0; i < selection->rule_count; i++)
		if (selection->rules[i] == rule)
			return;
	selection->rules[selection->rule_count++] = rule;
}

/* The packages of a product, and whatever else is its own, go when all its kexts do:
 * whoever names one kext of two does not mean the files of the other. */
static void
add_whole(struct session *session, struct selection *selection, const struct rule *rule)
{
	size_t i;

	for (i = 0; i < session->subject_count; i++)
		if (subject_rule_of(session, &session->subjects[i]) == rule &&
		    session->subjects[i].evidence.facts.has_carrier &&
		    !is_selected(selection, &session->subjects[i]))
			return;
	selection->whole[selection->whole_count++] = rule;
	for (i = 0; i < rule->receipt_count; i++) {
		selection->receipts = arena_grow(session->arena, selection->receipts,
		    selection->receipt_count, selection->receipt_count + 1, sizeof(char *));
		selection->receipts[selection->receipt_count++] = rule->receipts[i];
	}
}

/* The package that a target names; NULL: it names none. */
static const char *
receipt_of(const char *target)
{
	return strncmp(target, RECEIPT_PREFIX, strlen(RECEIPT_PREFIX)) == 0
		   ? target + strlen(RECEIPT_PREFIX)
		   : NULL;
}

static bool
has_path(const struct subject *subject, const char *path)
{
	const struct trace *trace;
	size_t i;

	if (subject->row != NULL && subject->row->path != NULL &&
	    strcmp(subject->row->path, path) == 0)
		return true;
	for (i = 0; subject->kext != NULL && i < subject->kext->trace_count; i++) {
		trace = subject->kext->traces[i];
		if ((trace->path != NULL && strcmp(trace->path, path) == 0) ||
		    (trace->kext_path != NULL && strcmp(trace->kext_path, path) == 0))
			return true;
	}
	return false;
}

static bool
matches(const struct session *session, const struct subject *subject, const char *target,
    const struct rule *rule, const char *path)
{
	if (rule != NULL)
		return subject_rule_of(session, subject) == rule;
	if (receipt_of(target) != NULL)
		return subject->kext != NULL &&
		       case_is_listed_by(subject->kext, NULL, receipt_of(target));
	if (path != NULL)
		return has_path(subject, path);
	return subject->now.bundle_id != NULL && fnmatch(target, subject->now.bundle_id, 0) == 0;
}

/* Whether an earlier run has taken the package's receipt away. */
static bool
was_forgotten(struct session *session, const char *id)
{
	struct ledger_run *runs = NULL;
	struct step *steps;
	size_t count = 0, step_count, i, j;

	if (!session->has_ledger ||
	    ledger_run_list(&session->ledger, session->arena, &runs, &count) != 0)
		return false;
	for (i = 0; i < count; i++) {
		if (ledger_step_list(
			&session->ledger, session->arena, runs[i].id, &steps, &step_count) != 0)
			continue;
		for (j = 0; j < step_count; j++)
			if (steps[j].kind == STEP_FORGET && strcmp(steps[j].subject, id) == 0)
				return true;
	}
	return false;
}

static bool
is_known_receipt(struct session *session, const char *id)
{
	struct receipt *receipts;
	size_t count = 0, i, j;

	for (i = 0; i < session->rules.count; i++)
		for (j = 0; j < session->rules.rules[i].receipt_count; j++)
			if (strcmp(session->rules.rules[i].receipts[j], id) == 0)
				return true;
	/* Where receipts cannot be read, nobody can say that there is none. */
	if (receipt_list(&session->root, session->arena, &receipts, &count) != 0)
		return true;
	for (i = 0; i < count; i++)
		if (strcmp(receipts[i].id, id) == 0)
			return true;
	return was_forgotten(session, id);
}

/* Whether a target that matches nothing here is at least known. */
static bool
is_known(struct session *session, const char *target, const struct rule *rule, const char *path)
{
	size_t i, j;

	if (rule != NULL)
		return true;
	if (receipt_of(target) != NULL)
		return is_known_receipt(session, receipt_of(target));
	for (i = 0; is_pattern(target) && i < session->rules.count; i++)
		for (j = 0; j < session->rules.rules[i].kext_count; j++)
			if (session->rules.rules[i].kexts[j].bundle_id != NULL &&
			    fnmatch(target, session->rules.rules[i].kexts[j].bundle_id, 0) == 0)
				return true;
	return rules_find_kext(&session->rules, path == NULL ? target : NULL, path, NULL) != NULL;
}

static void
offer_receipts(struct session *session, struct nearest *nearest)
{
	struct receipt *receipts;
	size_t count = 0, i, j;

	(void)!receipt_list(&session->root, session->arena, &receipts, &count);
	for (i = 0; i < count; i++)
		nearest_offer(
		    nearest, arena_printf(session->arena, RECEIPT_PREFIX "%s", receipts[i].id));
	for (i = 0; i < session->rules.count; i++)
		for (j = 0; j < session->rules.rules[i].receipt_count; j++)
			nearest_offer(nearest, arena_printf(session->arena, RECEIPT_PREFIX "%s",
						   session->rules.rules[i].receipts[j]));
}

static void
offer_kexts(const struct session *session, struct nearest *nearest)
{
	const struct rule *rule;
	size_t i, j;

	for (i = 0; i < session->subject_count; i++) {
		nearest_offer(nearest, session->subjects[i].now.bundle_id);
		if (nearest->word[0] == '/')
			nearest_offer(nearest, session->subjects[i].now.path);
	}
	for (i = 0; i < session->rules.count; i++) {
		rule = &session->rules.rules[i];
		nearest_offer(nearest, rule->id);
		for (j = 0; j < rule->kext_count; j++)
			nearest_offer(nearest, rule->kexts[j].bundle_id);
	}
}

static _Noreturn void
die_unknown(struct session *session, const char *target)
{
	struct nearest nearest = {.word = target};

	if (receipt_of(target) != NULL)
		offer_receipts(session, &nearest);
	else
		offer_kexts(session, &nearest);
	die(EXIT_USAGE,
	    "%s: no rule, no kext or package of this Mac and no earlier run knows it; "
	    "kextirpate scan lists what is here%s",
	    target, nearest_text(session->arena, &nearest));
}

/* A kext that no rule knows is a product of its own. */
static void
check_pattern(const struct session *session, const char *target)
{
	const struct rule *first = NULL, *rule;
	size_t i, products = 0;

	if (literal_labels(target) < LITERAL_LABELS)
		die(EXIT_USAGE,
		    "%s: too wide for a command that changes something: at least two whole labels, "
		    "such as com.example.*, are needed; nothing was changed",
		    target);
	for (i = 0; i < session->subject_count && !session->options->all_matching; i++) {
		if (!matches(session, &session->subjects[i], target, NULL, NULL))
			continue;
		rule = subject_rule_of(session, &session->subjects[i]);
		if (products > 0 && (rule == NULL || rule != first))
			die(EXIT_USAGE,
			    "%s: matches more than one product; name one, or give --all-matching; "
			    "nothing was changed",
			    target);
		first = rule;
		products = 1;
	}
}

/* The path that a target names, which may begin in the current folder; NULL: it names none. */
static const char *
path_of(const struct session *session, const char *target)
{
	char folder[PATH_MAX];

	if (target[0] != '/' && strchr(target, '/') != NULL && session->options->root == NULL &&
	    getcwd(folder, sizeof(folder)) != NULL)
		target = arena_printf(session->arena, "%s/%s", folder, target);
	return path_canonical(session->arena, target);
}

static void
select_one(struct session *session, const char *target, bool acts, struct selection *selection)
{
	const struct rule *rule = rules_find(&session->rules, target);
	const char *path = path_of(session, target);
	size_t i, before = selection->count;

	for (i = 0; i < session->subject_count; i++)
		if (matches(session, &session->subjects[i], target, rule, path))
			add_subject(selection, &session->subjects[i]);
	if (acts && path == NULL && is_pattern(target))
		check_pattern(session, target);
	if (selection->count == before && !is_known(session, target, rule, path))
		die_unknown(session, target);
	if (rule != NULL)
		add_rule(selection, rule);
	if (receipt_of(target) != NULL) {
		selection->receipts = arena_grow(session->arena, selection->receipts,
		    selection->receipt_count, selection->receipt_count + 1, sizeof(char *));
		selection->receipts[selection->receipt_count++] = receipt_of(target);
	}
}

void
targets_select(struct session *session, bool acts, struct selection *selection)
{
	const struct options *options = session->options;
	const struct rule *rule;
	size_t i;

	*selection = (struct selection){
	    .subjects = arena_array(session->arena, session->subject_count + 1, sizeof(void *)),
	    .rules = arena_array(session->arena, session->rules.count + 1, sizeof(void *)),
	    .whole = arena_array(session->arena, session->rules.count + 1, sizeof(void *)),
	};
	for (i = 0; i < options->target_count; i++)
		select_one(session, options->targets[i], acts, selection);
	for (i = 0; options->target_count == 0 && i < session->subject_count; i++)
		if (options->all || session->subjects[i].now.standing != STANDING_APPLE)
			add_subject(selection, &session->subjects[i]);
	for (i = 0; i < selection->count; i++)
		if ((rule = subject_rule_of(session, selection->subjects[i])) != NULL)
			add_rule(selection, rule);
	for (i = 0; i < selection->rule_count; i++)
		add_whole(session, selection, selection->rules[i]);
}
