/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of scenarios.
 */
#include <string.h>

#include "tests/macsim/scenario.h"

static void
build_nothing(const char *root, struct model *model)
{
	(void)root;
	(void)model;
}

static const struct scenario scenarios[] = {
    {"clean", "a Mac as it comes: only the kexts that Apple ships", NULL, build_nothing, NULL},
    {"capture-card", "Example Capture: two kexts, loaded, and a dext that waits behind them",
	"example-capture", scenario_capture_card, NULL},
    {"capture-card-nodext", "Example Capture without a replacement", "example-capture",
	scenario_capture_nodext, NULL},
    {"ch34x", "WCH CH34x: one receipt with two kexts and the app of the dext", NULL, scenario_ch34x,
	NULL},
    {"studio", "three vendors: one to go, one whose bundle is missing, one never approved",
	"studio-audio studio-disk studio-link", scenario_studio, NULL},
    {"every-source", "a trace of every kind, of many kexts", "every-source every-orphan every-hid",
	scenario_every, scenario_every_finish},
    {"described", "what the file behind --describe says: kexts, files, jobs, packages", NULL,
	scenario_described, NULL},
};

const struct scenario *
scenario_at(size_t i)
{
	return i < sizeof(scenarios) / sizeof(*scenarios) ? &scenarios[i] : NULL;
}

const struct scenario *
scenario_find(const char *name)
{
	for (size_t i = 0; scenario_at(i); i++)
		if (!strcmp(scenarios[i].name, name))
			return &scenarios[i];
	return NULL;
}
