/* SPDX-License-Identifier: BSD-2-Clause */
/* /usr/bin/log show: what macOS logged of dexts within the last day. Changes nothing. */
#ifndef KMUTIL_HELPERS_TOOL_LOG_H
#define KMUTIL_HELPERS_TOOL_LOG_H

#include "kmutil-helpers/dext_log.h"

#define LOG_TIMEOUT_MS 120000 /* a day's log of a busy Mac takes its time */
#define LOG_SPAN "1d"

/* Reads it into *log, which is begun already, while it is printed. 0, -FAULT_TIMEOUT
 * (what came until then is there), -FAULT_TOOL, -errno. */
int log_read_dexts(struct arena *arena, struct dext_log *log) __attribute__((warn_unused_result));

#endif
