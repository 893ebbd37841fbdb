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
	const char *rule; /* tests/macsim/rules/RULE.xml, several parted by blanks, or NULL */
	void (*build)(const char *root, struct model *model);
	/* After the first start; NULL: nothing to do. */
	void (*finish)(const char *root, struct model *model);
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
/* Puts a bundle and reads what macOS would note of it. */
struct kext scenario_record(
    const char *root, struct model *model, const struct scenario_kext *kext);
/* Receipt and BOM for paths relative to the prefix folder, sorted. */
struct scenario_receipt {
	const char *id, *version, *prefix, *name; /* prefix "/", "" or "Applications" */
	char *const *paths;
	size_t count;
	bool xml; /* the property list; else it is a binary one */
	time_t when; /* it was installed; 0: SCENARIO_INSTALLED */
};
void scenario_put_receipt(const char *root, const struct scenario_receipt *receipt);
/* The same for whole trees below the prefix, all of them there now. */
void scenario_put_receipt_of(
    const char *root, const struct scenario_receipt *receipt, const char *const *trees);
/* A kext of which macOS knows no code: a bundle with nothing but its Info.plist. */
void scenario_put_codeless(const char *root, const struct scenario_kext *kext);
/* All that macOS keeps of a kext that is approved, linked and loaded. The stash's
 * folder is in the answer. */
struct kext scenario_link_kext(const char *root, struct model *model, const char *path);

/* scenario_app.c */
struct scenario_app {
	const char *path, *id, *dext, *team, *short_version, *version;
	const char *category, *provider, *match; /* of the dext's personality; match: or NULL */
	const char *state;                       /* the dext's, as in db.plist */
};
void scenario_put_app(const char *root, struct model *model, const struct scenario_app *app);

/* scenario_other.c: Apple silicon: a boot folder on Preboot with a collection of one
 * kext, which the running system does not use; volume group and nsih as the model has
 * them now. foreign: as in scenario_expect.h. */
void scenario_put_other_boot(
    const char *root, struct model *model, const struct scenario_kext *kext, bool foreign);
/* The boot folder of another system, with that kext. */
void scenario_put_other_system(
    const char *root, struct model *model, const struct scenario_kext *kext);

/* scenario_policy.c: KextPolicy with the approvals of the members, WAL left open. */
void scenario_put_policy(const char *root, const struct model *model, const char *developer);
/* More rows, as SQL. */
void scenario_policy_more(const char *root, const char *sql);

/* One file each. */
void scenario_capture_card(const char *root, struct model *model);
/* Its kexts again: by a package that is installed now, or as files of old. */
void scenario_capture_bring(const char *root, struct model *model, bool by_package);
void scenario_capture_nodext(const char *root, struct model *model);
void scenario_ch34x(const char *root, struct model *model);
void scenario_studio(const char *root, struct model *model);
void scenario_every(const char *root, struct model *model);
void scenario_every_finish(const char *root, struct model *model);
void scenario_every_keep(const char *root, struct model *model);
void scenario_described(const char *root, struct model *model);

#endif
