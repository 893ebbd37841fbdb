/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `macsim bring`: the kexts of capture-card are on disk again, with the times of old: by
 * their package, out of a backup, or by Migration Assistant.
 */
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/scenario.h"

#define ATTEMPT                                                                                    \
	"/Library/SystemMigration/History/Migration-8D4D4D98-0000-4000-8000-000000000001/"         \
	"MigrationAttempt.plist"

int
cmd_bring(int argc, char **argv)
{
	bool package = argc == 3 && !strcmp(argv[2], "package");
	bool migration = argc == 3 && !strcmp(argv[2], "migration");
	struct model *model;

	if (!package && !migration && (argc != 3 || strcmp(argv[2], "backup") != 0))
		macsim_die("usage: macsim bring DIR package|backup|migration");
	model = model_take(argv[1]);
	if (!model)
		return MACSIM_ERROR;
	if (strncmp(model_get(model, "scenario", ""), "capture-card", 12) != 0)
		macsim_die("bring: only what the scenario capture-card had");
	scenario_capture_bring(argv[1], model, package);
	if (migration && model_assumes(model, "migration-leaves-attempt"))
		scenario_put_plist(argv[1], ATTEMPT,
		    plist_set(plist_dict(), "SourceComputerName", plist_string("Old Mac")));
	model_save(model, argv[1]);
	model_free(model);
	return 0;
}
