/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The little that macsim reads of XML property lists: its own, Info.plists and
 * launchd jobs. By looking for text; it is no parser and need not be one.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/write_plist.h"

static const char *
after_key(const char *xml, const char *key)
{
	char wanted[200];
	const char *at;

	snprintf(wanted, sizeof(wanted), "<key>%s</key>", key);
	at = strstr(xml, wanted);
	if (!at)
		return NULL;
	at += strlen(wanted);
	return at + strspn(at, " \t\r\n");
}

static void
undo_entities(char *text)
{
	static const struct {
		const char *name;
		char value;
	} entities[] = {
	    {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}};

	for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++)
		for (char *at = text; (at = strstr(at, entities[i].name)); at++) {
			size_t len = strlen(entities[i].name);

			*at = entities[i].value;
			memmove(at + 1, at + len, strlen(at + len) + 1);
		}
}

bool
plist_find_text(const char *xml, const char *key, char *out, size_t room)
{
	const char *at = after_key(xml, key), *end;

	if (!at || (strncmp(at, "<string>", 8) && strncmp(at, "<integer>", 9)))
		return false;
	at = strchr(at, '>') + 1;
	end = strchr(at, '<');
	if (!end || (size_t)(end - at) >= room)
		return false;
	snprintf(out, room, "%.*s", (int)(end - at), at);
	undo_entities(out);
	return true;
}

bool
plist_find_true(const char *xml, const char *key)
{
	const char *at = after_key(xml, key);

	return at && !strncmp(at, "<true/>", 7);
}

bool
plist_inner(const char *xml, struct bytes *out)
{
	const char *start = strstr(xml, "<dict>"), *end = NULL;

	for (const char *at = start; at && (at = strstr(at, "</dict>")); at++)
		end = at;
	if (!start || !end)
		return false;
	start += strlen("<dict>");
	start += *start == '\n';
	bytes_add(out, start, (size_t)(end - start));
	return true;
}
