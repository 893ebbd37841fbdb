/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel collections on disk. Apple silicon: in the boot folder on Preboot
 * (assumption collection-in-preboot); Intel: on Data (collection-on-data).
 * The base collections are stand-ins without kexts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/write_fileset.h"
#include "tests/macsim/write_hash.h"
#include "tests/macsim/write_im4p.h"
#include "tests/macsim/write_plist.h"

#define CACHES "/System/Library/Caches/com.apple.kernelcaches"
#define INTEL_AUX "/Library/KernelCollections/AuxiliaryKernelExtensions.kc"

struct files_path
keep_boot_folder(const struct model *model)
{
	return files_format("/System/Volumes/Preboot/%s/boot/%s",
	    model_get(model, "volume-group", ""), model_get(model, "nsih", ""));
}

struct files_path
keep_collection_path(const struct model *model)
{
	struct files_path boot = keep_boot_folder(model);

	if (model_is(model, "chip", "intel"))
		return files_format("%s", INTEL_AUX);
	return files_format("%.3000s" CACHES "/kernelcache.auxkc", boot.text);
}

/* Size and checksum of the file at that place, "" when none can be read. */
static struct files_path
identity_of(const char *root, const struct model *model)
{
	struct files_path identity = {""};
	struct bytes whole = {0};

	if (files_read(root, keep_collection_path(model).text, &whole))
		identity = files_format(
		    "%zu %lu", whole.len, (unsigned long)hash_cksum(whole.data, whole.len));
	bytes_done(&whole);
	return identity;
}

bool
keep_collection_changed(const char *root, const struct model *model)
{
	return files_exists(root, keep_collection_path(model).text) &&
	       !model_is(model, "aux.file", identity_of(root, model).text);
}

bool
keep_collection_present(const char *root, const struct model *model)
{
	return files_exists(root, keep_collection_path(model).text) &&
	       (!keep_collection_changed(root, model) ||
		   !model_assumes(model, "changed-collection-is-not-read"));
}

/* Its Info.plist from the stash, or from disk where the stash has none. */
static bool
member_read(
    const char *root, const struct kext *kext, struct fileset_member *member, char executable[160])
{
	struct files_path stash = keep_stash_path(kext);
	struct files_path one = files_format("%.3000s/Contents/Info.plist", stash.text);
	struct files_path other = files_format("%s/Contents/Info.plist", kext->path);
	char name[128];

	if ((!*stash.text || !files_read(root, one.text, &member->info)) &&
	    !files_read(root, other.text, &member->info))
		return false;
	member->id = kext->id;
	member->path = kext->path;
	member->uuid = kext->uuid;
	if (*kext->uuid && plist_find_text((const char *)member->info.data, "CFBundleExecutable",
			       name, sizeof(name))) {
		snprintf(executable, 160, "Contents/MacOS/%s", name);
		member->executable = executable;
	}
	return true;
}

static void
collection_render(const char *root, struct model *model, const struct kexts *kexts)
{
	struct fileset_member *members = calloc(kexts->count + 1, sizeof(*members));
	char(*executables)[160] = calloc(kexts->count + 1, sizeof(*executables));
	struct fileset fileset = {.apple = model_is(model, "chip", "apple"),
	    .uuid = model_get(model, "aux.uuid", ""),
	    .boot_uuid = model_get(model, "bootkc", ""),
	    .build = model_get(model, "build", ""),
	    .members = members};
	struct bytes image = {0}, wrapped = {0};

	if (!members || !executables)
		macsim_die("out of memory");
	if (!fileset.apple)
		fileset.pageable_uuid = model_get(model, "systemkc", "");
	for (size_t i = 0; i < kexts->count; i++)
		if (member_read(root, &kexts->items[i], &members[fileset.count],
			executables[fileset.count]))
			fileset.count++;
	fileset_write(&fileset, &image);
	if (fileset.apple)
		im4p_write("auxk", "KernelManagement_executables-463.40.2", &image, &wrapped);
	else
		bytes_add(&wrapped, image.data, image.len);
	files_write(root, keep_collection_path(model).text, wrapped.data, wrapped.len, 0644);
	for (size_t i = 0; i < fileset.count; i++)
		bytes_done(&members[i].info);
	bytes_done(&image);
	bytes_done(&wrapped);
	free(members);
	free(executables);
}

void
keep_collection_write(const char *root, struct model *model)
{
	struct kexts kexts = kexts_get(model, "member");
	char uuid[40];

	if (kexts.count == 0 && model_assumes(model, "empty-collection-goes")) {
		(void)files_remove_tree(root, keep_collection_path(model).text);
		model_put(model, "aux.uuid", "");
		model_put(model, "aux.file", "");
	} else {
		model_uuid(model, uuid);
		model_put(model, "aux.uuid", uuid);
		collection_render(root, model, &kexts);
		model_put(model, "aux.file", identity_of(root, model).text);
	}
	kexts_free(&kexts);
}

static void
base_write(const char *root, struct model *model, const char *key, const char *path)
{
	struct fileset fileset = {
	    .apple = model_is(model, "chip", "apple"), .build = model_get(model, "build", "")};
	struct bytes image = {0}, im4p = {0}, whole = {0};
	char uuid[40];

	model_uuid(model, uuid);
	model_put(model, key, uuid);
	fileset.uuid = uuid;
	fileset_write(&fileset, &image);
	if (fileset.apple) {
		im4p_write("krnl", "KernelManagement_host-463.40.2", &image, &im4p);
		im4p_write_img4(&im4p, &whole);
	} else {
		bytes_add(&whole, image.data, image.len);
	}
	files_write(root, path, whole.data, whole.len, 0644);
	bytes_done(&image);
	bytes_done(&im4p);
	bytes_done(&whole);
}

void
keep_base_write(const char *root, struct model *model)
{
	struct files_path boot = keep_boot_folder(model), path, active;
	const char *nsih = model_get(model, "nsih", "");

	if (model_is(model, "chip", "intel")) {
		base_write(root, model, "bootkc",
		    "/System/Library/KernelCollections/BootKernelExtensions.kc");
		base_write(root, model, "systemkc",
		    "/System/Library/KernelCollections/SystemKernelExtensions.kc");
		return;
	}
	path = files_format("%.3000s" CACHES "/kernelcache", boot.text);
	active = files_format(
	    "/System/Volumes/Preboot/%s/boot/active", model_get(model, "volume-group", ""));
	base_write(root, model, "bootkc", path.text);
	files_write(root, active.text, nsih, strlen(nsih), 0644);
}
