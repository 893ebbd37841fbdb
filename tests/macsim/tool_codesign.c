/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codesign --verify [-R=REQUIREMENT] PATH. What is signed, and by whom, the model
 * says of the app, and the bundle itself of a kext. An app whose program is not the
 * one that was installed is no longer intact.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/tool.h"

struct signature {
	char id[128], team[16];
	bool is_signed, is_intact;
};

static bool
is_same_file(const char *a, const char *b)
{
	struct bytes one = {0}, two = {0};
	bool same = files_read("", a, &one) && files_read("", b, &two) && one.len == two.len &&
		    !memcmp(one.data, two.data, one.len);

	bytes_done(&one);
	bytes_done(&two);
	return same;
}

static void
signature_read(const struct model *model, const char *path, struct signature *out)
{
	const char *app = model_get(model, "dext.app", "");
	struct files_path program = files_format("%s/Contents/MacOS/Example Capture", app),
			  dext = files_format("%s/Contents/Library/SystemExtensions/%s.dext", app,
			      model_get(model, "dext.id", "")),
			  second = files_format("%s/Contents/Library/SystemExtensions/" KEEP_SECOND
						".systemextension",
			      app);
	struct kext kext;

	memset(out, 0, sizeof(*out));
	if (*app && !strcmp(path, app)) {
		out->is_signed = true;
		out->is_intact = is_same_file(program.text, "/usr/bin/kmutil");
		snprintf(out->id, sizeof(out->id), "%s", model_get(model, "dext.appid", ""));
		snprintf(out->team, sizeof(out->team), "%s",
		    model_get(model, "app-team", model_get(model, "dext.team", "")));
	} else if (*app && (!strcmp(path, dext.text) || !strcmp(path, second.text))) {
		out->is_signed = out->is_intact = true;
		snprintf(out->id, sizeof(out->id), "%s",
		    strcmp(path, dext.text) ? KEEP_SECOND : model_get(model, "dext.id", ""));
		snprintf(out->team, sizeof(out->team), "%s",
		    model_get(model, "dext-team", model_get(model, "dext.team", "")));
	} else if (keep_bundle_read("", path, &kext)) {
		out->is_signed = out->is_intact = *kext.team != 0;
		memcpy(out->id, kext.id, sizeof(out->id));
		memcpy(out->team, kext.team, sizeof(out->team));
	}
}

/* identifier "X" and ... subject.OU] = "TEAM" */
static bool
satisfies(const struct signature *signature, const char *requirement)
{
	struct files_path id = files_format("identifier \"%s\"", signature->id);
	struct files_path team =
	    files_format("certificate leaf[subject.OU] = \"%s\"", signature->team);

	return (!strstr(requirement, "identifier ") || strstr(requirement, id.text)) &&
	       (!strstr(requirement, "subject.OU") || strstr(requirement, team.text));
}

int
tool_codesign(struct model *model, int argc, char **argv)
{
	const char *requirement = "", *path = "";
	struct signature signature;

	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], "-R=", 3))
			requirement = argv[i] + 3;
		else if (argv[i][0] != '-')
			path = argv[i];
	if (!files_exists("", path)) {
		fprintf(stderr, "%s: No such file or directory\n", path);
		return 1;
	}
	signature_read(model, path, &signature);
	if (!signature.is_signed) {
		fprintf(stderr, "%s: code object is not signed at all\n", path);
		return 1;
	}
	if (!signature.is_intact) {
		fprintf(
		    stderr, "%s: invalid signature (code or signature have been modified)\n", path);
		return 1;
	}
	if (!satisfies(&signature, requirement)) {
		fputs("test-requirement: code failed to satisfy specified code requirement(s)\n",
		    stderr);
		return 3;
	}
	return 0;
}
