/* SPDX-License-Identifier: BSD-2-Clause */
/* What the words of a job name: argument by argument, scripts of a shell word by word. */
#include <string.h>

#include "kmutil-helpers/path.h"
#include "kmutil-helpers/plist.h"
#include "uninstall/launchd_job.h"
#include "kmutil-helpers/banned.h"

#define BUNDLE_SUFFIX ".kext"
#define ID_OPTION "--bundle-identifier"
#define BLANKS " \t"
/* Where one command of a script ends and another may begin. */
#define BREAKS "\r\n;&|()`"

/* A program and its arguments. */
struct words {
	const char **items;
	size_t count, room;
};

static void
add_word(struct arena *arena, struct words *words, const char *word)
{
	const char **added =
	    arena_push(arena, &words->items, &words->count, &words->room, sizeof(*added));

	*added = word;
}

static bool
is_word(const struct words *words, size_t i, const char *word)
{
	return i < words->count && strcmp(words->items[i], word) == 0;
}

/* Whether word i calls the program, wherever that lies. */
static bool
is_call(const struct words *words, size_t i, const char *program)
{
	return i < words->count && strcmp(path_leaf(words->items[i]), program) == 0;
}

static bool
is_loader(const struct words *words, size_t i)
{
	return is_call(words, i, "kextload") || is_call(words, i, "kextutil") ||
	    (is_call(words, i, "kmutil") && is_word(words, i + 1, "load"));
}

/* Words that stand before a command in a script. */
static bool
is_lead(const char *word)
{
	static const char *const leads[] = {
	    "if", "then", "elif", "else", "while", "until", "do", "!", "{", "exec", "sudo"};
	size_t i;

	for (i = 0; i < sizeof(leads) / sizeof(*leads); i++)
		if (strcmp(word, leads[i]) == 0)
			return true;
	return false;
}

/* Whether the command takes kexts away. */
static bool
is_taking_away(const struct words *words)
{
	size_t first = 0;

	while (first < words->count && is_lead(words->items[first]))
		first++;
	return is_call(words, first, "kextunload") || is_call(words, first, "rm") ||
	    (is_call(words, first, "kmutil") && is_word(words, first + 1, "unload"));
}

static void
add_kext(struct arena *arena, struct launchd_job *job, const struct launchd_kext *kext)
{
	struct launchd_kext *old;

	for (old = job->kexts; old < job->kexts + job->count; old++)
		if (kext->bundle_id != NULL
			? old->bundle_id != NULL && strcmp(old->bundle_id, kext->bundle_id) == 0
			: old->path != NULL && strcmp(old->path, kext->path) == 0) {
			old->inside = old->inside && kext->inside;
			return;
		}
	old = arena_push(arena, &job->kexts, &job->count, &job->room, sizeof(*old));
	*old = *kext;
}

static void
add_id(struct arena *arena, struct launchd_job *job, const char *id)
{
	if (id[0] != '\0')
		add_kext(arena, job, &(struct launchd_kext){.bundle_id = id});
}

/* The innermost bundle on the way to a path; NULL when none is on it. */
static const char *
innermost_bundle(struct arena *arena, const char *path)
{
	const size_t suffix_len = strlen(BUNDLE_SUFFIX);
	const char *at = path, *end;
	size_t len = 0;

	while (*at == '/') {
		at++;
		end = at + strcspn(at, "/");
		if ((size_t)(end - at) > suffix_len &&
		    strncmp(end - suffix_len, BUNDLE_SUFFIX, suffix_len) == 0)
			len = (size_t)(end - path);
		at = end;
	}
	return len > 0 ? arena_strndup(arena, path, len) : NULL;
}

/* A word that is a path, or an option with one: --bundle-path=/... */
static void
read_path(struct arena *arena, struct launchd_job *job, const char *word)
{
	const char *equals = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
	const char *named = equals != NULL ? equals + 1 : word, *path, *bundle;

	if (named[0] != '/')
		return;
	path = path_canonical(arena, named);
	if (path == NULL)
		path = named;
	bundle = innermost_bundle(arena, path);
	if (bundle != NULL)
		add_kext(arena, job,
		    &(struct launchd_kext){
			.path = bundle, .inside = strlen(bundle) < strlen(path)});
}

/* The words of one command, without word `skip`. */
static void
read_command(
    struct arena *arena, struct launchd_job *job, const struct words *words, size_t skip)
{
	bool loads = false;
	size_t i;

