/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Settle: whether macOS is done with its kernel collections, as far as its log tells
 * (assumption log-shows-work), and waiting for it, bounded.
 */
#ifndef UNINSTALL_SETTLE_H
#define UNINSTALL_SETTLE_H

#include "kmutil-helpers/arena.h"

enum settle { SETTLE_QUIET, SETTLE_BUSY, SETTLE_UNKNOWN };

/* Looks once. SETTLE_UNKNOWN: the log could not be asked. */
enum settle settle_look(struct arena *arena);
/* Looks until it is quiet or cannot be told; SETTLE_BUSY after that many seconds. */
enum settle settle_wait(struct arena *arena, int seconds);
void settle_pause(long ms);
/* A clock that only goes forward, in milliseconds. */
long settle_clock_ms(void);

#endif
