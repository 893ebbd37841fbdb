/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_MACSIM_CMD_TRACES_H
#define TESTS_MACSIM_CMD_TRACES_H

#include "tests/macsim/model.h"

/* One JSON object on stdout: {"traces": [...]}, "shown" is "apple" for those that
 * only --all shows, "foreign" for those of another system (scenario_expect.h). */
void traces_print(const struct model *model);

#endif
