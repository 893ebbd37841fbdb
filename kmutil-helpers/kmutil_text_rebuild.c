/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of `kmutil rebuild`: what it proposed, whether it was approved, and
 * which kext stands in the way. Texts and statuses: docs/facts.md#kmutil-rebuild.
 * What was never seen (a refusal, a pure success) is read by status and by the
 * announcement of the request; nothing unknown is taken for success.
 */
#include <string.h>

#include "kmutil-helpers/kmutil_text.h"
#include "kmutil-helpers/kmutil_text_list.h"
#include "kmutil-helpers/text_line.h"

#include "kmutil-helpers/banned.h"

/* Exit statuses of kmutil(8), and -6 of LocalAuthentication as a status. */
#define STATUS_APPROVAL_REQUIRED 27
#define STATUS_NEEDS_RESTART 28
#define STATUS_USAGE 64
#define STATUS_NOBODY 250

/* The dialog waits 60 seconds: who was asked and took that long did not answer. */
#define UNANSWERED_MS 58000

/* "Error Domain=DOMAIN Code=CODE "TEXT" UserInfo={...}" */
struct tool_error {
	struct piece domain, text;
	int code; /* without its sign; -1: none */
};

static bool
error_find(struct piece text, struct tool_error *error)
{
	struct piece rest = piece_after(text, "Error Domain="), code;

	*error = (struct tool_error){.code = -1};
	if (rest.text == NULL)
		return false;
	error->domain = piece_before(rest, " ");
	code = piece_before(piece_before(piece_after(rest, "Code="), " "), "\n");
	if (code.len != 0 && code.text[0] == '-')
		code = piece_cut(code, 1, code.len);
	error->code = piece_number(code);
	rest = piece_after(rest, "\"");
	if (piece_has(rest, "\" UserInfo="))
		error->text = piece_before(rest, "\" UserInfo=");
	else
		error->text = piece_before(piece_before(rest, "\n"), "\"");
	return true;
}

/* A word of an error text that is a bundle id or a path, without its quotes. */
static struct piece
unquote(struct piece word)
{
	while (word.len != 0 && strchr("'\"([", word.text[0]) != NULL)
		word = piece_cut(word, 1, word.len);
	while (word.len != 0 && strchr("'\")],.;:", word.text[word.len - 1]) != NULL)
		word.len--;
	return word;
}

/* The kext that the error names: a bundle id after one of the words that
 * introduce it, and a path up to ".kext". */
static void
error_name_kext(struct arena *arena, struct piece text, struct kmutil_rebuild *rebuild)
{
	static const char *const marks[] = {"identifiers ", "identifier ", "Kext ",
	    "extension(s): "};
	struct piece at, word, path;
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(*marks) && rebuild->bad_kext == NULL; i++) {
		at = piece_after(text, marks[i]);
		if (piece_next_word(&at, &word) && piece_is_bundle_id(unquote(word)))
			rebuild->bad_kext = piece_copy(arena, unquote(word));
	}
	for (at = text; (path = piece_after(at, "/")).text != NULL; at = path) {
		word = piece_before(piece_before(path, "\n"), "'");
		if (!piece_has(word, ".kext"))
			continue;
		word = piece_before(word, ".kext");
		rebuild->bad_path = arena_printf(arena, "/%.*s.kext", (int)word.len, word.text);
		return;
	}
}

/* "[+] ID<TAB>VERSION<TAB>PATH"; blanks in place of the TABs are taken too. */
static void
change_add(struct arena *arena, struct kmutil_list *list, struct piece line)
{
	struct piece rest = piece_trim(piece_cut(line, 3, line.len)), id, version, path;

	if (piece_has(rest, "\t")) {
		(void)piece_next_field(&rest, &id);
		if (!piece_next_field(&rest, &version))
			version = (struct piece){NULL, 0};
	} else if (!piece_next_word(&rest, &id) || !piece_next_word(&rest, &version)) {
		version = (struct piece){NULL, 0};
	}
	id = piece_trim(id);
	path = piece_trim(rest);
	if (id.len == 0) {
		list->not_understood++;
		return;
	}
	kmutil_list_add(arena, list,
	    &(struct kmutil_kext){.id = piece_copy(arena, id),
		.version = version.len ? piece_copy(arena, piece_trim(version)) : NULL,
		.path = path.len ? piece_copy(arena, path) : NULL});
}

