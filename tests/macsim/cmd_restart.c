/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `macsim restart` and what a start does with launchd: the jobs of this project
 * run, all others are left alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/macsim/cmd_restart.h"
#include "tests/macsim/keep.h"
#include "tests/macsim/model_boot.h"
#include "tests/macsim/write_plist.h"

#define DAEMONS "/Library/LaunchDaemons"
enum { ARGUMENTS_MAX = 32 };

static size_t
job_arguments(char *xml, char *argv[ARGUMENTS_MAX + 1])
{
	char *at = strstr(xml, "<key>ProgramArguments</key>"),
	     *end = at ? strstr(at, "</array>") : NULL;
	size_t count = 0;

	while (end && count < ARGUMENTS_MAX && (at = strstr(at, "<string>")) && at < end) {
		char *stop = strstr(at, "</string>");

		if (!stop)
			break;
		*stop = 0;
		argv[count++] = at + strlen("<string>");
		at = stop + 1;
	}
	argv[count] = NULL;
	return count;
}

static void
run_job(const char *dir, const char *name)
{
	struct files_path path = files_format(DAEMONS "/%s", name);
	char *argv[ARGUMENTS_MAX + 1], label[200];
	struct bytes xml = {0};

	if (files_read(dir, path.text, &xml) &&
	    plist_find_text((char *)xml.data, "Label", label, sizeof(label)) &&
	    !strncmp(label, "org.kextirpate.", 15) &&
	    plist_find_true((char *)xml.data, "RunAtLoad") &&
	    job_arguments((char *)xml.data, argv) > 0) {
		struct sandbox_request request = {.dir = dir, .argv = argv};

		printf("launchd: %s\n", label);
		fflush(stdout);
		printf("launchd: %s ended with status %d\n", label, sandbox_run(&request));
	}
	bytes_done(&xml);
}

void
restart_finish(const char *dir, struct model *model)
{
	size_t count;
	char **names = files_names(dir, DAEMONS, &count);

	model_boot(dir, model);
	model_save(model, dir);
	model_unlock(); /* the jobs ask Apple's tools, and these take it */
	printf("macOS %s (%s) started\n", model_get(model, "macos", ""),
	    model_get(model, "build", ""));
	for (size_t i = 0; i < count; i++)
		run_job(dir, names[i]);
	files_free_names(names, count);
}

/* RestartDevice with RebuildKernelCache: additions, and removals only by
 * mdm-rebuild-removes. Where MDM may not, it merely restarts. */
static void
mdm_rebuild(const char *dir, struct model *model)
{
	struct kexts add = {0}, drop = {0};

	if (!model_is(model, "mdm", "allowed"))
		return;
	keep_change_propose(dir, model, &add, &drop);
	kexts_put(model, "add", &add);
	model_clear(model, "drop");
	if (drop.count > 0 && model_assumes(model, "mdm-rebuild-removes"))
		kexts_put(model, "drop", &drop);
	if (model_at(model, "add", 0) || model_at(model, "drop", 0))
		model_put(model, "pending", "yes");
	kexts_free(&add);
	kexts_free(&drop);
}

int
cmd_restart(int argc, char **argv)
{
	bool mdm = argc == 3 && !strcmp(argv[1], "--mdm-rebuild");
	const char *dir = argv[argc - 1];
	struct model *model;

	if (argc != 2 && !mdm)
		macsim_die("usage: macsim restart [--mdm-rebuild] DIR");
	model = model_take(dir);
	if (!model)
		return MACSIM_ERROR;
	if (mdm)
		mdm_rebuild(dir, model);
	restart_finish(dir, model);
	model_free(model);
	return 0;
}
