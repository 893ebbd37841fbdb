/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting until macOS is quiet. */
#include <time.h>

#include "kmutil-helpers/tool_kmutil.h"
#include "uninstall/settle.h"
#include "kmutil-helpers/banned.h"

#define LOG_SECONDS 5
#define PAUSE_MS 500

void
settle_pause(long ms)
{
	const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

	(void)nanosleep(&pause, NULL);
}

long
settle_clock_ms(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_MONOTONIC, &now) == 0 ? now.tv_sec * 1000 + now.tv_nsec / 1000000
							 : 0;
}

enum settle
settle_look(struct arena *arena)
{
	bool busy = false;

	if (kmutil_is_busy(arena, LOG_SECONDS, &busy) != 0)
		return SETTLE_UNKNOWN;
	return busy ? SETTLE_BUSY : SETTLE_QUIET;
}

enum settle
settle_wait(struct arena *arena, int seconds)
{
	long end_ms = settle_clock_ms() + seconds * 1000L;
	enum settle settle;

	while ((settle = settle_look(arena)) == SETTLE_BUSY && settle_clock_ms() < end_ms)
		settle_pause(PAUSE_MS);
	return settle;
}
