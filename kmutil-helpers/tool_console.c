/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking who is at the console. */
#include "kmutil-helpers/fault.h"
#include "kmutil-helpers/spawn.h"
#include "kmutil-helpers/text_line.h"
#include "kmutil-helpers/tool_console.h"

#include "kmutil-helpers/banned.h"

#define SESSIONS "show State:/Users/ConsoleUser\nquit\n"

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

static bool
is_person(struct piece name, int uid)
{
	return uid > 0 && name.len > 0 && name.text[0] != '_' && !piece_is(name, "loginwindow");
}

/* Each session is a dictionary in the array SessionInfo; an answer without that array tells
 * of one session in the words of the outermost dictionary. */
int
sessions_text_read(struct arena *arena, const char *text, size_t len, const char **user)
{
	struct piece rest = piece_make(text, len), line, name = {"", 0};
	bool opens, closes;
	int depth = 0, uid = 0;

	*user = NULL;
	while (piece_next_line(&rest, &line)) {
		line = piece_trim(line);
		opens = line.len > 0 && line.text[line.len - 1] == '{';
		closes = piece_is(line, "}");
		if (depth == 0 && piece_is(line, "No such key"))
			return 0;
		if (opens || closes) {
			if (closes && *user == NULL && is_person(name, uid))
				*user = piece_copy(arena, name);
			name = (struct piece){"", 0};
			uid = 0;
			depth += opens ? 1 : -1;
			if (depth <= 0)
				return depth < 0 ? -FAULT_OUTPUT : 0;
		} else if (piece_starts(line, "kCGSSessionUserNameKey :") ||
			   piece_starts(line, "Name :")) {
			name = piece_trim(piece_after(line, ":"));
		} else if (piece_starts(line, "kCGSSessionUserIDKey :") ||
			   piece_starts(line, "UID :")) {
			uid = piece_number(piece_trim(piece_after(line, ":")));
		}
	}
	return -FAULT_OUTPUT;
}

int
sessions_read(struct arena *arena, const char **user)
{
	static const char *const argv[] = {"/usr/sbin/scutil", NULL};
	const struct spawn_request request = {.argv = argv, .input = SESSIONS};
	struct spawn_result result;
	int fault = spawn_check(arena, &request, &result);

	*user = NULL;
	return fault ? fault : sessions_text_read(arena, result.out, result.out_len, user);
}
