/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What "rules draft" does: a first rule of a product from what scan finds on a Mac.
 * What it cannot know (the class, who the vendor is, what takes over) is left to the
 * person; nothing acts on a draft.
 */
#ifndef MIGRATE_RULES_DRAFT_H
#define MIGRATE_RULES_DRAFT_H

#include "migrate/replacement.h"
#include "rules/rule.h"

/* A rule that lint accepts, and what is said beside it. */
struct draft {
	struct rule rule; /* kexts, receipts and jobs alone */
	const char **notes; /* what was left out, and what to look at */
	size_t note_count, note_room;
	const struct sysext **dexts; /* of one of the kexts' teams: perhaps they take over */
	const char **app_ids;        /* of each one's app; NULL: not known */
	size_t dext_count, dext_room;
};

/* Writes the draft for the word behind "draft". 0; 64 when nobody knows it, or it is no
 * one product; 65 when nothing that lint accepts is left. */
int rules_draft(const struct options *options);

/* draft_xml.c: the draft as a file of rules. */
void draft_write(struct buf *out, const struct draft *draft);

#endif
