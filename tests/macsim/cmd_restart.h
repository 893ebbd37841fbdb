/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A start of the simulated Mac, as restart and update share it.
 */
#ifndef TESTS_MACSIM_CMD_RESTART_H
#define TESTS_MACSIM_CMD_RESTART_H

#include "tests/macsim/model.h"

/* Boots, saves the model, says so, runs the launchd jobs. */
void restart_finish(const char *dir, struct model *model);

#endif
