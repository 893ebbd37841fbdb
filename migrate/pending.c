/* SPDX-License-Identifier: BSD-2-Clause */
/* The file of pending handoffs. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kmutil-helpers/replace_file.h"
#include "kmutil-helpers/text_line.h"
#include "migrate/pending.h"
#include "kmutil-helpers/banned.h"

#define PENDING_FILE "handoff-pending"
#define PENDING_MODE 0644
#define PENDING_CAP_BYTES ((size_t)64 << 10)
#define PENDING_MAX 256

static bool
is_roots(const struct stat *st)
{
	return st->st_uid == 0 && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static void
read_lines(const struct root *root, struct arena *arena, const char *path, const char **rules,
    size_t *count)
{
	struct piece rest, line;
	struct stat st;
	char *bytes;
	size_t len;
	int fd;

	if (path_open_file(root, path, &fd, &st) != 0)
		return;
	if (is_roots(&st) && file_read(fd, PENDING_CAP_BYTES, arena, &bytes, &len) == 0) {
		rest = piece_make(bytes, len);
		while (*count < PENDING_MAX && piece_next_line(&rest, &line))
			if (piece_trim(line).len > 0)
				rules[(*count)++] = piece_copy(arena, piece_trim(line));
	}
	(void)close(fd);
}

void
pending_read(struct arena *arena, const char *folder, const char *const **rules, size_t *count)
{
	const char **list = arena_array(arena, PENDING_MAX + 1, sizeof(*list));
	const char *canonical = path_canonical_here(arena, folder);
	struct root root;

	*rules = list;
	*count = 0;
	if (canonical == NULL || root_init(&root, "/", NULL, NULL) != 0)
		return;
	read_lines(&root, arena, arena_printf(arena, "%s/" PENDING_FILE, canonical), list, count);
	root_done(&root);
}

void
pending_note(struct session *session, const char *rule, bool pending)
{
	const char *folder =
	    session->options->state != NULL ? session->options->state : STATE_FOLDER;
	const char *const *rules, *path;
	struct buf text = {0};
	bool was_pending = false;
	size_t count, i;
	int error = 0;

	pending_read(session->arena, folder, &rules, &count);
	for (i = 0; i < count; i++) {
		if (strcmp(rules[i], rule) == 0) {
			was_pending = true;
			if (!pending)
				continue;
		}
		buf_text(&text, rules[i]);
		buf_text(&text, "\n");
	}
	if (pending && !was_pending && count < PENDING_MAX) {
		buf_text(&text, rule);
		buf_text(&text, "\n");
	}
	path = arena_printf(
	    session->arena, "%s/" PENDING_FILE, path_canonical_here(session->arena, folder));
	/* A state folder that is not there yet is made by what changes the Mac. */
	if (pending != was_pending && path_exists(&session->root, folder))
		error = replace_file(&session->root, path, &text, PENDING_MODE);
	if (error != 0)
		problem_add(&session->scan.problems, path, "handoff", error,
		    "the agent in a person's session does not go on by itself", false);
	buf_done(&text);
}
