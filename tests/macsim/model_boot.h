/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What happens when the simulated Mac starts, and at an OS update.
 */
#ifndef TESTS_MACSIM_MODEL_BOOT_H
#define TESTS_MACSIM_MODEL_BOOT_H

#include "tests/macsim/model.h"

/* One start: a pending collection becomes current, members are checked and
 * loaded, the dext gets its turn. */
void model_boot(const char *root, struct model *model);
/* Everything of an update but the start: base, boot folder, collection. */
void model_update(const char *root, struct model *model, const char *version);
/* Lets the dext run or wait, by what is loaded; also after an activation. */
void model_settle_dext(struct model *model);
/* Notes who drives the dext's device now, if that changed: "driver" in the model, one line
 * BOOT:kext, BOOT:dext or BOOT:none for each change. Called after all that happens. */
void model_note_driver(struct model *model);

#endif
