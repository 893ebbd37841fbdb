/* SPDX-License-Identifier: BSD-2-Clause */
/* /usr/sbin/ioreg -a: the I/O Registry, read while it is printed. Changes nothing. */
#ifndef KMUTIL_HELPERS_TOOL_IOREG_H
#define KMUTIL_HELPERS_TOOL_IOREG_H

#include "kmutil-helpers/ioreg.h"

/* The whole service plane. 0, the faults of ioreg_reader_finish, -FAULT_OUTPUT when it
 * is empty, -FAULT_TIMEOUT, -FAULT_TOOL, -errno. */
int ioreg_read_all(struct arena *arena, struct ioreg *registry) __attribute__((warn_unused_result));
/* The devices that a dext matches (IODEXTMatchCount), and what is below each: it drives
 * the device or waits, see ioreg_has_waiting. None is no fault. */
int ioreg_read_waiting(struct arena *arena, struct ioreg *registry)
    __attribute__((warn_unused_result));
/* What dexts drive, and the programs of theirs that run; none is no fault. */
int ioreg_read_served(struct arena *arena, struct ioreg *registry)
    __attribute__((warn_unused_result));

/* The Mac's serial number and hardware UUID, of its IOPlatformExpertDevice; NULL where
 * it did not tell. 0 or the first fault. */
int ioreg_read_identity(struct arena *arena, const char **serial, const char **uuid)
    __attribute__((warn_unused_result));

#endif
