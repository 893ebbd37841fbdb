/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What happens when the simulated Mac starts, and at an OS update. Each step
 * that nobody has shown asks its assumption.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/model_boot.h"

/* The collection is taken from disk; without one nothing is loaded, while
 * stash and instructions stay (restart-drops-nothing). */
static void
boot_take_collection(const char *root, struct model *model)
{
	struct kexts members = kexts_get(model, "member");

	if (model_is(model, "safe-mode", "on")) {
		/* The auxiliary collection is not loaded (docs/facts.md#kmutil-rebuild). */
		model_clear(model, "boot");
		model_put(model, "boot-aux.uuid", "");
	} else if (!keep_collection_present(root, model)) {
		if (members.count > 0 && model_is(model, "chip", "apple") &&
		    model_assumes(model, "tampered-collection-is-refused"))
			printf("macOS started without third-party kernel extensions\n");
		model_clear(model, "boot");
		model_put(model, "boot-aux.uuid", "");
	} else {
		kexts_put(model, "boot", &members);
		model_put(model, "boot-aux.uuid", model_get(model, "aux.uuid", ""));
	}
	kexts_free(&members);
}

static void
boot_load(const char *root, struct model *model)
{
	struct kexts kexts = kexts_get(model, "boot");

	model_clear(model, "loaded");
	for (size_t i = 0; i < kexts.count; i++) {
		const struct kext *k = &kexts.items[i];

		/* A codeless one has nothing to load; no device or program may ask for it. */
		if (!*k->uuid || model_is(model, "loads", "no"))
			continue;
		if (keep_change_finds(root, model, k)) {
			model_add(model, "loaded", k->id);
			if (files_exists(root, k->path) &&
			    model_assumes(model, "start-stages-loaded"))
				keep_staging_put(root, k);
		} else if (!model_assumes(model, "missing-bundle-not-loadable")) {
			model_add(model, "loaded", k->id);
		}
	}
	kexts_free(&kexts);
}

void
model_settle_dext(struct model *model)
{
	struct kexts kexts = kexts_get(model, "boot");
	const char *category = model_get(model, "dext.category", "");
	size_t matches = 0;
	bool free_device = model_is(model, "dext.state", "activated_enabled");

	for (size_t i = 0; *category && i < kexts.count; i++) {
		if (strcmp(kexts.items[i].category, category) != 0)
			continue;
		matches++;
		if (model_is_loaded(model, kexts.items[i].id))
			free_device = false;
	}
	if (free_device && matches > 0 && !model_assumes(model, "inert-does-not-block-dext"))
		free_device = false;
	model_put(model, "dext.running", free_device ? "yes" : "no");
	kexts_free(&kexts);
}

void
model_note_driver(struct model *model)
{
	struct kexts kexts = kexts_get(model, "boot");
	const char *category = model_get(model, "dext.category", ""), *who = "none", *last = "";
	struct files_path line;

	for (size_t i = 0; *category && i < kexts.count; i++)
		if (!strcmp(kexts.items[i].category, category) &&
		    model_is_loaded(model, kexts.items[i].id))
			who = "kext";
	kexts_free(&kexts);
	if (!*category)
		return;
	if (strcmp(who, "none") == 0 && model_is(model, "dext.running", "yes"))
		who = "dext";
	line = files_format("%s:%s", model_get(model, "boots", "0"), who);
	for (size_t i = 0; model_at(model, "driver", i); i++)
		last = model_at(model, "driver", i);
	if (strcmp(last, line.text) != 0)
		model_add(model, "driver", line.text);
}

/* What macOS does at a start with an extension that waits for one. */
static void
boot_take_dext(struct model *model)
{
	const char *state = model_get(model, "dext.state", "");

	model_put(model, "dext.old", "no");
	if (!strncmp(model_get(model, "sysext.state", ""), "terminat", 8))
		model_put(model, "sysext.state", "none");
	if (!strncmp(state, "terminat", 8) || !strncmp(state, "uninstall", 9))
		model_put(model, "dext.state", "");
	else if (!strncmp(state, "activated_waiting_to_upgrade", 28))
		model_put(model, "dext.state", "activated_enabled");
	else if (!strcmp(state, "activated_enabled") &&
		 !model_assumes(model, "dext-stays-approved"))
		model_put(model, "dext.state", "activated_waiting_for_user");
	model_settle_dext(model);
	model_note_driver(model);
}

/* What nobody approved and yet enters. */
static void
boot_take_unapproved(const char *root, struct model *model)
{
	struct kexts add = {0};

	keep_change_propose(root, model, &add, NULL);
	if (add.count > 0 && !model_assumes(model, "third-party-needs-bundle-approval")) {
		kexts_put(model, "add", &add);
		keep_change_apply(root, model);
	}
	kexts_free(&add);
}

void
model_boot(const char *root, struct model *model)
{
	char uuid[40], number[24];

	if (model_is(model, "pending", "yes"))
		keep_change_apply(root, model);
	boot_take_unapproved(root, model);
	model_put(model, "refused", "no");
	model_uuid(model, uuid);
	model_put(model, "boot-session", uuid);
	snprintf(number, sizeof(number), "%ld", atol(model_get(model, "boots", "0")) + 1);
	model_put(model, "boots", number);
	boot_take_collection(root, model);
	boot_load(root, model);
	keep_jobs_read(root, model);
	boot_take_dext(model);
	keep_sysext_write(root, model);
}

/* New members: all that the instructions name, or only what is on disk still. */
static void
update_members(const char *root, struct model *model)
{
	struct kexts from = kexts_get(model, "instruction"), members = {0};

	for (size_t i = 0; i < from.count; i++)
		if (files_exists(root, from.items[i].path) ||
		    model_assumes(model, "update-relinks-from-stash"))
			kexts_add(&members, &from.items[i]);
	kexts_put(model, "member", &members);
	kexts_free(&members);
	kexts_free(&from);
}

/* Installers of macOS have wiped receipts (docs/facts.md#receipts). */
static void
wipe_receipts(const char *root)
{
	size_t count;
	char **names = files_names(root, "/private/var/db/receipts", &count);

	for (size_t i = 0; i < count; i++)
		(void)files_remove_tree(
		    root, files_format("/private/var/db/receipts/%s", names[i]).text);
	files_free_names(names, count);
}

void
model_update(const char *root, struct model *model, const char *version)
{
	bool present = keep_collection_present(root, model);
	bool held = present || model_at(model, "instruction", 0);
	struct files_path old = keep_boot_folder(model);
	/* Without a kext it makes no difference that anybody would see. */
	bool moves = model_is(model, "chip", "apple") &&
		     (held ? model_assumes(model, "update-changes-boot-folder")
			   : model_stands(model, "update-changes-boot-folder"));
	char nsih[100];

	if (model_is(model, "pending", "yes") && model_assumes(model, "pending-survives-update"))
		keep_change_apply(root, model);
	model_clear(model, "add");
	model_clear(model, "drop");
	model_put(model, "pending", "no");
	version_put(model, version);
	if (model_is(model, "update-wipes", "receipts"))
		wipe_receipts(root);
	if (moves) {
		model_nsih(model, nsih);
		model_put(model, "nsih", nsih);
	}
	keep_base_write(root, model);
	keep_version_write(root, model);
	if (held) {
		update_members(root, model);
		keep_collection_write(root, model);
	}
	if (moves && (present ? model_assumes(model, "update-removes-old-boot-folder")
			      : model_stands(model, "update-removes-old-boot-folder")))
		(void)files_remove_tree(root, old.text);
}
