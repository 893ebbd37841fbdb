/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Executable of a bundle: what its signature and its UUID add to a trace. It is
 * shown, and joins cases; nothing is decided by it, for nothing is verified.
 */
#ifndef UNINSTALL_EXECUTABLE_H
#define UNINSTALL_EXECUTABLE_H

#include "uninstall/source.h"

/*
 * Fills team_id, cdhash, uuid and signature of a trace from the executable that
 * CFBundleExecutable names (NULL: the kext has no code) in `folder`. One that is not
 * there is no fault; of one that cannot be read the trace's note tells.
 */
void executable_read(const struct scan *scan, const char *folder, const char *name,
    struct trace *trace);

#endif
