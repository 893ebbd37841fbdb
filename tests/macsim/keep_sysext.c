/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /Library/SystemExtensions/db.plist. The model holds one dext: dext.id, .team,
 * .short, .version, .state, .uuid, .app, .appid, .category; nothing without dext.id. With
 * dext.old an older version of it waits for the restart to be gone. sysext.state is that of
 * the second extension of its app, "none" where it is not activated.
 */
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/write_plist.h"

static struct plist *
text(const struct model *model, const char *key)
{
	return plist_string(model_get(model, key, ""));
}

static struct plist *
extension(const struct model *model, bool old)
{
	const char *id = model_get(model, "dext.id", ""), *app = model_get(model, "dext.app", "");
	struct files_path origin =
	    files_format("%s/Contents/Library/SystemExtensions/%s.dext", app, id);
	struct files_path staged = files_format(
	    "file://" KEEP_SYSEXT "/%s/%s.dext/", model_get(model, "dext.uuid", ""), id);
	struct plist *node = plist_dict(), *reference = plist_dict();

	plist_set(node, "bundleVersion",
	    plist_set(plist_set(plist_dict(), "CFBundleShortVersionString",
			  old ? plist_string("1.0") : text(model, "dext.short")),
		"CFBundleVersion", old ? plist_string("100") : text(model, "dext.version")));
	plist_set(node, "categories",
	    plist_push(plist_array(), plist_string("com.apple.system_extension.driver_extension")));
	plist_set(node, "container", plist_set(plist_dict(), "bundlePath", plist_string(app)));
	plist_set(node, "identifier", plist_string(id));
	plist_set(node, "originPath", plist_string(origin.text));
	plist_set(reference, "appIdentifier", text(model, "dext.appid"));
	plist_set(reference, "appRef", plist_string("file:///.file/id=6571367.12345678/"));
	plist_set(reference, "teamID", text(model, "dext.team"));
	plist_set(node, "references", plist_push(plist_array(), reference));
	plist_set(node, "stagedBundleURL",
	    plist_set(plist_dict(), "relative", plist_string(staged.text)));
	plist_set(node, "state",
	    old ? plist_string("terminated_waiting_to_uninstall_on_reboot")
		: text(model, "dext.state"));
	plist_set(node, "teamID", text(model, "dext.team"));
	plist_set(node, "uniqueID", text(model, "dext.uuid"));
	return node;
}

/* The second extension, as far as anybody asks for it. */
static struct plist *
second(const struct model *model)
{
	struct plist *node = plist_dict();

	plist_set(node, "identifier", plist_string(KEEP_SECOND));
	plist_set(node, "teamID", text(model, "dext.team"));
	plist_set(node, "state", text(model, "sysext.state"));
	plist_set(
	    node, "categories", plist_push(plist_array(), plist_string(KEEP_SECOND_CATEGORY)));
	return plist_set(
	    node, "container", plist_set(plist_dict(), "bundlePath", text(model, "dext.app")));
}

static bool
is_second_listed(const struct model *model)
{
	const char *state = model_get(model, "sysext.state", "none");

	return strcmp(state, "none") != 0;
}

void
keep_sysext_write_second(const char *root, const struct model *model)
{
	struct files_path path = files_format("%s/Contents/Library/SystemExtensions/" KEEP_SECOND
					      ".systemextension/Contents/"
					      "Info.plist",
	    model_get(model, "dext.app", ""));
	struct plist *info =
	    plist_set(plist_dict(), "CFBundleIdentifier", plist_string(KEEP_SECOND));
	struct bytes out = {0};

	plist_write_binary(info, &out);
	files_write(root, path.text, out.data, out.len, 0644);
	plist_free(info);
	bytes_done(&out);
}

void
keep_sysext_write(const char *root, struct model *model)
{
	struct plist *top = plist_dict(), *list = plist_array();
	struct bytes out = {0};

	if (*model_get(model, "dext.id", "") && model_is(model, "dext.old", "yes"))
		plist_push(list, extension(model, true));
	if (*model_get(model, "dext.id", "") && *model_get(model, "dext.state", ""))
		plist_push(list, extension(model, false));
	if (is_second_listed(model))
		plist_push(list, second(model));
	plist_set(top, "bootUUID", text(model, "boot-session"));
	plist_set(top, "developerMode", plist_bool(false));
	plist_set(top, "extensionPolicies", plist_array());
	plist_set(top, "extensions", list);
	plist_set(top, "version", plist_int(1));
	plist_write_binary(top, &out);
	files_write(root, KEEP_SYSEXT "/db.plist", out.data, out.len, 0644);
	plist_free(top);
	bytes_done(&out);
}

#define PROFILE "/Library/Managed Preferences/com.apple.system-extension-policy.plist"

void
keep_sysext_write_profile(const char *root, struct model *model)
{
	bool allows = model_is(model, "profile", "allow");
	struct plist *top = plist_dict(), *teams = plist_dict(), *ids;
	struct bytes out = {0};

	model_put(model, "dext.allowed", allows ? "yes" : "no");
	if (model_is(model, "profile", "none")) {
		(void)files_remove_tree(root, PROFILE);
	} else {
		ids = plist_push(plist_array(), text(model, "dext.id"));
		if (*model_get(model, "sysext.state", ""))
			plist_push(ids, plist_string(KEEP_SECOND));
		if (allows)
			plist_set(teams, model_get(model, "dext.team", "T"), ids);
		else
			plist_free(ids);
		plist_set(top, "AllowUserOverrides", plist_bool(false));
		plist_write_binary(plist_set(top, "AllowedSystemExtensions", teams), &out);
		files_write(root, PROFILE, out.data, out.len, 0644);
		teams = NULL;
	}
	plist_free(top);
	plist_free(teams);
	bytes_done(&out);
}
