/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An app with its dext, staged and known to macOS. The model holds one dext.
 */
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/scenario.h"
#include "tests/macsim/write_macho.h"

static struct plist *
bundle_info(const struct scenario_app *app, const char *id, const char *name, const char *type)
{
	struct plist *info = plist_dict();

	plist_set(info, "CFBundleExecutable", plist_string(name));
	plist_set(info, "CFBundleIdentifier", plist_string(id));
	plist_set(info, "CFBundlePackageType", plist_string(type));
	plist_set(info, "CFBundleShortVersionString", plist_string(app->short_version));
	return plist_set(info, "CFBundleVersion", plist_string(app->version));
}

static struct plist *
dext_info(const struct scenario_app *app)
{
	struct plist *personality = plist_dict();

	plist_set(personality, "CFBundleIdentifier", plist_string(app->dext));
	plist_set(personality, "IOClass", plist_string("IOUserService"));
	plist_set(personality, "IOMatchCategory", plist_string(app->category));
	if (app->match)
		plist_set(personality, "IOPCIMatch", plist_string(app->match));
	plist_set(personality, "IOProviderClass", plist_string(app->provider));
	plist_set(personality, "IOUserServerName", plist_string(app->dext));
	return plist_set(plist_set(bundle_info(app, app->dext, app->dext, "DEXT"),
			     "IOKitPersonalities", plist_set(plist_dict(), "Device", personality)),
	    "OSMinimumDriverKitVersion", plist_string("19.0"));
}

/* What it is signed for: what it matches (docs/facts.md#entitlements). */
static struct files_path
dext_rights(const struct scenario_app *app)
{
#define RIGHT "<key>com.apple.developer.driverkit"
	return files_format(
	    "<plist version=\"1.0\"><dict>" RIGHT "</key><true/>" RIGHT
	    ".transport.usb</key><true/>" RIGHT ".transport.hid</key><true/>" RIGHT
	    ".family.serial</key><true/>" RIGHT ".transport.pci</key><array><dict>"
	    "<key>IOPCIMatch</key><string>%s</string></dict></array></dict></plist>",
	    app->match ? app->match : "");
#undef RIGHT
}

static void
put_bundles(const char *root, struct model *model, const struct scenario_app *app)
{
	const char *base = strrchr(app->path, '/') + 1;
	struct files_path name = files_format("%.*s", (int)(strlen(base) - strlen(".app")), base),
			  inside = files_format(
			      "%s/Contents/Library/SystemExtensions/%s.dext", app->path, app->dext),
			  path = files_format("%s/Contents/Info.plist", app->path);
	struct bytes image = {0}, program = {0};
	char uuid[40];

	scenario_put_plist(root, path.text, bundle_info(app, app->id, name.text, "APPL"));
	/* A copy, so that whoever changes it changes none of Apple's tools. */
	if (!files_read(root, "/usr/bin/kmutil", &program))
		macsim_die("a Mac without tools");
	path = files_format("%s/Contents/MacOS/%.200s", app->path, name.text);
	files_write(root, path.text, program.data, program.len, 0755);
	bytes_done(&program);
	path = files_format("%.4000s/Info.plist", inside.text);
	scenario_put_plist(root, path.text, dext_info(app));
	model_uuid(model, uuid);
	macho_write_dext(&image, model_is(model, "chip", "apple"), uuid, app->dext, app->team,
	    dext_rights(app).text);
	path = files_format("%.3900s/%.100s", inside.text, app->dext);
	files_write(root, path.text, image.data, image.len, 0755);
	bytes_done(&image);
	model_uuid(model, uuid);
	path = files_format(KEEP_SYSEXT "/%s/%s.dext", uuid, app->dext);
	files_copy_tree(root, inside.text, path.text);
	model_put(model, "dext.uuid", uuid);
}

void
scenario_put_app(const char *root, struct model *model, const struct scenario_app *app)
{
	put_bundles(root, model, app);
	model_put(model, "dext.id", app->dext);
	model_put(model, "dext.team", app->team);
	model_put(model, "dext.short", app->short_version);
	model_put(model, "dext.version", app->version);
	model_put(model, "dext.app", app->path);
	model_put(model, "dext.appid", app->id);
	model_put(model, "dext.category", app->category);
	model_put(model, "dext.state", app->state);
	model_put(model, "dext.allowed", "yes");
}
