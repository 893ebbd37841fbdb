/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Putting a vendor's things on a Mac: bundles, receipts, and what macOS keeps of
 * a kext that it has linked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/scenario.h"
#include "tests/macsim/write_bom.h"
#include "tests/macsim/write_macho.h"

void
scenario_put_text(const char *root, const char *path, const char *text)
{
	files_write(root, path, text, strlen(text), 0644);
}

void
scenario_put_plist(const char *root, const char *path, struct plist *plist)
{
	struct bytes xml = {0};

	plist_write_xml(plist, &xml);
	files_write(root, path, xml.data, xml.len, 0644);
	plist_free(plist);
	bytes_done(&xml);
}

static struct plist *
kext_info(const struct scenario_kext *kext, const char *name)
{
	struct plist *info = plist_dict(), *personality = plist_dict();

	plist_set(info, "CFBundleDevelopmentRegion", plist_string("en"));
	plist_set(info, "CFBundleExecutable", plist_string(name));
	plist_set(info, "CFBundleIdentifier", plist_string(kext->id));
	plist_set(info, "CFBundleInfoDictionaryVersion", plist_string("6.0"));
	plist_set(info, "CFBundleName", plist_string(name));
	plist_set(info, "CFBundlePackageType", plist_string("KEXT"));
	plist_set(info, "CFBundleShortVersionString", plist_string(kext->version));
	plist_set(info, "CFBundleVersion", plist_string(kext->version));
	plist_set(personality, "CFBundleIdentifier", plist_string(kext->id));
	plist_set(personality, "IOClass", plist_string(name));
	if (*kext->category)
		plist_set(personality, "IOMatchCategory", plist_string(kext->category));
	if (kext->match)
		plist_set(personality, "IOPCIMatch", plist_string(kext->match));
	plist_set(personality, "IOProviderClass", plist_string(kext->provider));
	plist_set(info, "IOKitPersonalities", plist_set(plist_dict(), name, personality));
	plist_set(info, "OSBundleLibraries",
	    plist_set(plist_set(plist_dict(), "com.apple.kpi.iokit", plist_string("16.0")),
		"com.apple.kpi.libkern", plist_string("16.0")));
	return info;
}

void
scenario_put_kext(const char *root, struct model *model, const struct scenario_kext *kext)
{
	struct files_path path;
	struct bytes image = {0};
	char name[64], uuid[40];
	const char *base = strrchr(kext->path, '/') + 1;

	snprintf(name, sizeof(name), "%.*s", (int)(strlen(base) - strlen(".kext")), base);
	files_mkdir(root, kext->path, 0755);
	path = files_format("%s/Contents/Info.plist", kext->path);
	scenario_put_plist(root, path.text, kext_info(kext, name));
	model_uuid(model, uuid);
	macho_write_kext(&image, model_is(model, "chip", "apple"), uuid, kext->id, kext->team);
	path = files_format("%s/Contents/MacOS/%s", kext->path, name);
	files_write(root, path.text, image.data, image.len, 0755);
	path = files_format("%s/Contents/_CodeSignature/CodeResources", kext->path);
	scenario_put_plist(root, path.text,
	    plist_set(plist_set(plist_dict(), "files", plist_dict()), "files2", plist_dict()));
	bytes_done(&image);
}

struct kext
scenario_record(const char *root, struct model *model, const struct scenario_kext *made)
{
	struct kext kext;

	scenario_put_kext(root, model, made);
	if (!keep_bundle_read(root, made->path, &kext))
		macsim_die("%s: is no kext", made->path);
	return kext;
}

void
scenario_put_codeless(const char *root, const struct scenario_kext *kext)
{
	struct plist *info = plist_dict(), *personality = plist_dict();
	struct files_path path = files_format("%s/Contents/Info.plist", kext->path);

	plist_set(info, "CFBundleIdentifier", plist_string(kext->id));
	plist_set(info, "CFBundlePackageType", plist_string("KEXT"));
	plist_set(info, "CFBundleShortVersionString", plist_string(kext->version));
	plist_set(info, "CFBundleVersion", plist_string(kext->version));
	plist_set(personality, "CFBundleIdentifier", plist_string("com.apple.driver.Example"));
	plist_set(personality, "IOClass", plist_string("IOService"));
	plist_set(personality, "IOProviderClass", plist_string(kext->provider));
	plist_set(info, "IOKitPersonalities", plist_set(plist_dict(), "Override", personality));
	scenario_put_plist(root, path.text, info);
}

