/* SPDX-License-Identifier: BSD-2-Clause */
/* What is true of kexts now, and how it came about. */
#include <ctype.h>
#include <string.h>

#include "migrate/explain_kexts.h"
#include "migrate/report.h"
#include "kmutil-helpers/banned.h"

#define NAMES_TOLD 3 /* of a group; the others are counted */

static bool
is_same(const struct session *session, const struct subject *a, const struct subject *b)
{
	const struct case_facts *left = &a->evidence.facts, *right = &b->evidence.facts;

	return subject_rule_of(session, a) == subject_rule_of(session, b) &&
	       a->now.standing == b->now.standing && a->now.rebuild == b->now.rebuild &&
	       left->has_carrier == right->has_carrier && left->bundle == right->bundle &&
	       left->loaded == right->loaded && left->listed == right->listed &&
	       left->loadable == right->loadable && left->kept == right->kept &&
	       left->staged == right->staged;
}

static void
group_give_voice(struct kext_group *group)
{
	bool one = group->count == 1;

	group->it = one ? "it" : "they";
	group->them = one ? "it" : "them";
	group->is = one ? "is" : "are";
	group->has = one ? "has" : "have";
	group->s = one ? "s" : "";
}

struct kext_group *
kext_groups_make(struct arena *arena, const struct explain_input *input, size_t *count)
{
	struct kext_group *groups = arena_array(arena, input->count + 1, sizeof(*groups)), *group;
	size_t i, j;

	*count = 0;
	for (i = 0; i < input->count; i++) {
		for (j = 0; j < *count; j++)
			if (is_same(input->session, groups[j].first, input->subjects[i]))
				break;
		group = &groups[j];
		if (j == *count) {
			(*count)++;
			group->subjects = arena_array(arena, input->count, sizeof(void *));
			group->first = input->subjects[i];
			group->rule = subject_rule_of(input->session, input->subjects[i]);
		}
		group->subjects[group->count++] = input->subjects[i];
	}
	for (i = 0; i < *count; i++)
		group_give_voice(&groups[i]);
	return groups;
}

/* "a", "a and b", "a, b, c and 4 others". */
static const char *
group_names(struct arena *arena, const struct kext_group *group)
{
	size_t told = group->count <= NAMES_TOLD ? group->count : NAMES_TOLD, i;
	const char *text = group->subjects[0]->now.key;

	for (i = 1; i < told; i++)
		text = arena_printf(arena, "%s%s%s", text, i + 1 == group->count ? " and " : ", ",
		    group->subjects[i]->now.key);
	return told == group->count
		   ? text
		   : arena_printf(arena, "%s and %zu others", text, group->count - told);
}

/* The words with commas and a last "and". */
static const char *
enumerate(struct arena *arena, const char *const *words, size_t count)
{
	const char *text = count > 0 ? words[0] : "";
	size_t i;

	for (i = 1; i < count; i++)
		text =
		    arena_printf(arena, "%s%s%s", text, i + 1 == count ? " and " : ", ", words[i]);
	return text;
}

static const struct trace *
find_trace(const struct subject *subject, enum source_id source)
{
	size_t i;

	for (i = 0; subject->kext != NULL && i < subject->kext->trace_count; i++)
		if (subject->kext->traces[i]->source == source)
			return subject->kext->traces[i];
	return NULL;
}

static void
say_whereabouts(struct arena *arena, const struct kext_group *group, struct story *story)
{
	const struct case_facts *facts = &group->first->evidence.facts;
	const struct trace *bundle = find_trace(group->first, SOURCE_BUNDLE);
	const char *words[8];
	size_t count = 0;

	if (facts->loaded)
		words[count++] = "in the kernel";
	if (facts->bundle)
		words[count++] = group->count == 1 && bundle != NULL && bundle->path != NULL
				     ? arena_printf(arena, "on disk (%s)", bundle->path)
				     : "on disk";
	if (facts->listed)
		words[count++] =
		    facts->loadable ? "in the collection" : "in the collection (refused)";
	if (facts->kept)
		words[count++] = find_trace(group->first, SOURCE_STASHED) != NULL
				     ? "stashed"
				     : "in the build instructions";
	if (facts->staged)
		words[count++] = "staged";
	if (find_trace(group->first, SOURCE_LAUNCHD) != NULL)
		words[count++] = "named by a launchd job";
	if (count > 0)
		story_say(arena, story, ABOUT_NOW,
		    arena_printf(arena, "%c%s %s %s.", toupper((unsigned char)group->it[0]),
			group->it + 1, group->is, enumerate(arena, words, count)));
	if (count > 0 && !facts->bundle && group->first->evidence.live)
		story_say(arena, story, ABOUT_NOW, "No bundle is on disk any more.");
}

