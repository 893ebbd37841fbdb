/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From traces to sentences. Kexts of which the same is true are told together.
 * Every clause about macOS carries its assumption, whose grade words it.
 */
#include <ctype.h>
#include <string.h>

#include "migrate/explain.h"
#include "migrate/explain_kexts.h"
#include "migrate/report.h"
#include "kmutil-helpers/banned.h"

static struct sentence *
add_sentence(struct arena *arena, struct story *story, enum sentence_about about,
    enum sentence_basis basis, const char *assumption, const char *text)
{
	struct sentence *sentence =
	    arena_push(arena, &story->items, &story->count, &story->room, sizeof(*sentence));

	*sentence = (struct sentence){
	    .about = about, .text = text, .basis = basis, .assumption = assumption};
	return sentence;
}

void
story_say(struct arena *arena, struct story *story, enum sentence_about about, const char *text)
{
	(void)add_sentence(arena, story, about, BASIS_OBSERVED, NULL, text);
}

void
story_say_assumption(struct arena *arena, struct story *story, enum sentence_about about,
    enum assumption_id id, const char *clause)
{
	const struct assumption *assumption = assumption_get(id);
	enum sentence_basis basis = BASIS_DOCUMENTED;
	char *text = arena_strdup(arena, clause);

	switch (assumption->grade) {
	case GRADE_VERBATIM:
		text[0] = (char)toupper((unsigned char)text[0]);
		break;
	case GRADE_INFERRED:
		basis = BASIS_INFERRED;
		text = arena_printf(arena, "Probably %s", clause);
		break;
	case GRADE_GUESS:
		basis = BASIS_GUESS;
		text = arena_printf(arena, "Nobody has shown it, but we hope: %s", clause);
		break;
	}
	(void)add_sentence(arena, story, about, basis, assumption->id, text);
}

/* What the restart does to kexts that macOS still has somewhere. */
static void
say_restart(struct arena *arena, const struct kext_group *group, struct story *story)
{
	const struct case_facts *facts = &group->first->evidence.facts;
	const char *it = group->it, *is = group->is, *s = group->s;

	if (!group->first->evidence.live || !facts->has_carrier)
		return;
	if (group->first->now.rebuild == REBUILD_APPROVED && !group->first->evidence.restarted)
		story_say_assumption(arena, story, ABOUT_RESTART, ASSUMPTION_REBUILD_DROPS_MISSING,
		    arena_printf(arena,
			"the next restart leaves %s out of the kernel: the rebuild is approved.",
			group->them));
	else if (facts->listed && facts->bundle)
		story_say_assumption(arena, story, ABOUT_RESTART, ASSUMPTION_RESTART_DROPS_NOTHING,
		    arena_printf(arena,
			"a restart takes nothing out of the collection: %s start%s again.", it, s));
	else if (facts->listed)
		story_say_assumption(arena, story, ABOUT_RESTART,
		    ASSUMPTION_MISSING_BUNDLE_NOT_LOADABLE,
		    arena_printf(arena,
			"the kernel refuses %s%s, since no bundle is there; the collection goes on "
			"listing %s.",
			group->them, facts->loaded ? " from the next restart on" : "",
			group->them));
	else if (facts->bundle)
		story_say_assumption(arena, story, ABOUT_RESTART,
		    ASSUMPTION_THIRD_PARTY_NEEDS_BUNDLE_APPROVAL,
		    arena_printf(arena,
			"%s %s not loaded at a restart: on disk, but not in the collection, %s "
			"wait%s for an approved rebuild.",
			it, is, it, s));
	else if (facts->loaded)
		story_say_assumption(arena, story, ABOUT_RESTART, ASSUMPTION_LOADED_UNTIL_RESTART,
		    arena_printf(arena, "%s stay%s in the kernel until the restart.", it, s));
	else
		story_say_assumption(arena, story, ABOUT_RESTART, ASSUMPTION_RESTART_DROPS_NOTHING,
		    "a restart changes nothing about what macOS keeps.");
}

