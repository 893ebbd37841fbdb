/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Explain: a kext's traces as one story in plain English. A pure function; every
 * sentence has its basis, and a guess is worded as one.
 */
#ifndef MIGRATE_EXPLAIN_H
#define MIGRATE_EXPLAIN_H

#include "migrate/session.h"
#include "rules/assumption.h"

enum sentence_basis { BASIS_DOCUMENTED, BASIS_OBSERVED, BASIS_INFERRED, BASIS_GUESS };

struct sentence {
	const char *text;
	enum sentence_basis basis;
	const char *assumption; /* its id, or NULL: it is about this Mac alone */
};

struct story {
	struct sentence *items; /* owned by the arena */
	size_t count, room;
};

void explain_subject(struct arena *arena, const struct subject *subject, struct story *story);

const char *sentence_basis_name(enum sentence_basis basis);

#endif
