/* SPDX-License-Identifier: BSD-2-Clause */
/* A Mac for tests of the plan: one target, one bystander, traces and claims. */
#ifndef TESTS_UNIT_PLAN_WORLD_H
#define TESTS_UNIT_PLAN_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kmutil-helpers/arena.h"
#include "uninstall/plan.h"
#include "uninstall/plan_gate.h"

#define KEXT "/Library/Extensions/capture.kext"
#define PACKAGE "com.example.capture.pkg"
#define TRACES_MAX 16
#define CLAIMS_MAX 8

/* One target and one bystander, with room for traces and claims. */
struct world {
	struct arena *arena;
	struct rule rule;
	struct trace traces[2][TRACES_MAX];
	const struct trace *pointers[2][TRACES_MAX];
	struct kext_case kexts[2];
	struct case_list cases;
	struct plan_target target;
	struct claim claims[CLAIMS_MAX];
	const char *receipts[1];
	struct claim_list claim_list;
	struct plan_input input;
	struct plan plan;
};

enum { TARGET, OTHER };

static inline struct trace *
see(struct world *w, int who, enum source_id source)
{
	struct kext_case *kext = &w->kexts[who];
	struct trace *trace = &w->traces[who][kext->trace_count];

	w->pointers[who][kext->trace_count++] = trace;
	*trace = (struct trace){.source = source,
	    .keeper = KEEPER_ROOT,
	    .loadable = UNKNOWN,
	    .bundle_id = kext->bundle_id,
	    .path = who == TARGET ? KEXT : "/Library/Extensions/other.kext"};
	return trace;
}

static inline struct claim *
claim(struct world *w, const char *path, enum claim_state state)
{
	struct claim *added = &w->claims[w->claim_list.count++];

	*added = (struct claim){.path = path, .receipt = PACKAGE, .state = state};
	return added;
}

static inline int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	int who;

	w->arena = arena_new(0);
	w->rule = (struct rule){.id = "example-capture", .class_name = "other"};
	for (who = TARGET; who <= OTHER; who++)
		w->kexts[who].traces = w->pointers[who];
	w->kexts[TARGET].bundle_id = "com.example.capture.driver";
	w->kexts[TARGET].rule = &w->rule;
	w->kexts[OTHER].bundle_id = "com.other.driver";
	w->cases = (struct case_list){.items = w->kexts, .count = 2};
	w->target = (struct plan_target){.kext = &w->kexts[TARGET],
	    .replacement = REPLACEMENT_READY, .rebuild = REBUILD_WANTED};
	w->receipts[0] = PACKAGE;
	w->claim_list = (struct claim_list){.items = w->claims, .receipts = w->receipts};
	w->input = (struct plan_input){.targets = &w->target,
	    .target_count = 1,
	    .cases = &w->cases,
	    .claims = &w->claim_list,
	    .macos_major = 15,
	    .has_rebuild = true,
	    .ask_approval = true};
	*state = w;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct world *w = *state;

	arena_free(w->arena);
	free(w);
	return 0;
}

static inline const struct step *
find(const struct world *w, enum step_kind kind, const char *subject)
{
	size_t i;

	for (i = 0; i < w->plan.step_count; i++)
		if (w->plan.steps[i].kind == kind &&
		    (subject == NULL || (w->plan.steps[i].subject != NULL &&
					    strcmp(w->plan.steps[i].subject, subject) == 0)))
			return &w->plan.steps[i];
	return NULL;
}

static inline const char *
why_kept(const struct world *w, const char *path)
{
	size_t i;

	for (i = 0; i < w->plan.kept_count; i++)
		if (strcmp(w->plan.kept[i].path, path) == 0)
			return w->plan.kept[i].why;
	return "not kept";
}

static inline void
make(struct world *w)
{
	plan_make(w->arena, &w->input, &w->plan);
}

static inline bool
is_refused_for(struct world *w, const char *words)
{
	size_t i;

	make(w);
	for (i = 0; i < w->plan.refusal_count; i++)
		if (strstr(w->plan.refusals[i], words) != NULL)
			return true;
	return false;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