static void
say_update(struct arena *arena, const struct kext_group *group, struct story *story)
{
	const struct evidence *evidence = &group->first->evidence;

	if (group->first->now.rebuild == REBUILD_APPROVED && !evidence->restarted &&
	    (evidence->facts.kept || evidence->facts.listed)) {
		story_say(arena, story, ABOUT_UPDATE,
		    "Restart before any OS update: nobody knows whether an approved rebuild "
		    "survives one.");
		story->items[story->count - 1].basis = BASIS_GUESS;
		story->items[story->count - 1].assumption =
		    assumption_get(ASSUMPTION_PENDING_SURVIVES_UPDATE)->id;
		return;
	}
	if (evidence->facts.kept || evidence->facts.listed)
		story_say_assumption(arena, story, ABOUT_UPDATE,
		    ASSUMPTION_UPDATE_RELINKS_FROM_STASH,
		    arena_printf(arena,
			"the next OS update links %s in again, with or without files.",
			group->them));
	else if (evidence->facts.staged)
		story_say_assumption(arena, story, ABOUT_UPDATE,
		    ASSUMPTION_CLEAR_STAGING_EMPTIES_ALL,
		    "only clear-staging takes the staged copy away, with those of all kexts.");
}

static void
say_blocked(struct arena *arena, const struct explain_input *input, struct story *story)
{
	const struct plan *plan = input->plan;
	size_t i;

	for (i = 0; plan != NULL && i < plan->refusal_count; i++)
		story_say(arena, story, ABOUT_BLOCKED,
		    arena_printf(arena, "In the way: %s.", plan->refusals[i]));
	for (i = 0; plan != NULL && plan->refusal_count == 0 && i < plan->bystander_count; i++)
		story_say(arena, story, ABOUT_BLOCKED,
		    arena_printf(arena, "Also touched: %s is %s (%s).",
			plan->bystanders[i].bundle_id, plan->bystanders[i].effect,
			plan->bystanders[i].why));
}

static bool
is_newer_macos(const struct explain_input *input)
{
	return input->plan != NULL && input->plan->only_bundles;
}

static void
say_newer_macos(struct arena *arena, const struct kext_group *group, struct story *story)
{
	story_say(arena, story, ABOUT_WAY_OUT,
	    arena_printf(arena,
		"Nothing says how a macOS as new as this one lets go of %s; a newer kextirpate may "
		"know it.",
		group->them));
}

/* How the rebuild is reached from here. */
static void
say_rebuild(struct arena *arena, const struct explain_input *input, const struct kext_group *group,
    struct story *story)
{
	if (is_newer_macos(input)) {
		say_newer_macos(arena, group, story);
		return;
	}
	if (!group->first->evidence.has_rebuild) {
		story_say_assumption(arena, story, ABOUT_WAY_OUT, ASSUMPTION_REBUILD_SINCE_14,
		    arena_printf(arena,
			"this macOS has no rebuild to ask for: %s stay%s listed, and refused, "
			"until macOS 14 or later.",
			group->it, group->s));
		return;
	}
	if (!group->first->evidence.facts.listed) {
		story_say_assumption(arena, story, ABOUT_WAY_OUT,
		    ASSUMPTION_REBUILD_WITHOUT_COLLECTION_KEEPS_STASH,
		    arena_printf(arena,
			"a rebuild finds nothing to drop while the collection does not list %s; "
			"after an OS update it does.",
			group->them));
		return;
	}
	story_say_assumption(arena, story, ABOUT_WAY_OUT, ASSUMPTION_REBUILD_DROPS_MISSING,
	    arena_printf(
		arena, "an approved rebuild then takes %s out of the collection.", group->them));
	if (group->first->evidence.facts.kept)
		story_say_assumption(arena, story, ABOUT_WAY_OUT,
		    ASSUMPTION_REBUILD_DROPS_STASH_AND_INSTRUCTIONS,
		    "it empties instructions and stash, too.");
	story_say_assumption(arena, story, ABOUT_WAY_OUT, ASSUMPTION_REBUILD_NEEDS_APPROVAL,
	    "a person must approve the rebuild, within 60 seconds of its dialog.");
}

