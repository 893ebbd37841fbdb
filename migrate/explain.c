/* SPDX-License-Identifier: BSD-2-Clause */
/* From traces to sentences. */
#include <ctype.h>
#include <string.h>

#include "migrate/explain.h"
#include "migrate/report.h"
#include "kmutil-helpers/banned.h"

static void
say(struct arena *arena, struct story *story, enum sentence_basis basis, const char *assumption,
    const char *text)
{
	struct sentence *sentence =
	    arena_push(arena, &story->items, &story->count, &story->room, sizeof(*sentence));

	*sentence = (struct sentence){.text = text, .basis = basis, .assumption = assumption};
}

static const char *
capitalised(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text);

	copy[0] = (char)toupper((unsigned char)copy[0]);
	return copy;
}

/* A sentence that is an assumption: worded by its grade. */
static void
say_assumption(struct arena *arena, struct story *story, enum assumption_id id, const char *text)
{
	const struct assumption *assumption = assumption_get(id);

	switch (assumption->grade) {
	case GRADE_VERBATIM:
		say(arena, story, BASIS_DOCUMENTED, assumption->id, capitalised(arena, text));
		return;
	case GRADE_INFERRED:
		say(arena, story, BASIS_INFERRED, assumption->id,
		    arena_printf(arena, "Probably: %s", text));
		return;
	case GRADE_GUESS:
		say(arena, story, BASIS_GUESS, assumption->id,
		    arena_printf(arena, "Nobody has shown it, but it is believed: %s", text));
		return;
	}
}

static const char *
keeper_words(enum keeper keeper)
{
	switch (keeper) {
	case KEEPER_ROOT:
		return "root can take it away";
	case KEEPER_REBUILD:
		return "only a rebuild of the collection lets go of it";
	case KEEPER_CLEAR_STAGING:
		return "clear-staging takes it away";
	case KEEPER_RESTART:
		return "a restart ends it";
	case KEEPER_RECOVERY:
		return "only Recovery can take it away, and it brings nothing back by itself";
	case KEEPER_MDM:
		return "the profile that says so must go";
	case KEEPER_APPLE:
		return "it is Apple's";
	case KEEPER_OTHER_SYSTEM:
		return "it belongs to another system, or to a boot folder that is not in use";
	case KEEPER_NONE:
	case KEEPER_COUNT:
		break;
	}
	return "nobody needs to take it away";
}

static void
say_traces(struct arena *arena, const struct subject *subject, struct story *story)
{
	const struct trace *trace;
	const char *where;
	size_t i;

	for (i = 0; subject->kext != NULL && i < subject->kext->trace_count; i++) {
		trace = subject->kext->traces[i];
		where = trace->path != NULL ? trace->path : trace->container;
		say(arena, story, BASIS_OBSERVED, NULL,
		    arena_printf(arena, "%s: %s%s%s; %s.", source_get(trace->source)->name,
			where != NULL ? where : "it is in the kernel",
			trace->path != NULL && trace->container != NULL ? " in " : "",
			trace->path != NULL && trace->container != NULL ? trace->container : "",
			keeper_words(trace->keeper)));
	}
}

static void
say_why_it_stays(struct arena *arena, const struct subject *subject, struct story *story)
{
	const struct case_facts *facts = &subject->evidence.facts;

	if (facts->loaded)
		say_assumption(arena, story, ASSUMPTION_LOADED_UNTIL_RESTART,
		    "it stays in the kernel until the restart, whatever happens to its files.");
	if (facts->listed && !facts->bundle)
		say_assumption(arena, story, ASSUMPTION_MISSING_BUNDLE_NOT_LOADABLE,
		    "its bundle is gone, so that the kernel refuses it at the next start although "
		    "the "
		    "collection lists it.");
	if (facts->listed)
		say_assumption(arena, story, ASSUMPTION_RESTART_DROPS_NOTHING,
		    "a restart alone does not take it out of the collection.");
	if (facts->kept || facts->listed)
		say_assumption(arena, story, ASSUMPTION_UPDATE_RELINKS_FROM_STASH,
		    "the next OS update builds the collection from instructions and stash, and "
		    "lists it "
		    "again, files or not.");
	if (facts->staged)
		say_assumption(arena, story, ASSUMPTION_CLEAR_STAGING_EMPTIES_ALL,
		    "its staged copy goes only with the staged copies of all kexts.");
}

static void
say_way_out(struct arena *arena, const struct subject *subject, struct story *story)
{
	const struct evidence *evidence = &subject->evidence;

	if (!evidence->facts.listed && !evidence->facts.kept)
		return;
	if (!evidence->has_rebuild) {
		say_assumption(arena, story, ASSUMPTION_REBUILD_SINCE_14,
		    "this macOS has no rebuild that could be asked for; from macOS 14 on there is "
		    "one.");
		return;
	}
	say_assumption(arena, story, ASSUMPTION_REBUILD_DROPS_MISSING,
	    "with the bundle gone and the collection left where it is, an approved rebuild takes "
	    "it "
	    "out.");
	say_assumption(arena, story, ASSUMPTION_REBUILD_DROPS_STASH_AND_INSTRUCTIONS,
	    "the same rebuild empties instructions and stash of it.");
	say_assumption(arena, story, ASSUMPTION_REBUILD_WITHOUT_COLLECTION_KEEPS_STASH,
	    "removing the collection file by hand first spoils that: the rebuild then finds "
	    "nothing to "
	    "take away, and the stash keeps the kext.");
	say_assumption(arena, story, ASSUMPTION_REBUILD_NEEDS_APPROVAL,
	    "a person has to approve it in a dialog within 60 seconds.");
}

/* What is remembered, and what the tools of old do not do. */
static void
say_what_does_not_help(struct arena *arena, const struct subject *subject, struct story *story)
{
	size_t i;

	if (subject->evidence.facts.listed || subject->evidence.facts.kept)
		say_assumption(arena, story, ASSUMPTION_UPDATE_COMMAND_IS_INERT,
		    "kcditto, kextcache -system-caches and kmutil install --update-preboot change "
		    "nothing about it.");
	for (i = 0; subject->kext != NULL && i < subject->kext->trace_count; i++)
		if (subject->kext->traces[i]->source == SOURCE_POLICY) {
			say_assumption(arena, story, ASSUMPTION_POLICY_REMEMBERS,
			    "its approval is remembered when it is gone: installed again, it would "
			    "be allowed without a question.");
			return;
		}
}

void
explain_subject(struct arena *arena, const struct subject *subject, struct story *story)
{
	const struct case_facts *facts = &subject->evidence.facts;

	say(arena, story, BASIS_OBSERVED, NULL,
	    arena_printf(arena, "%s is %s.", subject->now.key,
		report_standing_words(subject->now.standing)));
	if (subject->kext != NULL && subject->kext->rule != NULL &&
	    subject->kext->rule->detects_only)
		say(arena, story, BASIS_OBSERVED, NULL,
		    arena_printf(arena, "Its rule %s only detects: uninstall refuses it.",
			subject->kext->rule->id));
	say_why_it_stays(arena, subject, story);
	say_way_out(arena, subject, story);
	say_what_does_not_help(arena, subject, story);
	if (facts->has_carrier && !facts->loaded && !facts->bundle)
		say_assumption(arena, story, ASSUMPTION_INERT_DOES_NOT_BLOCK_DEXT,
		    "what is only listed does not keep a dext from its device.");
	say_traces(arena, subject, story);
}

const char *
sentence_basis_name(enum sentence_basis basis)
{
	static const char *const names[] = {"documented", "observed", "inferred", "guess"};

	return names[basis];
}
