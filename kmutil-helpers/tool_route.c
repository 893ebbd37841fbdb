/* SPDX-License-Identifier: BSD-2-Clause */
/* scutil takes its questions from stdin and answers each with a dictionary or with
 * "No such key" (docs/facts.md#scutil). */
#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/spawn.h"
#include "kmutil-helpers/text_line.h"
#include "kmutil-helpers/tool_route.h"
#include "kmutil-helpers/banned.h"

#define QUESTIONS "show State:/Network/Global/IPv4\nshow State:/Network/Global/IPv6\nquit\n"

/* One answer off *rest: "No such key", or a dictionary, which may hold others. */
static int
read_answer(struct arena *arena, struct piece *rest, const char **interface)
{
	struct piece line, name;
	int depth = 0;

	*interface = NULL;
	while (piece_next_line(rest, &line)) {
		line = piece_trim(line);
		if (depth == 0 && piece_is(line, "No such key"))
			return 0;
		if (piece_is(line, "}") && --depth <= 0)
			return depth < 0 ? -FAULT_OUTPUT : 0;
		if (line.len > 0 && line.text[line.len - 1] == '{')
			depth++;
		if (depth != 1 || !piece_starts(line, "PrimaryInterface :"))
			continue;
		name = piece_trim(piece_after(line, ":"));
		if (name.len == 0)
			return -FAULT_OUTPUT;
		*interface = piece_copy(arena, name);
	}
	return -FAULT_OUTPUT;
}

int
route_text_read(struct arena *arena, const char *text, size_t len, struct route *route)
{
	struct piece rest = piece_make(text, len);
	int fault;

	*route = (struct route){0};
	fault = read_answer(arena, &rest, &route->ipv4);
	return fault != 0 ? fault : read_answer(arena, &rest, &route->ipv6);
}

int
route_read(struct arena *arena, struct route *route)
{
	static const char *const argv[] = {"/usr/sbin/scutil", NULL};
	const struct spawn_request request = {.argv = argv, .input = QUESTIONS};
	struct spawn_result result;
	int fault = spawn_check(arena, &request, &result);

	*route = (struct route){0};
	return fault != 0 ? fault : route_text_read(arena, result.out, result.out_len, route);
}
