/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking who is at the console. */
#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/spawn.h"
#include "kmutil-helpers/text_line.h"
#include "kmutil-helpers/tool_console.h"

#include "kmutil-helpers/banned.h"

int
console_text_read(struct arena *arena, const char *text, size_t len, struct console *console)
{
	struct piece rest = piece_make(text, len), line, user, word;
	int uid;

	*console = (struct console){0};
	if (!piece_next_line(&rest, &line) || !piece_next_word(&line, &user) ||
	    !piece_next_word(&line, &word))
		return -FAULT_OUTPUT;
	uid = piece_number(word);
	if (uid < 0)
		return -FAULT_OUTPUT;
	if (uid == 0 || piece_is(user, "loginwindow") || user.text[0] == '_')
		return 0;
	console->user = piece_copy(arena, user);
	console->uid = (unsigned int)uid;
	return 0;
}

int
console_read(struct arena *arena, struct console *console)
{
	const char *const argv[] = {"/usr/bin/stat", "-f", "%Su %u", "/dev/console", NULL};
	struct spawn_result result;
	int fault = spawn_ask(arena, argv, 0, &result);

	*console = (struct console){0};
	if (fault == 0 && result.status != 0)
		fault = -FAULT_TOOL;
	return fault ? fault : console_text_read(arena, result.out, result.out_len, console);
}
