/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Explain: kexts' traces as one story in plain English. A pure function; every
 * sentence has its basis, and a guess is worded as one. What forbids a removal is
 * the plan's judgement, not a second one.
 */
#ifndef MIGRATE_EXPLAIN_H
#define MIGRATE_EXPLAIN_H

#include "kmutil-helpers/tool_sysext.h"
#include "migrate/session.h"
#include "rules/assumption.h"
#include "uninstall/plan.h"

enum sentence_basis { BASIS_DOCUMENTED, BASIS_OBSERVED, BASIS_INFERRED, BASIS_GUESS };

/* What a sentence speaks of, in the order of the story. */
enum sentence_about {
	ABOUT_NOW,
	ABOUT_PAST,
	ABOUT_RESTART,
	ABOUT_UPDATE,
	ABOUT_BLOCKED,
	ABOUT_WAY_OUT,
	ABOUT_OLD_SCRIPT,
	SENTENCE_ABOUT_COUNT
};

struct sentence {
	enum sentence_about about;
	const char *lead; /* of the old script: its line; else NULL */
	const char *text; /* the sentence, or what follows the lead */
	enum sentence_basis basis;
	const char *assumption; /* its id, or NULL: it is about this Mac alone */
};

struct story {
	struct sentence *items; /* owned by the arena */
	size_t count, room;
};

/* What a story is told from; all borrowed. */
struct explain_input {
	struct subject *const *subjects;
	size_t count;
	const char *target;        /* as the person named it: commands repeat it */
	const struct plan *plan;   /* of an uninstall of these; NULL: none was made */
	const struct dexts *dexts; /* migrate/replacement.h */
	const struct session *session;
};

void explain_story(struct arena *arena, const struct explain_input *input, struct story *story);

/* The story as explain shows it to a person (cmd_explain.c). */
void explain_print(struct buf *out, const struct story *story, bool verbose);

/* For the files of the story: one more sentence. */
void story_say(
    struct arena *arena, struct story *story, enum sentence_about about, const char *text);
/* One that rests on an assumption. The clause begins with a small letter; its grade
 * decides how sure the sentence sounds. */
void story_say_assumption(struct arena *arena, struct story *story, enum sentence_about about,
    enum assumption_id id, const char *clause);

/* What each line of the clean-up script of old still does (explain_script.c). */
void story_say_old_script(struct arena *arena, struct story *story, int macos, enum host_chip chip);

const char *sentence_basis_name(enum sentence_basis basis);
/* "now", "past", "restart", "update", "blocked", "way-out", "old-script". */
const char *sentence_about_name(enum sentence_about about);

#endif
