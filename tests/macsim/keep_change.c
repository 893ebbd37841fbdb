/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the auxiliary collection follows the disk: kernelmanagerd's judgement as
 * far as it is known. Every step that nobody has shown asks its assumption.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/model_boot.h"

bool
keep_change_finds(const char *root, struct model *model, const struct kext *kext)
{
	struct kext found;

	if (keep_bundle_read(root, kext->path, &found) && !strcmp(found.id, kext->id))
		return true;
	if (keep_staging_has(root, kext) && !model_assumes(model, "staged-is-not-found"))
		return true;
	return *kext->stash && files_exists(root, keep_stash_path(kext).text) &&
	       !model_assumes(model, "stash-is-not-found");
}

static void
propose_additions(const char *root, const struct kexts *members, struct kexts *add)
{
	size_t count;
	char **names = files_names(root, "/Library/Extensions", &count);

	for (size_t i = 0; i < count; i++) {
		struct files_path path = files_format("/Library/Extensions/%s", names[i]);
		size_t len = strlen(names[i]);
		const struct kext *old;
		struct kext kext;

		if (len < 5 || strcmp(names[i] + len - 5, ".kext") ||
		    !keep_bundle_read(root, path.text, &kext) || keep_bundle_is_apples(kext.id))
			continue;
		old = kexts_find(members, kext.id);
		/* One that was moved is proposed both ways (docs/facts.md#kmutil-rebuild). */
		if (!old || strcmp(old->version, kext.version) ||
		    strcmp(old->cdhash, kext.cdhash) || strcmp(old->path, kext.path))
			kexts_add(add, &kext);
	}
	files_free_names(names, count);
}

void
keep_change_unload(const char *root, struct model *model)
{
	struct kexts kexts = kexts_get(model, "boot"), stay = {0};
	bool gone = false;

	for (size_t i = 0; i < kexts.count; i++) {
		const struct kext *k = &kexts.items[i];

		if (!model_is_loaded(model, k->id))
			continue;
		if (files_exists(root, k->path) || model_assumes(model, "loaded-until-restart"))
			kexts_add(&stay, k);
		else
			gone = true;
	}
	if (gone) {
		model_clear(model, "loaded");
		for (size_t i = 0; i < stay.count; i++)
			model_add(model, "loaded", stay.items[i].id);
		model_settle_dext(model);
	}
	kexts_free(&stay);
	kexts_free(&kexts);
}

void
keep_change_relink(const char *root, struct model *model)
{
	struct kexts all = kexts_get(model, "instruction");

	kexts_put(model, "member", &all);
	keep_collection_write(root, model);
	kexts_free(&all);
}

void
keep_change_propose(const char *root, struct model *model, struct kexts *add, struct kexts *drop)
{
	bool present = keep_collection_present(root, model);
	struct kexts members = {0};

	/* Without a current collection there is nothing to compare with. */
	if (present)
		members = kexts_get(model, "member");
	else if (model_at(model, "instruction", 0) &&
		 !model_assumes(model, "rebuild-without-collection-keeps-stash"))
		members = kexts_get(model, "instruction");
	propose_additions(root, &members, add);
	for (size_t i = 0; drop && i < members.count; i++)
		if (!keep_change_finds(root, model, &members.items[i]) &&
		    model_assumes(model, "rebuild-drops-missing"))
			kexts_add(drop, &members.items[i]);
	kexts_free(&members);
}

void
keep_change_apply(const char *root, struct model *model)
{
	struct kexts add = kexts_get(model, "add"), drop = kexts_get(model, "drop");
	struct kexts members = {0};
	struct kexts instructions = kexts_get(model, "instruction");
	bool both = drop.count > 0 && model_assumes(model, "rebuild-drops-stash-and-instructions");

	if (keep_collection_present(root, model))
		members = kexts_get(model, "member");
	for (size_t i = 0; i < drop.count; i++) {
		kexts_drop(&members, drop.items[i].id);
		if (both)
			kexts_drop(&instructions, drop.items[i].id);
	}
	for (size_t i = 0; i < add.count; i++) {
		/* A request whose bundle vanished meanwhile disappears (VGPU). */
		if (!files_exists(root, add.items[i].path))
			continue;
		kexts_add(&members, &add.items[i]);
		if (!model_assumes(model, "addition-is-stashed"))
			continue;
		keep_stash_put(root, model, &add.items[i]);
		kexts_add(&members, &add.items[i]);
		kexts_add(&instructions, &add.items[i]);
	}
	kexts_put(model, "member", &members);
	kexts_put(model, "instruction", &instructions);
	model_clear(model, "add");
	model_clear(model, "drop");
	model_put(model, "pending", "no");
	keep_collection_write(root, model);
	keep_stash_write(root, model);
	kexts_free(&add);
	kexts_free(&drop);
	kexts_free(&members);
	kexts_free(&instructions);
}
