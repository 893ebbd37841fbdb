/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `macsim update`: another macOS, upward only, with one start at its end.
 */
#include <string.h>

#include "tests/macsim/cmd_restart.h"
#include "tests/macsim/keep.h"
#include "tests/macsim/model_boot.h"
#include "tests/macsim/scenario.h"

int
cmd_update(int argc, char **argv)
{
	struct model *model;
	int part[3];

	if (argc != 3)
		macsim_die("usage: macsim update DIR VERSION");
	if (!version_parse(argv[2], part))
		macsim_die("\"%s\" is no macOS version", argv[2]);
	if (part[0] > 28 || (part[0] > 15 && part[0] < 26))
		macsim_die("macOS %s is not known; 11 to 15 and 26 to 28 are", argv[2]);
	model = model_take(argv[1]);
	if (!model)
		return MACSIM_ERROR;
	if (version_compare(argv[2], model_get(model, "macos", "")) <= 0)
		macsim_die("macOS %s is not newer than %s, and an update goes only upward", argv[2],
		    model_get(model, "macos", ""));
	if (part[0] > 26 && model_is(model, "chip", "intel"))
		macsim_die("macOS %s does not run on Intel", argv[2]);
	model_update(argv[1], model, argv[2]);
	scenario_apples(argv[1], model);
	struct files_path name = files_format("macOS %s", argv[2]);
	keep_history_add(argv[1], name.text, argv[2], "softwareupdated", NULL,
	    SCENARIO_INSTALLED + 86400 * (part[0] * 100 + part[1] * 10 + part[2]));
	restart_finish(argv[1], model);
	model_free(model);
	return 0;
}