/* A file's name without its ending: the package that a receipt is of. */
static const char *
package_of(struct arena *arena, const struct trace *receipt)
{
	const char *leaf = path_leaf(receipt->container), *dot = strrchr(leaf, '.');

	return dot != NULL ? arena_strndup(arena, leaf, (size_t)(dot - leaf)) : leaf;
}

static void
say_installation(struct arena *arena, const struct kext_group *group, struct story *story)
{
	const struct trace *receipt = find_trace(group->first, SOURCE_RECEIPT);
	const struct trace *history = find_trace(group->first, SOURCE_INSTALL_HISTORY);
	const char *date = history != NULL && history->note != NULL
			       ? arena_printf(arena, " on %.10s", history->note)
			       : "";

	if (receipt != NULL && receipt->container != NULL)
		story_say(arena, story, ABOUT_PAST,
		    arena_printf(arena, "The package %s%s%s installed %s%s.",
			package_of(arena, receipt), receipt->version != NULL ? " " : "",
			receipt->version != NULL ? receipt->version : "", group->them, date));
	else if (group->first->evidence.facts.has_carrier && !group->first->evidence.apple)
		story_say(arena, story, ABOUT_PAST,
		    arena_printf(arena, "No receipt tells who installed %s.", group->them));
	if (!group->first->evidence.facts.has_carrier &&
	    find_trace(group->first, SOURCE_POLICY) != NULL)
		story_say_assumption(arena, story, ABOUT_PAST, ASSUMPTION_POLICY_REMEMBERS,
		    arena_printf(arena,
			"the approval stays remembered: installed again, %s would need no new one.",
			group->it));
}

/* How it came to the standing that the ledger knows. */
static void
say_since(struct arena *arena, const struct kext_group *group, struct story *story)
{
	const struct ledger_case *now = &group->first->now;

	if (group->first->row == NULL || now->since == NULL)
		return;
	if (now->standing == STANDING_RETURNED && now->return_cause != NULL &&
	    strcmp(now->return_cause, "relinked") == 0) {
		story_say_assumption(arena, story, ABOUT_PAST, ASSUMPTION_UPDATE_RELINKS_FROM_STASH,
		    arena_printf(arena,
			"macOS itself linked %s in again, since %.10s, on build %s.", group->them,
			now->since, now->build != NULL ? now->build : "unknown"));
		return;
	}
	story_say(arena, story, ABOUT_PAST,
	    arena_printf(arena, "It has been so since %.10s, on build %s%s%s.", now->since,
		now->build != NULL ? now->build : "unknown",
		now->return_cause != NULL ? "; cause: " : "",
		now->return_cause != NULL ? now->return_cause : ""));
}

static void
say_dext(struct arena *arena, const struct explain_input *input, const struct kext_group *group,
    struct story *story)
{
	const struct case_facts *facts = &group->first->evidence.facts;
	const struct rule_dext *named;
	const struct sysext *dext;
	size_t i;

	if (group->rule == NULL || rule_dext(group->rule, 0) == NULL || input->dexts == NULL ||
	    !input->dexts->known)
		return;
	for (i = 0; (named = rule_dext(group->rule, i)) != NULL; i++) {
		dext = sysext_find(&input->dexts->list, named->id, named->team);
		story_say(arena, story, ABOUT_NOW,
		    arena_printf(arena, "The replacement %s is %s.", named->id,
			dext != NULL ? dext->state : "not activated"));
	}
	if (facts->loaded)
		story_say_assumption(arena, story, ABOUT_NOW, ASSUMPTION_ATTACHED_KEXT_BLOCKS_DEXT,
		    "a kext that is attached to the device keeps its dext off.");
	else if (facts->has_carrier && !facts->bundle)
		story_say_assumption(arena, story, ABOUT_NOW, ASSUMPTION_INERT_DOES_NOT_BLOCK_DEXT,
		    "a kext that is only listed does not keep its dext off.");
}

void
kext_group_say_now(struct arena *arena, const struct explain_input *input,
    const struct kext_group *group, struct story *story)
{
	const struct evidence *evidence = &group->first->evidence;
	const char *product = "";

	if (group->rule != NULL)
		product = arena_printf(arena, " (%s)", group->rule->product);
	story_say(arena, story, ABOUT_NOW,
	    arena_printf(arena, "%s%s: %s.", group_names(arena, group), product,
		report_standing_words(group->first->now.standing)));
	say_whereabouts(arena, group, story);
	if (!evidence->live && evidence->facts.has_carrier)
		story_say(arena, story, ABOUT_NOW,
		    "This is a disk that was looked at; its kernel was not asked.");
	if (!evidence->facts.has_carrier && !evidence->apple && !evidence->carrier_unreadable)
		story_say(arena, story, ABOUT_NOW,
		    arena_printf(arena,
			evidence->live
			    ? "Every place that could bring %s back was read, and none names %s."
			    : "No place on this disk that could bring %s back names %s.",
			group->them, group->them));
	say_dext(arena, input, group, story);
	say_since(arena, group, story);
	say_installation(arena, group, story);
}
