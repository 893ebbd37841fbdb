/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lies on Preboot beside the running system: its older boot folders and other
 * systems, with collections of their own.
 */
#include <stdio.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/scenario.h"
#include "tests/macsim/scenario_expect.h"

void
scenario_put_other_boot(
    const char *root, struct model *model, const struct scenario_kext *made, bool foreign)
{
	struct kexts kept = kexts_get(model, "member"), one = {0};
	struct kext kext = scenario_record(root, model, made);
	struct expect expect = {.id = kext.id,
	    .source = "preboot",
	    .path = kext.path,
	    .version = kext.version,
	    .keeper = "other-system",
	    .foreign = foreign};
	struct files_path path;

	keep_base_write(root, model);
	kexts_add(&one, &kext);
	kexts_put(model, "member", &one);
	keep_collection_write(root, model);
	path = keep_collection_path(model);
	expect.container = path.text;
	expect_trace(model, &expect);
	kexts_put(model, "member", &kept);
	files_remove_tree(root, made->path);
	kexts_free(&one);
	kexts_free(&kept);
}

void
scenario_put_other_system(const char *root, struct model *model, const struct scenario_kext *made)
{
	char group[40], nsih[100], bootkc[40], fresh[100];

	snprintf(group, sizeof(group), "%s", model_get(model, "volume-group", ""));
	snprintf(nsih, sizeof(nsih), "%s", model_get(model, "nsih", ""));
	snprintf(bootkc, sizeof(bootkc), "%s", model_get(model, "bootkc", ""));
	model_uuid(model, fresh);
	model_put(model, "volume-group", fresh);
	model_nsih(model, fresh);
	model_put(model, "nsih", fresh);
	scenario_put_other_boot(root, model, made, true);
	model_put(model, "volume-group", group);
	model_put(model, "nsih", nsih);
	model_put(model, "bootkc", bootkc);
}
