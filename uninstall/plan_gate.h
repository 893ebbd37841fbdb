/* SPDX-License-Identifier: BSD-2-Clause */
/* What forbids a plan: bystanders, class, replacement, unreadable evidence. Pure. */
#ifndef UNINSTALL_PLAN_GATE_H
#define UNINSTALL_PLAN_GATE_H

#include "uninstall/plan.h"

/* Adds the plan's refusals and bystanders. */
void plan_check_gates(struct arena *arena, const struct plan_input *input, struct plan *plan);

/* Adds a refusal for each target that is on disk: a rebuild that is asked for alone, or
 * after its bundle came back, would keep it. */
void plan_check_on_disk(struct arena *arena, const struct plan_input *input, struct plan *plan);

/* The gates of a rebuild again, right before it: `input` holds a fresh look, who is new to it
 * joins the plan's bystanders. The first sentence against it; NULL: none. */
const char *plan_check_late(struct arena *arena, const struct plan_input *input, struct plan *plan);

#endif