static void
say_first_move(struct arena *arena, const struct explain_input *input,
    const struct kext_group *group, struct story *story)
{
	bool refused = input->plan != NULL && input->plan->refusal_count > 0;

	switch (group->first->now.standing) {
	case STANDING_INERT:
		if (!group->first->evidence.has_rebuild)
			return;
		/* fallthrough */
	case STANDING_APPROVAL_PENDING:
		story_say(arena, story, ABOUT_WAY_OUT,
		    "The way out: kextirpate approve, when a person is there.");
		return;
	case STANDING_RESTART_PENDING:
		story_say(arena, story, ABOUT_WAY_OUT,
		    "The way out: a restart; kextirpate status then tells whether that was all.");
		return;
	case STANDING_BLOCKED:
		if (is_newer_macos(input))
			say_newer_macos(arena, group, story);
		else
			story_say(arena, story, ABOUT_WAY_OUT,
			    "The rebuild did not let go; kextirpate approve may be tried again.");
		story_say_assumption(arena, story, ABOUT_WAY_OUT,
		    ASSUMPTION_PANIC_MEDIC_REMOVES_ALL,
		    "in Recovery kmutil trigger-panic-medic ends it, and takes every other kext "
		    "and approval along.");
		return;
	default:
		story_say(arena, story, ABOUT_WAY_OUT,
		    arena_printf(arena, "The way out%s: kextirpate uninstall %s.",
			refused ? ", when that is cleared" : "",
			report_shell_word(arena, input->target)));
	}
}

static void
say_way_out(struct arena *arena, const struct explain_input *input, const struct kext_group *group,
    struct story *story)
{
	const struct case_facts *facts = &group->first->evidence.facts;

	if (group->first->evidence.apple || !facts->has_carrier)
		return;
	if (group->rule != NULL && group->rule->detects_only) {
		story_say(arena, story, ABOUT_WAY_OUT,
		    arena_printf(arena,
			"Its rule %s only detects: uninstall refuses it; use the vendor's own "
			"uninstaller, or complete the rule.",
			group->rule->id));
		return;
	}
	say_first_move(arena, input, group, story);
	if ((facts->listed || facts->kept) && input->session->host.macos != 0 &&
	    group->first->now.standing != STANDING_RESTART_PENDING &&
	    group->first->now.standing != STANDING_BLOCKED)
		say_rebuild(arena, input, group, story);
}

/* The chip decides where the collection lies; on a copy its traces tell. */
static enum host_chip
chip_of(const struct explain_input *input)
{
	const struct kext_case *kext;
	size_t i, j;

	if (input->session->host.chip != HOST_CHIP_UNKNOWN)
		return input->session->host.chip;
	for (i = 0; i < input->count; i++) {
		kext = input->subjects[i]->kext;
		for (j = 0; kext != NULL && j < kext->trace_count; j++)
			if (kext->traces[j]->source == SOURCE_PREBOOT)
				return HOST_CHIP_APPLE;
			else if (kext->traces[j]->source == SOURCE_AUXKC)
				return HOST_CHIP_INTEL;
	}
	return HOST_CHIP_UNKNOWN;
}

void
explain_story(struct arena *arena, const struct explain_input *input, struct story *story)
{
	struct kext_group *groups;
	size_t count, i;
	bool reaches_for_script = false;

	groups = kext_groups_make(arena, input, &count);
	for (i = 0; i < count; i++) {
		kext_group_say_now(arena, input, &groups[i], story);
		say_restart(arena, &groups[i], story);
		say_update(arena, &groups[i], story);
		reaches_for_script |=
		    groups[i].first->evidence.facts.listed || groups[i].first->evidence.facts.kept;
	}
	say_blocked(arena, input, story);
	for (i = 0; i < count; i++)
		if (i == 0 || groups[i].first->now.standing != groups[i - 1].first->now.standing)
			say_way_out(arena, input, &groups[i], story);
	if (reaches_for_script && input->session->host.macos != 0)
		story_say_old_script(arena, story, input->session->host.macos, chip_of(input));
}

const char *
sentence_basis_name(enum sentence_basis basis)
{
	static const char *const names[] = {"documented", "observed", "inferred", "guess"};

	return names[basis];
}

const char *
sentence_about_name(enum sentence_about about)
{
	static const char *const names[SENTENCE_ABOUT_COUNT] = {
	    "now", "past", "restart", "update", "blocked", "way-out", "old-script"};

	return names[about];
}
