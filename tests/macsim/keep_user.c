/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The accounts of the simulated Mac: /private/etc/passwd and homes in /Users.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/keep.h"

#define PASSWD "/private/etc/passwd"
enum { FIRST_UID = 501, LAST_UID = 60000, STAFF = 20 };

bool
keep_user_find(const char *root, const char *name, unsigned int *uid, unsigned int *gid)
{
	struct bytes text = {0};
	size_t len = strlen(name);
	bool found = false;
	char *line, *save = NULL;

	if (len == 0 || !files_read(root, PASSWD, &text))
		return false;
	bytes_add(&text, "", 1);
	for (line = strtok_r((char *)text.data, "\n", &save); line && !found;
	     line = strtok_r(NULL, "\n", &save))
		if (!strncmp(line, name, len) && line[len] == ':')
			found = sscanf(line + len, ":%*[^:]:%u:%u:", uid, gid) == 2;
	bytes_done(&text);
	return found;
}

/* One more than the highest of a person. */
static unsigned int
next_uid(const struct bytes *text)
{
	const char *end = (const char *)text->data + text->len;
	unsigned int next = FIRST_UID, uid;

	for (const char *line = (const char *)text->data; line && line < end;) {
		char copy[256];

		snprintf(copy, sizeof(copy), "%.*s", (int)(end - line), line);
		if (sscanf(copy, "%*[^:]:%*[^:]:%u:", &uid) == 1 && uid >= next && uid < LAST_UID)
			next = uid + 1;
		line = memchr(line, '\n', (size_t)(end - line));
		line = line ? line + 1 : NULL;
	}
	return next;
}

void
keep_user_add(const char *root, const char *name)
{
	struct files_path home = files_format("/Users/%s", name);
	struct bytes text = {0};
	unsigned int uid, gid;

	if (keep_user_find(root, name, &uid, &gid))
		return;
	(void)files_read(root, PASSWD, &text);
	uid = next_uid(&text);
	bytes_printf(&text, "%s:*:%u:%d:%s:%s:/bin/sh\n", name, uid, STAFF, name, home.text);
	files_write(root, PASSWD, text.data, text.len, 0644);
	files_mkdir(root, home.text, 0755);
	bytes_done(&text);
}