	if (is_taking_away(words))
		return;
	for (i = 0; i < words->count; i++) {
		loads = loads || is_loader(words, i);
		if (i == skip)
			continue;
		if (loads && i + 1 < words->count &&
		    (is_word(words, i, "-b") || is_word(words, i, "-bundle-id") ||
			is_word(words, i, ID_OPTION)))
			add_id(arena, job, words->items[++i]);
		else if (loads &&
			 strncmp(words->items[i], ID_OPTION "=", strlen(ID_OPTION "=")) == 0)
			add_id(arena, job, words->items[i] + strlen(ID_OPTION "="));
		else
			read_path(arena, job, words->items[i]);
	}
}

/* One word of a script into `word`, without its quotes. false at a break. */
static bool
next_word(const char **script, char *word)
{
	const char *at = *script;
	char quote = '\0';

	for (; *at != '\0' && (quote != '\0' || strchr(BREAKS BLANKS, *at) == NULL); at++) {
		if (quote == '\0' ? *at == '\'' || *at == '"' : *at == quote) {
			quote = quote == '\0' ? *at : '\0';
			continue;
		}
		if (*at == '\\' && quote != '\'' && at[1] != '\0')
			at++;
		*word++ = *at;
	}
	*word = '\0';
	if (at == *script)
		return false;
	*script = at;
	return true;
}

/* Each command of a script. Variables, and scripts in the script, are not followed. */
static void
read_script(struct arena *arena, struct launchd_job *job, const char *script)
{
	char *word = arena_alloc(arena, strlen(script) + 1);
	struct words words = {0};

	for (;;) {
		script += strspn(script, BLANKS);
		if (next_word(&script, word)) {
			add_word(arena, &words, arena_strdup(arena, word));
			continue;
		}
		read_command(arena, job, &words, words.count);
		words.count = 0;
		if (*script++ == '\0')
			return;
	}
}

static bool
is_shell(const struct words *words, size_t i)
{
	static const char *const shells[] = {"sh", "bash", "zsh", "dash", "ksh", "csh", "tcsh"};
	size_t shell;

	for (shell = 0; shell < sizeof(shells) / sizeof(*shells); shell++)
		if (is_call(words, i, shells[shell]))
			return true;
	return false;
}

/* The place of the script among the words of a shell (sh -ec SCRIPT); the number
 * of words when there is none. */
static size_t
find_script(const struct words *words)
{
	bool options = false;
	size_t i;

	for (i = 0; i < words->count; i++) {
		options = is_shell(words, i) || (options && words->items[i][0] == '-');
		if (options && words->items[i][0] == '-' && words->items[i][1] != '-' &&
		    strchr(words->items[i], 'c') != NULL && i + 1 < words->count)
			return i + 1;
	}
	return words->count;
}

/* Program is what is started; without it the first argument is. */
static int
read_words(struct arena *arena, const struct plist *list, struct words *words)
{
	const struct plist *program = plist_find(list, "Program");
	const struct plist *arguments = plist_find(list, "ProgramArguments");
	const char *word;
	size_t i;

	if ((program != NULL && plist_text(program) == NULL) ||
	    (arguments != NULL && plist_type(arguments) != PLIST_ARRAY))
		return -FAULT_TYPE;
	for (i = 0; i < plist_count(arguments); i++) {
		word = plist_text(plist_item(arguments, i));
		if (word == NULL)
			return -FAULT_TYPE;
		add_word(arena, words, word);
	}
	if (program != NULL && words->count > 0)
		words->items[0] = plist_text(program);
	else if (program != NULL)
		add_word(arena, words, plist_text(program));
	return 0;
}

int
launchd_job_read(struct arena *arena, const struct plist *list, struct launchd_job *job)
{
	struct words words = {0};
	size_t script;
	int error;

	*job = (struct launchd_job){.label = plist_find_text(list, "Label")};
	if (plist_type(list) != PLIST_DICT)
		return -FAULT_TYPE;
	error = read_words(arena, list, &words);
	if (error != 0)
		return error;
	job->program = words.count > 0 ? words.items[0] : NULL;
	script = find_script(&words);
	if (script < words.count)
		read_script(arena, job, words.items[script]);
	read_command(arena, job, &words, script);
	return 0;
}
