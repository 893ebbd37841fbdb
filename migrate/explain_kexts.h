/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kexts of which the same is true, told together: of one product, with the same
 * standing and facts. Pure.
 */
#ifndef MIGRATE_EXPLAIN_KEXTS_H
#define MIGRATE_EXPLAIN_KEXTS_H

#include "migrate/explain.h"
#include "migrate/replacement.h"

struct kext_group {
	const struct subject **subjects; /* owned by the arena */
	size_t count;
	const struct subject *first; /* stands for all */
	const struct rule *rule;     /* NULL: none is known */
	/* "it" or "they", "them", "is" or "are", "has" or "have"; s: the ending of a verb. */
	const char *it, *them, *is, *has, *s;
};

struct kext_group *kext_groups_make(
    struct arena *arena, const struct explain_input *input, size_t *count);

/* What is true now, and how it came about, newest first. */
void kext_group_say_now(struct arena *arena, const struct explain_input *input,
    const struct kext_group *group, struct story *story);

#endif
