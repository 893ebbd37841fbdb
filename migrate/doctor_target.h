/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The dext that a TARGET of doctor means: by a rule, its kexts and packages too, by what
 * macOS lists, by a saved log, or by a bundle's path.
 */
#ifndef MIGRATE_DOCTOR_TARGET_H
#define MIGRATE_DOCTOR_TARGET_H

#include "kmutil-helpers/dext_log.h"
#include "kmutil-helpers/tool_sysext.h"
#include "migrate/driver.h"

struct doctor_target {
	const char *id;          /* of the dext */
	const struct rule *rule; /* NULL: no rule names it */
	const char *path;        /* a bundle that was given by its path; NULL */
	struct driver driver;    /* with path alone */
};

/* list NULL: it is not known. What neither a rule, the list nor the log knows ends the process with
 * 64, and names what may have been meant; so does a product of which no rule knows a dext. */
void doctor_target_find(struct session *session, const char *word, const struct sysext_list *list,
    const struct dext_log *log, struct doctor_target *target);

#endif
