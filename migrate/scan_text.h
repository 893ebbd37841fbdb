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

void scan_text(struct report *report, const struct selection *selection, const struct dexts *dexts,
    bool styled);

/* The same for machines: the members "kexts" and "dexts" (cmd_scan.c). */
void scan_json(struct report *report, const struct selection *selection, const struct dexts *dexts);
/* The exit status that scan ends with. */
int scan_exit(const struct session *session, const struct selection *selection);

#endif
