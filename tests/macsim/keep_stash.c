/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CurrentAuxKC: stashed bundles (assumption stash-on-data), build instructions
 * (instructions-name-members) and the list of authorized kexts, as XML.
 */
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/write_plist.h"

#define STASH KEEP_AUXKC "/StashedExtensions"

struct files_path
keep_stash_path(const struct kext *kext)
{
	const char *name = strrchr(kext->path, '/');

	if (!*kext->stash)
		return files_format("%s", "");
	return files_format(STASH "/%s%s", kext->stash, name ? name : "");
}

void
keep_stash_put(const char *root, struct model *model, struct kext *kext)
{
	model_uuid(model, kext->stash);
	if (!files_copy_tree(root, kext->path, keep_stash_path(kext).text))
		*kext->stash = 0;
}

static void
write_instructions(const char *root, const struct kexts *kexts)
{
	struct plist *top = plist_dict(), *build = plist_dict();
	struct bytes xml = {0};

	for (size_t i = 0; i < kexts->count; i++) {
		const struct kext *k = &kexts->items[i];
		struct plist *one = plist_dict();

		plist_set(one, "bundlePathMainOS", plist_string(k->path));
		plist_set(one, "cdHash", plist_string(k->cdhash));
		plist_set(one, "teamID", plist_string(k->team));
		plist_set(build, k->id, one);
	}
	plist_write_xml(plist_set(top, "kextsToBuild", build), &xml);
	files_write(
	    root, KEEP_AUXKC "/com.apple.kcgen.instructions.plist", xml.data, xml.len, 0644);
	plist_free(top);
	bytes_done(&xml);
}

static void
write_uakl(const char *root, const struct kexts *kexts)
{
	struct plist *top = plist_dict(), *signed_kexts = plist_dict(), *others = plist_array();
	struct bytes xml = {0};

	for (size_t i = 0; i < kexts->count; i++) {
		const struct kext *k = &kexts->items[i];
		struct plist *pairs = plist_array();
		bool first = *k->team != 0;

		for (size_t j = 0; first && j < i; j++)
			first = !*kexts->items[j].cdhash || strcmp(kexts->items[j].team, k->team);
		if (!*k->cdhash) { /* codeless: how it would stand here was not seen */
			plist_free(pairs);
			continue;
		}
		if (!*k->team)
			plist_push(others, plist_string(k->cdhash));
		for (size_t j = i; first && j < kexts->count; j++)
			if (!strcmp(kexts->items[j].team, k->team) && *kexts->items[j].cdhash)
				plist_push(pairs, plist_push(plist_push(plist_array(),
								 plist_string(kexts->items[j].id)),
						      plist_string(kexts->items[j].cdhash)));
		if (first)
			plist_set(signed_kexts, k->team, pairs);
		else
			plist_free(pairs);
	}
	plist_set(top, "SignedKernelExtensions", signed_kexts);
	plist_write_xml(plist_set(top, "UnsignedKernelExtensions", others), &xml);
	files_write(root, KEEP_AUXKC "/com.apple.kcgen.uakl.plist", xml.data, xml.len, 0644);
	plist_free(top);
	bytes_done(&xml);
}

void
keep_stash_write(const char *root, struct model *model)
{
	/* The two lists need not agree: "authorized" stands in the second only. */
	struct kexts kexts = kexts_get(model, "instruction"), authorized,
		     strays = kexts_get(model, "stray");
	size_t count;
	char **names = files_names(root, STASH, &count);

	for (size_t i = 0; i < count; i++) {
		struct files_path one = files_format(STASH "/%s", names[i]);
		bool wanted = false;

		for (size_t j = 0; j < strays.count; j++)
			wanted = wanted || !strcmp(strays.items[j].stash, names[i]);
		for (size_t j = 0; j < kexts.count; j++)
			wanted = wanted || !strcmp(kexts.items[j].stash, names[i]);
		if (!wanted)
			(void)files_remove_tree(root, one.text);
	}
	files_free_names(names, count);
	write_instructions(root, &kexts);
	authorized = kexts_get(model, "authorized");
	for (size_t i = 0; i < authorized.count; i++)
		kexts_add(&kexts, &authorized.items[i]);
	write_uakl(root, &kexts);
	kexts_free(&authorized);
	kexts_free(&strays);
	kexts_free(&kexts);
}
