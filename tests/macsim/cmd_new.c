/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `macsim new`: a Mac in a folder. Replaces only a folder that macsim made.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/model_boot.h"
#include "tests/macsim/scenario.h"

static const char *const tools[] = {
    "/usr/bin/kmutil",
    "/usr/bin/systemextensionsctl",
    "/usr/bin/csrutil",
    "/usr/bin/sw_vers",
    "/usr/bin/bputil",
    "/usr/bin/codesign",
    "/usr/bin/sudo",
    "/usr/bin/stat",
    "/usr/sbin/pkgutil",
    "/usr/sbin/kextcache",
    "/usr/sbin/kcditto",
    "/usr/sbin/sysctl",
    "/bin/launchctl",
    "/usr/bin/profiles",
    "/usr/bin/fdesetup",
    "/usr/bin/log",
    "/usr/sbin/ioreg",
    "/usr/sbin/scutil",
    "/sbin/shutdown",
};

/* One copy of the program, the others are links to it. */
static void
put_tools(const char *root)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	struct files_path from;
	struct bytes program = {0};

	if (len > 0) {
		self[len] = 0;
		*strrchr(self, '/') = 0;
	}
	from = files_format("%s/../../build/tests/macsim/mactool", len > 0 ? self : ".");
	if (!files_read("", from.text, &program))
		macsim_die("%s: is not there; make builds it", from.text);
	files_write(root, tools[0], program.data, program.len, 0755);
	for (size_t i = 1; i < sizeof(tools) / sizeof(*tools); i++)
		files_hardlink(root, tools[0], tools[i]);
	bytes_done(&program);
}

/* A folder of macsim's, an empty one, or none. */
static void
clear_folder(const char *dir)
{
	size_t count;
	char **names = files_names(dir, "/", &count);
	bool ours = files_exists(dir, "/.macsim/model");

	if (count > 0 && !ours)
		macsim_die("%s: is not empty and is no simulated Mac; nothing was changed", dir);
	for (size_t i = 0; i < count; i++) {
		struct files_path one = files_format("/%s", names[i]);

		(void)files_remove_tree(dir, one.text);
	}
	files_free_names(names, count);
}

/* 28 is one that nobody has seen: it behaves as 27 does. */
static void
check_version(const char *version, const char *chip)
{
	int part[3];

	if (!version_parse(version, part))
		macsim_die("\"%s\" is no macOS version", version);
	if (part[0] < 11 || part[0] > 28 || (part[0] > 15 && part[0] < 26))
		macsim_die("macOS %s is not known; 11 to 15 and 26 to 28 are", version);
	if (!strcmp(chip, "intel") && part[0] > 26)
		macsim_die("macOS %s does not run on Intel", version);
}

static int
build(const char *dir, const char *version, const char *chip, const struct scenario *scenario,
    const char *describe)
{
	struct model *model = model_new();

	clear_folder(dir);
	files_mkdir("", dir, 0755);
	files_mkdir(dir, "/.macsim", 0777);
	model_put(model, "scenario", scenario->name);
	model_put(model, "chip", chip);
	model_put(model, "rule", scenario->rule ? scenario->rule : "");
	if (describe)
		model_put(model, "describe", describe);
	model_put(model, "rebuilds", "0");
	model_put(model, "asked", "0");
	version_put(model, version);
	files_set_time(SCENARIO_INSTALLED);
	scenario_base(dir, model);
	put_tools(dir);
	scenario->build(dir, model);
	if (model_at(model, "member", 0))
		keep_collection_write(dir, model);
	keep_stash_write(dir, model);
	files_set_time(0);
	model_boot(dir, model);
	if (scenario->finish)
		scenario->finish(dir, model);
	model_clear(model, "used");
	model_save(model, dir);
	model_free(model);
	return 0;
}

int
cmd_new(int argc, char **argv)
{
	const char *dir = NULL, *version = NULL, *chip = NULL, *name = NULL,
		   *describe = NULL;
	const struct scenario *scenario;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--macos") && i + 1 < argc)
			version = argv[++i];
		else if (!strcmp(argv[i], "--chip") && i + 1 < argc)
			chip = argv[++i];
		else if (!strcmp(argv[i], "--scenario") && i + 1 < argc)
			name = argv[++i];
		else if (!strcmp(argv[i], "--describe") && i + 1 < argc)
			describe = argv[++i];
		else if (argv[i][0] != '-' && !dir)
			dir = argv[i];
		else
			macsim_die("new: \"%s\" is not understood", argv[i]);
	}
	if (!dir || !version || !chip || !name)
		macsim_die("usage: macsim new DIR --macos V --chip apple|intel --scenario NAME");
	if (strcmp(chip, "apple") && strcmp(chip, "intel"))
		macsim_die("chip is apple or intel, not \"%s\"", chip);
	check_version(version, chip);
	scenario = scenario_find(name);
	if (!scenario)
		macsim_die("no scenario is called \"%s\"; `macsim scenarios` lists them", name);
	umask(022);
	return build(dir, version, chip, scenario, describe);
}
