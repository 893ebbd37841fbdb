/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a look at a Mac must find: the traces that a scenario has laid, each noted
 * where it is laid, with role and keeper by the contract's table of sources. Lines
 * "expect" of the model; `macsim show DIR --traces` prints them.
 */
#ifndef TESTS_MACSIM_SCENARIO_EXPECT_H
#define TESTS_MACSIM_SCENARIO_EXPECT_H

#include "tests/macsim/model.h"

/* Texts that are not known are NULL. keeper NULL: the table's own. An id of NULL is
 * a kext of which nobody says the id. foreign: of another system, which only the
 * running one can tell; in a copy of the disk it may look like this one's. */
struct expect {
	const char *id, *source, *path, *container, *version, *keeper;
	bool foreign;
};

/* From now on the traces are Apple's own: kept by "apple", seen only with --all. */
void expect_apples(bool are);
void expect_trace(struct model *model, const struct expect *trace);
/* The usual one: path, container and version of a source for a kext. */
void expect_at(
    struct model *model, const char *source, const char *id, const char *path, const char *version);
void expect_in(struct model *model, const char *source, const char *id, const char *path,
    const char *container, const char *version);
/* All that a linked kext leaves: collection, staged and stashed copy, instructions,
 * list of authorized kexts and, where it has code and is to load, the kernel. */
void expect_linked(struct model *model, const struct kext *kext, bool staged, bool loads);
/* Its rows in KextPolicy. */
void expect_policy(struct model *model, const struct kext *kext);

#endif
