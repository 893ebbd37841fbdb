/* SPDX-License-Identifier: BSD-2-Clause */
/* The gate of what hangs on a driver. */
#include <string.h>

#include "uninstall/plan_cutoff.h"
#include "kmutil-helpers/banned.h"

/* What the drivers of a class can cut off. `any`: also what nobody can be named for. */
static const struct cutting {
	const char *class_name;
	enum loss loss;
	bool any;
} cuttings[] = {
    {"storage", LOSS_STORAGE, false},
    {"filesystem", LOSS_STORAGE, true},
    {"network", LOSS_NETWORK, true},
    {"input", LOSS_INPUT, false},
};

/* What a person can do instead, by kind of loss. */
static const char *const remedies[LOSS_COUNT] = {
    [LOSS_NETWORK] = "connect another way first",
    [LOSS_STORAGE] = "eject it first",
    [LOSS_INPUT] = "connect another keyboard first",
};

static const struct cutting *
find_cutting(const char *class_name)
{
	size_t i;

	for (i = 0; class_name != NULL && i < sizeof(cuttings) / sizeof(*cuttings); i++)
		if (strcmp(cuttings[i].class_name, class_name) == 0)
			return &cuttings[i];
	return NULL;
}

bool
plan_class_is_cutting(const char *class_name)
{
	return find_cutting(class_name) != NULL;
}

static bool
is_accepted(const struct plan_input *input, enum loss loss)
{
	return (input->accepted_losses & 1U << loss) != 0;
}

static void
check_dependents(struct arena *arena, const struct plan_input *input,
    const struct plan_target *target, const struct cutting *cutting, struct plan *plan)
{
	const struct dependent_list *list = input->dependents;
	const struct dependent *item;
	const char *id = target->kext->bundle_id;
	size_t i;

	for (i = 0; list != NULL && i < list->count; i++) {
		item = &list->items[i];
		if (item->bundle_id == NULL
			? cutting == NULL || !cutting->any || cutting->loss != item->loss
			: id == NULL || strcmp(id, item->bundle_id) != 0)
			continue;
		if (!is_accepted(input, item->loss))
			plan_refuse(arena, plan,
			    arena_printf(arena,
				"%s: %s; %s, or go on with --accept-loss-of=%s",
				case_name(target->kext), item->text, remedies[item->loss],
				loss_name(item->loss)));
	}
}

static void
check_unknown(struct arena *arena, const struct plan_input *input,
    const struct plan_target *target, const struct cutting *cutting, struct plan *plan)
{
	const struct dependent_list *list = input->dependents;
	const char *why = list == NULL || !list->asked ? "only the running Mac can be asked"
						       : list->unknown[cutting->loss];

	/* Nobody can look for a driver whose id is not known. */
	if (why == NULL && target->kext->bundle_id == NULL)
		why = "its bundle id is not known";
	if (why != NULL && !is_accepted(input, cutting->loss))
		plan_refuse(arena, plan,
		    arena_printf(arena,
			"%s: it is a %s driver, and what hangs on it cannot be told (%s); "
			"--accept-loss-of=%s goes on",
			case_name(target->kext), target->kext->rule->class_name, why,
			loss_name(cutting->loss)));
}

/* A kext of a security product whose agent is there is in use, and guarded by it. */
static void
check_agent(struct arena *arena, const struct plan_input *input, const struct plan_target *target,
    struct plan *plan)
{
	const char *name = case_name(target->kext), *agent = target->agent;
	bool known = target->agent_known;
	size_t i;

	for (i = 0; input->jobs != NULL && i < input->jobs->count; i++) {
		known = true;
		if (agent == NULL)
			agent = arena_printf(arena, "its launchd job %s is installed",
			    input->jobs->items[i].path);
	}
	if (agent != NULL)
		plan_refuse(arena, plan,
		    arena_printf(arena,
			"%s belongs to a security product that is in use: %s; remove that with the "
			"vendor's own uninstaller first",
			name, agent));
	else if (!known)
		plan_refuse(arena, plan,
		    arena_printf(arena,
			"%s belongs to a security product, and no rule says what uses it, so that "
			"nobody can say whether that is still installed",
			name));
}

void
plan_check_cutoff(struct arena *arena, const struct plan_input *input,
    const struct plan_target *target, struct plan *plan)
{
	const char *class_name =
	    target->kext->rule != NULL ? target->kext->rule->class_name : NULL;
	const struct cutting *cutting = find_cutting(class_name);

	check_dependents(arena, input, target, cutting, plan);
	if (cutting != NULL)
		check_unknown(arena, input, target, cutting, plan);
	if (class_name != NULL && strcmp(class_name, "security") == 0)
		check_agent(arena, input, target, plan);
}
