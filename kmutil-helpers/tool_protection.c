/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking stat for flags, owner and mode. */
#include <string.h>

#include "kmutil-helpers/spawn.h"
#include "kmutil-helpers/text_line.h"
#include "kmutil-helpers/tool_protection.h"

#include "kmutil-helpers/banned.h"

#define STAT "/usr/bin/stat"
#define STAT_WORDS 3 /* before the paths */

/* Whether the octal mode lets group or others write. */
static bool
others_may_write(struct piece mode)
{
	size_t i;

	for (i = mode.len > 2 ? mode.len - 2 : 0; i < mode.len; i++)
		if (((mode.text[i] - '0') & 2) != 0)
			return true;
	return false;
}

void
protection_text_read(const char *text, size_t len, struct protection *items, size_t count)
{
	struct piece rest = piece_make(text, len), line, flags, uid, mode;
	size_t i;

	while (piece_next_line(&rest, &line)) {
		if (!piece_next_word(&line, &flags) || !piece_next_word(&line, &uid) ||
		    !piece_next_word(&line, &mode))
			continue;
		line = piece_trim(line);
		for (i = 0; i < count; i++) {
			if (!piece_is(line, items[i].path))
				continue;
			items[i].known = true;
			items[i].restricted = piece_has(flags, "restricted");
			items[i].roots = piece_is(uid, "0") && !others_may_write(mode);
		}
	}
}

int
protection_read(struct arena *arena, struct protection *items, size_t count)
{
	const char **argv = arena_array(arena, count + STAT_WORDS + 1, sizeof(*argv));
	struct spawn_result result;
	size_t i;
	int fault;

	argv[0] = STAT;
	argv[1] = "-f";
	argv[2] = "%Sf %u %Lp %N";
	for (i = 0; i < count; i++)
		argv[STAT_WORDS + i] = items[i].path;
	fault = spawn_ask(arena, argv, 0, &result);
	if (fault == 0)
		protection_text_read(result.out, result.out_len, items, count);
	return fault;
}