/* What the Installer's tool knows: lines for pkgutil, so that it reads no BOM. */
static void
put_list(const char *root, const struct scenario_receipt *receipt, const char *base)
{
	struct files_path path = files_format("/.macsim/receipts/%s", receipt->id);
	struct bytes out = {0};

	bytes_printf(&out, "version=%s\nlocation=%s\ntime=%d\n", receipt->version, receipt->prefix,
	    SCENARIO_INSTALLED);
	for (size_t i = 0; i < receipt->count; i++) {
		struct files_path full = files_format("%s/%s", base, receipt->paths[i]);
		struct stat st;

		if (lstat(full.text, &st) == 0)
			bytes_printf(
			    &out, "%c %s\n", S_ISDIR(st.st_mode) ? 'd' : 'f', receipt->paths[i]);
	}
	files_write(root, path.text, out.data, out.len, 0666);
	bytes_done(&out);
}

void
scenario_put_receipt(const char *root, const struct scenario_receipt *receipt)
{
	time_t when = receipt->when ? receipt->when : SCENARIO_INSTALLED;
	bool at_root = !strcmp(receipt->prefix, "/");
	struct files_path base =
	    files_format("%s%s%s", root, at_root ? "" : "/", at_root ? "" : receipt->prefix);
	struct files_path path = files_format("/private/var/db/receipts/%s.bom", receipt->id);
	struct files_path package = files_format("%s.pkg", receipt->name);
	struct plist *top = plist_dict();
	struct bytes out = {0};

	bom_write(base.text, receipt->paths, receipt->count, SCENARIO_INSTALLED, &out);
	files_write(root, path.text, out.data, out.len, 0644);
	bytes_done(&out);
	plist_set(top, "InstallDate", plist_date(when));
	plist_set(top, "InstallPrefixPath", plist_string(receipt->prefix));
	plist_set(top, "InstallProcessName", plist_string("installer"));
	plist_set(top, "PackageFileName", plist_string(package.text));
	plist_set(top, "PackageIdentifier", plist_string(receipt->id));
	plist_set(top, "PackageVersion", plist_string(receipt->version));
	if (receipt->xml)
		plist_write_xml(top, &out);
	else
		plist_write_binary(top, &out);
	path = files_format("/private/var/db/receipts/%s.plist", receipt->id);
	files_write(root, path.text, out.data, out.len, 0644);
	plist_free(top);
	bytes_done(&out);
	put_list(root, receipt, base.text);
	keep_history_add(root, receipt->name, receipt->version, "installer", receipt->id, when);
}

struct kext
scenario_link_kext(const char *root, struct model *model, const char *path)
{
	struct kexts members = kexts_get(model, "member");
	struct kext kext;

	if (!keep_bundle_read(root, path, &kext))
		macsim_die("%s: is no kext", path);
	keep_stash_put(root, model, &kext);
	keep_staging_put(root, &kext);
	kexts_add(&members, &kext);
	kexts_put(model, "member", &members);
	kexts_put(model, "instruction", &members);
	kexts_free(&members);
	return kext;
}

struct list {
	char **paths;
	size_t count;
};

static void
list_push(struct list *list, const char *path)
{
	char **grown = realloc(list->paths, (list->count + 1) * sizeof(*grown));

	if (!grown || !(grown[list->count] = strdup(path)))
		macsim_die("out of memory");
	list->paths = grown;
	list->count++;
}

/* path: below base, without a slash before it. */
static void
list_tree(struct list *list, const char *base, const char *path)
{
	struct files_path at = files_format("/%s", path);
	struct files_path full = files_format("%s/%s", base, path);
	struct stat st;
	size_t count;
	char **names;

	list_push(list, path);
	if (lstat(full.text, &st) < 0 || !S_ISDIR(st.st_mode))
		return;
	names = files_names(base, at.text, &count);
	for (size_t i = 0; i < count; i++)
		list_tree(list, base, files_format("%s/%s", path, names[i]).text);
	files_free_names(names, count);
}

static int
compare_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, each once. */
static void
list_settle(struct list *list)
{
	size_t kept = 0;

	if (list->count == 0)
		return;
	qsort(list->paths, list->count, sizeof(*list->paths), compare_paths);
	for (size_t i = 0; i < list->count; i++)
		if (kept > 0 && !strcmp(list->paths[kept - 1], list->paths[i]))
			free(list->paths[i]);
		else
			list->paths[kept++] = list->paths[i];
	list->count = kept;
}

void
scenario_put_receipt_of(
    const char *root, const struct scenario_receipt *receipt, const char *const *trees)
{
	bool at_root = !strcmp(receipt->prefix, "/");
	struct files_path base =
	    files_format("%s%s%s", root, at_root ? "" : "/", at_root ? "" : receipt->prefix);
	struct scenario_receipt whole = *receipt;
	struct list list = {0};

	for (; *trees; trees++) {
		for (const char *slash = *trees; (slash = strchr(slash, '/')); slash++)
			list_push(&list, files_format("%.*s", (int)(slash - *trees), *trees).text);
		list_tree(&list, base.text, *trees);
	}
	list_settle(&list);
	whole.paths = list.paths;
	whole.count = list.count;
	scenario_put_receipt(root, &whole);
	for (size_t i = 0; i < list.count; i++)
		free(list.paths[i]);
	free(list.paths);
}
