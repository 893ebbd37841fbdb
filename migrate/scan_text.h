/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What scan shows a person, on 80 columns: of each kext who it is, what carries it,
 * where, and who can take that away. Many kexts are shown briefly; whole paths and
 * what is only remembered are for -v.
 */
#ifndef MIGRATE_SCAN_TEXT_H
#define MIGRATE_SCAN_TEXT_H

#include "migrate/report.h"
#include "migrate/target.h"

void scan_text(struct report *report, const struct selection *selection,
    const struct dexts *dexts, bool styled);

#endif
