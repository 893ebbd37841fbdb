/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kmutil: showloaded, inspect, clear-staging, check, rebuild. Texts: docs/facts.md 1.5.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/tool.h"

static bool
has_word(int argc, char **argv, const char *word)
{
	for (int i = 2; i < argc; i++)
		if (!strcmp(argv[i], word))
			return true;
	return false;
}

static const char *
word_after(int argc, char **argv, const char *word, const char *otherwise)
{
	for (int i = 2; i + 1 < argc; i++)
		if (!strcmp(argv[i], word))
			return argv[i + 1];
	return otherwise;
}

static bool
word_is(int argc, char **argv, const char *word, const char *value)
{
	for (int i = 2; i + 1 < argc; i++)
		if (!strcmp(argv[i], word))
			return !strcmp(argv[i + 1], value);
	return false;
}

static int
show_loaded(struct model *model, int argc, char **argv)
{
	static const char *const kpi[] = {"com.apple.kpi.bsd", "com.apple.kpi.dsep",
	    "com.apple.kpi.iokit", "com.apple.kpi.libkern", "com.apple.kpi.mach"};
	const char *id = word_after(argc, argv, "--bundle-identifier",
	    word_after(argc, argv, "--optional-identifier", word_after(argc, argv, "-b", NULL)));
	bool unloaded = word_is(argc, argv, "--show", "unloaded");
	bool all = word_is(argc, argv, "--show", "all");
	struct kexts kexts = kexts_get(model, "boot");
	char darwin[16];
	int index = 1;

	version_darwin(model_get(model, "macos", ""), darwin);
	if (!has_word(argc, argv, "--variant-suffix"))
		fputs("No variant specified, falling back to release\n", stderr);
	if (!has_word(argc, argv, "--list-only"))
		puts("Index Refs Address            Size       Wired      "
		     "Name (Version) UUID <Linked Against>");
	for (size_t i = 0; i < sizeof(kpi) / sizeof(*kpi); i++, index++)
		if ((!id || !strcmp(id, kpi[i])) && !unloaded &&
		    !word_is(argc, argv, "--collection", "aux"))
			printf("%5d  141 0                  0          0          %s (%s) %s <>\n",
			    index, kpi[i], darwin, model_get(model, "bootkc", ""));
	for (size_t i = 0; i < kexts.count && !word_is(argc, argv, "--collection", "boot");
	     i++, index++) {
		const struct kext *k = &kexts.items[i];
		bool loaded = model_is_loaded(model, k->id);

		if ((id && strcmp(id, k->id)) || (loaded ? unloaded : !unloaded && !all))
			continue;
		/* How an unloaded one is shown was not seen: a guess. */
		printf("%5d %4d %#-18llx %#-10x %#-10x %s (%s) %s <3 4>\n", loaded ? index : 0, 0,
		    loaded ? 0xfffffe0009000000ULL + 0x4000ULL * i : 0ULL, loaded ? 0x4000U : 0U,
		    loaded ? 0x4000U : 0U, k->id, k->version, k->uuid);
	}
	kexts_free(&kexts);
	return 0;
}

static int
inspect(struct model *model, int argc, char **argv)
{
	struct kexts kexts = kexts_get(model, "member");
	bool uuids = has_word(argc, argv, "--show-kext-uuids");
	int status = 0;

	if (keep_collection_changed("", model) &&
	    model_assumes(model, "changed-collection-is-not-read")) {
		fprintf(stderr, "Could not read the kext collection at %s\n",
		    keep_collection_path(model).text);
		status = model_assumes(model, "inspect-fails-on-unread-collection") ? 1 : 0;
	}
	if (keep_collection_present("", model)) {
		printf("auxiliary kext collection at %s (%s):\nExtension Information:\n",
		    keep_collection_path(model).text, model_get(model, "aux.uuid", ""));
		for (size_t i = 0; i < kexts.count; i++) {
			printf("%s\t%s\t%s", kexts.items[i].id, kexts.items[i].version,
			    kexts.items[i].path);
			if (uuids)
				printf(
				    *kexts.items[i].uuid ? "\t(%s)" : "\t%s", kexts.items[i].uuid);
			putchar('\n');
		}
		putchar('\n');
	}
	kexts_free(&kexts);
	return status;
}

static int
check(struct model *model)
{
	struct kexts members = kexts_get(model, "member");
	bool stale = false;

	for (size_t i = 0; i < members.count; i++)
		stale = stale || !files_exists("", members.items[i].path);
	kexts_free(&members);
	return stale && !model_assumes(model, "check-accepts-stale") ? 1 : 0;
}

/* Before 14 there is none, unless the assumption is flipped, and the other way round. */
static bool
has_rebuild(const struct model *model)
{
	return (version_compare(model_get(model, "macos", ""), "14.0") >= 0) ==
	       model_assumes(model, "rebuild-since-14");
}

/* Its help, by the rows of its completion script; the frame is that of any program of
 * Swift's ArgumentParser. */
static int
help(const struct model *model)
{
	static const char *const verbs[] = {"create", "inspect", "load", "unload", "libraries",
	    "showloaded", "find", "dumpstate", "check", "log", "clear-staging",
	    "trigger-panic-medic", "configure-boot", "print-diagnostics"};

	puts("OVERVIEW: kmutil: KernelManagement Utility\n\nUSAGE: kmutil <subcommand>\n\n"
	     "OPTIONS:\n  -h, --help              Show help information.\n\nSUBCOMMANDS:");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		printf("  %s\n", verbs[i]);
	if (has_rebuild(model))
		puts("  rebuild");
	return 0;
}

int
tool_kmutil(struct model *model, int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "showloaded"))
		return show_loaded(model, argc, argv);
	if (!strcmp(verb, "inspect"))
		return inspect(model, argc, argv);
	if (!strcmp(verb, "check"))
		return check(model);
	if (!strcmp(verb, "install"))
		return tool_kmutil_install(model);
	if (!strcmp(verb, "load"))
		return tool_kmutil_load(model, argc, argv);
	if (!strcmp(verb, "dumpstate"))
		return tool_kmutil_dumpstate(model);
	if (!strcmp(verb, "unload"))
		return tool_kmutil_unload(model, argc, argv);
	if (!strcmp(verb, "log"))
		return tool_kmutil_log(model);
	if (!strcmp(verb, "clear-staging")) {
		keep_staging_clear("", model);
		return 0;
	}
	if (!strcmp(verb, "--help") || !strcmp(verb, "-h"))
		return help(model);
	if (!strcmp(verb, "rebuild") && has_rebuild(model))
		return tool_kmutil_rebuild(model);
	if (!model_assumes(model, "unknown-verb-is-usage-error")) {
		puts("USAGE: kmutil <subcommand>");
		return 0;
	}
	fprintf(stderr,
	    "Error: Unexpected argument '%s'\nUsage: kmutil <subcommand>\n"
	    "  See 'kmutil --help' for more information.\n",
	    verb);
	return 64;
}
