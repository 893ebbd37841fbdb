/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * studio: three invented vendors on one Mac. Studio Audio is linked and loaded; so was
 * Studio Disk, whose bundle somebody has taken away, so that a rebuild would lose it;
 * Studio Link was copied there and never approved, so that a rebuild would add it. On
 * Apple silicon Preboot holds another system, which has Studio Audio, too.
 */
#include "tests/macsim/keep.h"
#include "tests/macsim/scenario.h"
#include "tests/macsim/scenario_expect.h"

#define EXTENSIONS "/Library/Extensions/"
#define HISTORY "/Library/Receipts/InstallHistory.plist"
#define RECEIPT "/private/var/db/receipts/com.example.studio.audio.pkg.plist"

static const struct scenario_kext audio = {EXTENSIONS "StudioAudio.kext",
				      "com.example.studio.audio", "3.1", "STUDIOAUD1",
				      "StudioAudio", "IOPCIDevice", "0x00031cd7"},
				  disk = {EXTENSIONS "StudioDisk.kext", "com.example.studio.disk",
				      "5.0", "STUDIODSK1", "StudioDisk", "IOBlockStorageDevice",
				      NULL},
				  link = {EXTENSIONS "StudioLink.kext", "com.example.studio.link",
				      "1.0", "STUDIOLNK1", "StudioLink", "IOPCIDevice",
				      "0x00041cd7"},
				  elsewhere = {EXTENSIONS "StudioAudio.kext",
				      "com.example.studio.audio", "2.9", "STUDIOAUD1",
				      "StudioAudio", "IOPCIDevice", "0x00031cd7"};

static void
put_linked(const char *root, struct model *model, const struct scenario_kext *made, bool stays)
{
	struct kext kext;

	scenario_put_kext(root, model, made);
	kext = scenario_link_kext(root, model, made->path);
	expect_linked(model, &kext, stays, stays);
	expect_policy(model, &kext);
	if (stays)
		expect_at(model, "bundle", kext.id, kext.path, kext.version);
}

void
scenario_studio(const char *root, struct model *model)
{
	static const struct scenario_receipt receipt = {.id = "com.example.studio.audio.pkg",
	    .version = "3.1",
	    .prefix = "/",
	    .name = "Studio Audio"};
	static const char *const trees[] = {"Library/Extensions/StudioAudio.kext", NULL};

	if (model_is(model, "chip", "apple"))
		scenario_put_other_system(root, model, &elsewhere);
	put_linked(root, model, &audio, true);
	put_linked(root, model, &disk, false);
	files_remove_tree(root, disk.path);
	files_remove_tree(root, "/Library/StagedExtensions" EXTENSIONS "StudioDisk.kext");
	scenario_put_receipt_of(root, &receipt, trees);
	expect_in(model, "receipt", audio.id, audio.path, RECEIPT, "3.1");
	expect_in(model, "install-history", audio.id, NULL, HISTORY, "3.1");
	scenario_put_policy(root, model, "Studio");
	scenario_put_kext(root, model, &link);
	expect_at(model, "bundle", link.id, link.path, link.version);
}
