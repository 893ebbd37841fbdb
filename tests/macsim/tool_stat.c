/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stat -f FORMAT PATH...: of the console who owns it, of other paths flags, owner, mode
 * and name. Flags are those of the places that System Integrity Protection keeps
 * (assumptions console-is-roots, sip-keeps-kernel-folders, extensions-are-roots,
 * forget-works).
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/tool.h"

static const char *
flags_of(const struct model *model, const char *path)
{
	static const char *const kept[] = {"/private/var/db/KernelExtensionManagement",
	    "/Library/StagedExtensions", "/private/var/db/SystemPolicyConfiguration",
	    "/Library/SystemExtensions"};

	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		if (!strcmp(path, kept[i]))
			return model_assumes(model, "sip-keeps-kernel-folders") ? "restricted"
										: "-";
	if (!strcmp(path, "/Library/Extensions") && !model_assumes(model, "extensions-are-roots"))
		return "restricted";
	if (!strcmp(path, "/private/var/db/receipts") && !model_assumes(model, "forget-works"))
		return "restricted";
	return "-";
}

static void
print_console(const struct model *model, const char *format)
{
	const char *console = model_get(model, "console", "user");
	unsigned int uid = 0, gid;

	if (strcmp(console, "none") != 0)
		(void)keep_user_find("", console, &uid, &gid);
	else if (model_assumes(model, "console-is-roots"))
		console = "root";
	else {
		console = "_windowserver";
		uid = 88;
	}
	for (; *format; format++) {
		if (!strncmp(format, "%Su", 3)) {
			fputs(console, stdout);
			format += 2;
		} else if (!strncmp(format, "%u", 2)) {
			printf("%u", uid);
			format++;
		} else {
			putchar(*format);
		}
	}
	putchar('\n');
}

static int
print_path(const struct model *model, const char *format, const char *path)
{
	struct stat st;

	if (lstat(path, &st)) {
		fprintf(stderr, "stat: %s: stat: No such file or directory\n", path);
		return 1;
	}
	for (; *format; format++) {
		if (!strncmp(format, "%Sf", 3)) {
			fputs(flags_of(model, path), stdout);
			format += 2;
		} else if (!strncmp(format, "%Lp", 3)) {
			printf("%o", (unsigned int)(st.st_mode & 07777));
			format += 2;
		} else if (!strncmp(format, "%u", 2)) {
			printf("%u", st.st_uid);
			format++;
		} else if (!strncmp(format, "%N", 2)) {
			fputs(path, stdout);
			format++;
		} else {
			putchar(*format);
		}
	}
	putchar('\n');
	return 0;
}

int
tool_stat(struct model *model, int argc, char **argv)
{
	const char *format = "";
	int status = 0;

	for (int i = 1; i < argc; i++) {
		if (!strncmp(argv[i], "-f", 2))
			format = argv[i][2] ? argv[i] + 2 : i + 1 < argc ? argv[++i] : "";
		else if (!strcmp(argv[i], "/dev/console"))
			print_console(model, format);
		else
			status |= print_path(model, format, argv[i]);
	}
	return status;
}
