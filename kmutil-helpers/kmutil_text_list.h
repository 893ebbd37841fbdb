/* SPDX-License-Identifier: BSD-2-Clause */
/* The list that the readers of kmutil's texts fill. */
#ifndef KMUTIL_HELPERS_KMUTIL_TEXT_LIST_H
#define KMUTIL_HELPERS_KMUTIL_TEXT_LIST_H

#include "kmutil-helpers/kmutil_text.h"

/* Adds a copy of *kext; a list that grows so starts zeroed. */
void kmutil_list_add(struct arena *arena, struct kmutil_list *list,
    const struct kmutil_kext *kext);

#endif
