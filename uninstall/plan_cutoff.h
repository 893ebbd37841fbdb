/* SPDX-License-Identifier: BSD-2-Clause */
/* What forbids a plan because of what would be cut off, or left without its kext. Pure. */
#ifndef UNINSTALL_PLAN_CUTOFF_H
#define UNINSTALL_PLAN_CUTOFF_H

#include "uninstall/plan.h"

/* Whether the plan must know what hangs on drivers of that class; NULL: of no known
 * one, which may be any. */
bool plan_class_is_cutting(const char *class_name);

/* Adds the refusals for one target: a volume, route or keyboard that hangs on it or of
 * which that cannot be told, unless such a loss is accepted; an agent of a security
 * product that is still installed. */
void plan_check_cutoff(struct arena *arena, const struct plan_input *input,
    const struct plan_target *target, struct plan *plan);

#endif
