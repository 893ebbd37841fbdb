/* SPDX-License-Identifier: BSD-2-Clause */
/* The gate of what hangs on a driver. */
#include <string.h>

#include "uninstall/plan_cutoff.h"
#include "kmutil-helpers/banned.h"

/* What the drivers of a class can cut off. `any`: also what nobody can be named for. */
static const struct cutting {
	const char *class_name, *noun;
	enum loss loss;
	bool any;
} cuttings[] = {
    {"storage", "a storage", LOSS_STORAGE, false},
    {"filesystem", "a file system", LOSS_STORAGE, true},
    {"network", "a network", LOSS_NETWORK, true},
    {"input", "an input", LOSS_INPUT, false},
};

/* What a driver may cut off of which no rule says what it drives: anything. */
static const struct cutting unknown_cuttings[] = {
    {"storage", "a storage", LOSS_STORAGE, true},
    {"network", "a network", LOSS_NETWORK, true},
    {"input", "an input", LOSS_INPUT, false},
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
	return class_name == NULL || find_cutting(class_name) != NULL;
}

/* NULL: no rule says what it drives. */
static const char *
target_class(const struct plan_target *target)
{
	return target->kext->rule != NULL ? target->kext->rule->class_name : NULL;
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
		if (target_class(target) == NULL && cutting->loss != item->loss)
			continue; /* told once, under its own kind */
		if (!is_accepted(input, item->loss))
			plan_refuse(arena, plan,
			    arena_printf(arena, "%s: %s; %s, or go on with --accept-loss-of=%s",
				case_name(target->kext), item->text, remedies[item->loss],
				loss_name(item->loss)));
	}
}

static void
check_unknown(struct arena *arena, const struct plan_input *input, const struct plan_target *target,
    const struct cutting *cutting, bool is_certain, struct plan *plan)
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
			"%s: it %s %s driver, and what hangs on it cannot be told (%s); "
			"--accept-loss-of=%s goes on",
			case_name(target->kext), is_certain ? "is" : "may be", cutting->noun, why,
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
			agent = arena_printf(
			    arena, "its launchd job %s is installed", input->jobs->items[i].path);
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
	const char *class_name = target_class(target);
	const struct cutting *cutting = find_cutting(class_name);
	size_t i;

	if (class_name == NULL) {
		for (i = 0; i < sizeof(unknown_cuttings) / sizeof(*unknown_cuttings); i++) {
			check_dependents(arena, input, target, &unknown_cuttings[i], plan);
			check_unknown(arena, input, target, &unknown_cuttings[i], false, plan);
		}
		return;
	}
	check_dependents(arena, input, target, cutting, plan);
	if (cutting != NULL)
		check_unknown(arena, input, target, cutting, true, plan);
	if (strcmp(class_name, "security") == 0)
		check_agent(arena, input, target, plan);
}
