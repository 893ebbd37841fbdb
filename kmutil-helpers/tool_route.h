/* SPDX-License-Identifier: BSD-2-Clause */
/* /usr/sbin/scutil: through which interfaces the default routes go. Changes nothing. */
#ifndef KMUTIL_HELPERS_TOOL_ROUTE_H
#define KMUTIL_HELPERS_TOOL_ROUTE_H

#include <stddef.h>

#include "kmutil-helpers/arena.h"

/* Interfaces of the default routes, of IPv4 and of IPv6, "en0"; NULL: there is none.
 * Owned by the arena. */
struct route {
	const char *ipv4, *ipv6;
};

/* Reads the answers to `show State:/Network/Global/IPv4` and `.../IPv6`, in this order.
 * 0, or -FAULT_OUTPUT when one of them is missing. */
int route_text_read(struct arena *arena, const char *text, size_t len, struct route *route)
    __attribute__((warn_unused_result));
/* Asks the tool. As route_text_read, and -FAULT_TIMEOUT, -FAULT_TOOL, -errno. */
int route_read(struct arena *arena, struct route *route) __attribute__((warn_unused_result));

#endif
