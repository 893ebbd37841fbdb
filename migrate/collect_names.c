/* SPDX-License-Identifier: BSD-2-Clause */
/* Who and which Mac: the words that an archive must not hold. */
#include <pwd.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "kmutil-helpers/spawn.h"
#include "kmutil-helpers/tool_console.h"
#include "kmutil-helpers/tool_ioreg.h"
#include "migrate/collect.h"
#include "kmutil-helpers/banned.h"

#define HOMES "/Users"
#define HOST_NAME_BYTES 256
#define PART_BYTES 4 /* shorter parts of a full name are part of everything */

/* Words that the archive itself is made of: as the name of a user they are replaced in
 * the paths of homes alone. */
static const char *const common_words[] = {"admin", "administrator", "apple", "bundle", "console",
    "daemon", "default", "driver", "example", "extension", "extensions", "kernel", "kext",
    "kextirpate", "library", "local", "macbook", "macos", "name", "none", "path", "private", "root",
    "serial", "shared", "string", "support", "system", "test", "true", "user", "users"};

static bool
is_label_of(const char *id, const char *word)
{
	size_t len;

	for (; id != NULL && *id != '\0'; id += len + (id[len] != '\0')) {
		len = strcspn(id, "./-_");
		if (len == strlen(word) && strncasecmp(id, word, len) == 0)
			return true;
	}
	return false;
}

/* Whether the word is one of the archive's own, or part of a kext's id or path. */
static bool
is_common(const struct session *session, const char *word)
{
	const struct kext_case *kext;
	size_t i;

	for (i = 0; i < sizeof(common_words) / sizeof(*common_words); i++)
		if (strcasecmp(common_words[i], word) == 0)
			return true;
	for (i = 0; i < session->cases.count; i++) {
		kext = &session->cases.items[i];
		if (is_label_of(kext->bundle_id, word) ||
		    (kext->rule != NULL && is_label_of(kext->rule->id, word)))
			return true;
	}
	return false;
}

static void
add_full_name(struct collection *collection, const struct session *session, const char *name)
{
	const char *part;
	size_t len;

	pseudonym_add(&collection->names, "name", name, is_common(session, name));
	for (; *name != '\0'; name += len + (name[len] != '\0')) {
		len = strcspn(name, " ");
		part = arena_strndup(collection->arena, name, len);
		if (len >= PART_BYTES && !is_common(session, part))
			pseudonym_add(&collection->names, "name", part, false);
	}
}

static void
add_user(struct collection *collection, const struct session *session, const char *name)
{
	const struct passwd *entry = getpwnam(name);
	char *full;

	pseudonym_add(&collection->names, "user", name, is_common(session, name));
	if (entry == NULL || entry->pw_gecos == NULL)
		return;
	full = arena_strdup(collection->arena, entry->pw_gecos);
	full[strcspn(full, ",")] = '\0';
	add_full_name(collection, session, full);
}

static void
add_users(struct collection *collection, struct session *session)
{
	struct console console;
	char **names;
	size_t count, i;

	if (path_list(&session->root, HOMES, collection->arena, &names, &count) == 0)
		for (i = 0; i < count; i++)
			if (names[i][0] != '.' && strcmp(names[i], "Shared") != 0)
				add_user(collection, session, names[i]);
	if (console_read(collection->arena, &console) == 0 && console.user != NULL)
		add_user(collection, session, console.user);
}

static void
add_computer(struct collection *collection)
{
	static const char *const which[] = {"ComputerName", "LocalHostName", "HostName"};
	const char *argv[] = {"/usr/sbin/scutil", "--get", NULL, NULL};
	char host[HOST_NAME_BYTES] = "", *name;
	struct spawn_result result;
	size_t i;

	for (i = 0; i < sizeof(which) / sizeof(*which); i++) {
		argv[2] = which[i];
		if (spawn_ask(collection->arena, argv, 0, &result) != 0 || result.status != 0)
			continue;
		name = arena_strdup(collection->arena, result.out);
		name[strcspn(name, "\n")] = '\0';
		pseudonym_add(&collection->names, "computer", name, false);
	}
	if (gethostname(host, sizeof(host) - 1) == 0) {
		host[strcspn(host, ".")] = '\0';
		pseudonym_add(&collection->names, "computer", host, false);
	}
}

void
collect_find_names(struct collection *collection, struct session *session)
{
	const char *serial, *uuid;

	add_users(collection, session);
	add_computer(collection);
	if (ioreg_read_identity(collection->arena, &serial, &uuid) != 0)
		buf_text(&collection->left_out,
		    "ioreg did not tell serial number and hardware UUID: look for them yourself "
		    "before you send this on\n");
	pseudonym_add(&collection->names, "serial", serial, false);
	pseudonym_add(&collection->names, "uuid", uuid, false);
	pseudonym_ready(&collection->names);
}
