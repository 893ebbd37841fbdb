/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The staging folder: bundles at their own path below it (staging-mirrors-path).
 */
#include "tests/macsim/keep.h"

#define STAGING "/Library/StagedExtensions"

static struct files_path
staged_path(const struct kext *kext)
{
	return files_format(STAGING "%s", kext->path);
}

void
keep_staging_put(const char *root, const struct kext *kext)
{
	struct files_path path = staged_path(kext);

	(void)files_remove_tree(root, path.text);
	(void)files_copy_tree(root, kext->path, path.text);
}

bool
keep_staging_has(const char *root, const struct kext *kext)
{
	return files_exists(root, staged_path(kext).text);
}

/* Without the assumption the skeleton of folders stays, its bundles go. */
static void
clear_below(const char *root, const char *folder, bool all)
{
	size_t count;
	char **names = files_names(root, folder, &count);

	for (size_t i = 0; i < count; i++) {
		struct files_path one = files_format("%s/%s", folder, names[i]);
		struct files_path full = files_join(root, one.text);
		struct files_path info = files_format("%.4000s/Contents", one.text);
		struct stat st;
		bool folder_only = lstat(full.text, &st) == 0 && S_ISDIR(st.st_mode) &&
				   !files_exists(root, info.text);

		if (folder_only && !all)
			clear_below(root, one.text, all);
		else
			(void)files_remove_tree(root, one.text);
	}
	files_free_names(names, count);
}

void
keep_staging_clear(const char *root, const struct model *model)
{
	size_t count;
	char **names = files_names(root, STAGING, &count);

	if (count > 0)
		clear_below(root, STAGING, model_assumes(model, "clear-staging-removes-folders"));
	files_free_names(names, count);
}
