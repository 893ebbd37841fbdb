/* SPDX-License-Identifier: BSD-2-Clause */
/* Problems: faults turned into sentences, once. */
#include "uninstall/problem.h"
#include "kmutil-helpers/banned.h"

void
problem_add_text(struct problem_list *list, const char *path, const char *source,
    const char *message, bool matters)
{
	struct problem *problem =
	    arena_push(list->arena, &list->items, &list->count, &list->room, sizeof(*problem));

	*problem = (struct problem){
	    .path = arena_strdup(list->arena, path),
	    .source = source,
	    .message = arena_strdup(list->arena, message),
	    .matters = matters,
	};
}

void
problem_add_fault(struct problem_list *list, const char *path, const char *source,
    struct fault fault, const char *unknown, bool matters)
{
	const char *sentence = fault_sentence(fault.code), *text;

	if (fault.at != 0)
		text = arena_printf(list->arena, "%s (byte %llu); %s", sentence,
		    (unsigned long long)fault.at, unknown);
	else
		text = arena_printf(list->arena, "%s; %s", sentence, unknown);
	problem_add_text(list, path, source, text, matters);
}

void
problem_add(struct problem_list *list, const char *path, const char *source, int code,
    const char *unknown, bool matters)
{
	problem_add_fault(list, path, source, (struct fault){.code = code}, unknown, matters);
}

bool
problem_any_matters(const struct problem_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->items[i].matters)
			return true;
	return false;
}