static bool
lists_converge(const struct kmutil_list *added, const struct kmutil_list *removed)
{
	size_t i, j;

	for (i = 0; i < added->count; i++)
		for (j = 0; j < removed->count; j++)
			if (strcmp(added->items[i].id, removed->items[j].id) == 0)
				return false;
	return true;
}

/* LAError.h: 6 no biometry, 1004 not interactive, 1000 a dialog that did not come up: nobody
 * there; 4 the system and 9 the program gave up waiting (assumption
 * timeout-is-authentication-error). Texts: docs/facts.md#local-authentication. */
static enum kmutil_outcome
outcome_of_authentication(int code)
{
	if (code == 6 || code == 1000 || code == 1004)
		return KMUTIL_NOBODY;
	return code == 4 || code == 9 ? KMUTIL_TIMED_OUT : KMUTIL_REFUSED;
}

static enum kmutil_outcome
outcome_of_error(struct arena *arena, const struct tool_error *error,
    struct kmutil_rebuild *rebuild)
{
	if (piece_is(error->domain, "com.apple.LocalAuthentication"))
		return outcome_of_authentication(error->code);
	if (error->code == STATUS_NEEDS_RESTART && rebuild->status == STATUS_NEEDS_RESTART)
		return KMUTIL_NEEDS_RESTART;
	error_name_kext(arena, error->text, rebuild);
	return piece_is(error->domain, "KMErrorDomain") || rebuild->bad_kext || rebuild->bad_path
	    ? KMUTIL_BUILD_FAILED
	    : KMUTIL_NOT_UNDERSTOOD;
}

static enum kmutil_outcome
outcome_of_status(struct piece out, struct piece err, const struct kmutil_rebuild *rebuild)
{
	bool restart = piece_has(out, "A system reboot is required") ||
	    piece_has(err, "A system reboot is required");

	switch (rebuild->status) {
	case 0:
		if (restart)
			return KMUTIL_NEEDS_RESTART;
		return piece_has(out, "No changes detected") ? KMUTIL_NO_CHANGES
							     : KMUTIL_NOT_UNDERSTOOD;
	case STATUS_NEEDS_RESTART:
		return KMUTIL_NEEDS_RESTART;
	case STATUS_APPROVAL_REQUIRED:
		return KMUTIL_REFUSED;
	case STATUS_NOBODY:
		return KMUTIL_NOBODY;
	case STATUS_USAGE:
		return KMUTIL_NO_SUCH_VERB;
	}
	return rebuild->asked && rebuild->status > 0 ? KMUTIL_REFUSED : KMUTIL_NOT_UNDERSTOOD;
}

void
kmutil_text_read_rebuild(struct arena *arena, const struct spawn_result *result,
    struct kmutil_rebuild *rebuild)
{
	struct piece out = piece_make(result->out, result->out_len), rest = out, line;
	struct piece err = piece_make(result->err, result->err_len);
	struct tool_error error;

	*rebuild = (struct kmutil_rebuild){.status = result->status, .cut_off = result->timed_out};
	while (piece_next_line(&rest, &line)) {
		line = piece_trim(line);
		if (piece_starts(line, "[+]"))
			change_add(arena, &rebuild->added, line);
		else if (piece_starts(line, "[-]"))
			change_add(arena, &rebuild->removed, line);
		else if (piece_starts(line, "Requesting user approval"))
			rebuild->asked = true;
	}
	rebuild->converges = lists_converge(&rebuild->added, &rebuild->removed);
	rebuild->message = spawn_last_words(arena, result);
	if (result->timed_out) {
		rebuild->outcome = KMUTIL_TIMED_OUT;
	} else if (error_find(err, &error) || error_find(out, &error)) {
		rebuild->outcome = outcome_of_error(arena, &error, rebuild);
		if (error.text.len != 0)
			rebuild->message = piece_copy(arena, error.text);
	} else {
		rebuild->outcome = outcome_of_status(out, err, rebuild);
	}
	if (rebuild->outcome == KMUTIL_REFUSED && rebuild->asked &&
	    result->took_ms >= UNANSWERED_MS)
		rebuild->outcome = KMUTIL_TIMED_OUT;
}
