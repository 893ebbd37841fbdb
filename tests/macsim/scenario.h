/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios: what a simulated Mac holds when it is new. One more of them is one
 * more file with its data and one more row.
 */
#ifndef TESTS_MACSIM_SCENARIO_H
#define TESTS_MACSIM_SCENARIO_H

#include <time.h>

#include "tests/macsim/model.h"
#include "tests/macsim/write_plist.h"

#define SCENARIO_INSTALLED 1700000000 /* when vendors' packages were installed */

struct scenario {
	const char *name, *says;
	const char *rule; /* tests/macsim/rules/RULE.xml, or NULL */
	void (*build)(const char *root, struct model *model);
};

const struct scenario *scenario_at(size_t i);
const struct scenario *scenario_find(const char *name);

struct scenario_kext {
	const char *path, *id, *version, *team, *category, *provider,
	    *match; /* match: IOPCIMatch */
};

/* scenario_base.c */
/* The folders and files that every Mac has. */
void scenario_base(const char *root, struct model *model);
/* HighPointRR and SoftRAID, which Apple ships; laid again by each update. */
void scenario_apples(const char *root, struct model *model);

/* scenario_put.c */
void scenario_put_kext(const char *root, struct model *model, const struct scenario_kext *kext);
void scenario_put_text(const char *root, const char *path, const char *text);
void scenario_put_plist(const char *root, const char *path, struct plist *plist);
/* Receipt and BOM for paths relative to the prefix folder, sorted. */
struct scenario_receipt {
	const char *id, *version, *prefix, *name; /* prefix "/" or "Applications" */
	char *const *paths;
	size_t count;
};
void scenario_put_receipt(const char *root, const struct scenario_receipt *receipt);
/* All that macOS keeps of a kext that is approved, linked and loaded. */
void scenario_link_kext(const char *root, struct model *model, const char *path);

/* scenario_policy.c: KextPolicy with the approvals of the members, WAL left open. */
void scenario_put_policy(const char *root, const struct model *model, const char *developer);

/* One file each. */
void scenario_capture_card(const char *root, struct model *model);
void scenario_capture_nodext(const char *root, struct model *model);

#endif
