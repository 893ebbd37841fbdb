/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * every-source, what macOS keeps: collections (also of another boot folder and of
 * another volume group), staging, stash, the two lists, the kernel, KextPolicy,
 * what MDM put there, alerts.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/scenario.h"
#include "tests/macsim/scenario_expect.h"

#define TEAM "EXAMPLE002"
#define EXTENSIONS "/Library/Extensions/"
#define DRIVER EXTENSIONS "EveryDriver.kext"
#define HELPER "/Contents/PlugIns/EveryHelper.kext"
#define POLICY "/private/var/db/SystemPolicyConfiguration/KextPolicy"
#define MANAGED "/Library/Managed Preferences/com.apple.syspolicy.kernel-extension-policy.plist"
#define ALERTS "/private/var/db/loadedkextmt.plist"

static const struct scenario_kext stale = {
    EXTENSIONS "EveryStale.kext", "com.example.every.stale", "1.0", TEAM, "", "IOResources", NULL};

/* The members of the collection; the last one has lost its bundle. */
static void
put_linked(const char *root, struct model *model)
{
	static const char *const paths[] = {DRIVER, EXTENSIONS "EveryOverride.kext",
	    EXTENSIONS "EveryAdhoc.kext", EXTENSIONS "EveryStale.kext"};
	struct files_path nested;

	scenario_put_kext(root, model, &stale);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		struct kext kext = scenario_link_kext(root, model, paths[i]);
		bool is_stale = !strcmp(kext.id, stale.id);

		expect_linked(model, &kext, !is_stale, !is_stale);
		expect_policy(model, &kext);
		if (i == 0) {
			nested = files_format("%s" HELPER, keep_stash_path(&kext).text);
			expect_at(model, "stashed", "com.example.every.helper", nested.text, "2.1");
			expect_at(model, "staged", "com.example.every.helper",
			    "/Library/StagedExtensions" DRIVER HELPER, "2.1");
		}
	}
	files_remove_tree(root, stale.path);
	files_remove_tree(root, "/Library/StagedExtensions" EXTENSIONS "EveryStale.kext");
}

static void
put_linked_apples(const char *root, struct model *model)
{
	static const char *const paths[] = {EXTENSIONS "HighPointRR.kext",
	    "/Library/Apple/System/Library/Extensions/AppleMobileDevice.kext"};

	expect_apples(true);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		struct kext kext = scenario_link_kext(root, model, paths[i]);

		expect_linked(model, &kext, true, true);
		expect_policy(model, &kext);
	}
	expect_apples(false);
}

static void
add_to(struct model *model, const char *key, const struct kext *kext)
{
	struct kexts kexts = kexts_get(model, key);

	kexts_add(&kexts, kext);
	kexts_put(model, key, &kexts);
	kexts_free(&kexts);
}

/* Each in one place alone. */
static void
put_lone(const char *root, struct model *model)
{
	static const struct scenario_kext
	    staged = {"/Library/Filesystems/everyfs.fs/Contents/Extensions/14/everyfs.kext",
		"org.example.everyfs", "4.7.0", "EXAMPLE004", "", "IOResources", NULL},
	    stashed = {EXTENSIONS "EveryStash.kext", "com.example.every.stash", "1.0", TEAM, "",
		"IOResources", NULL},
	    named = {EXTENSIONS "EveryNamed.kext", "com.example.every.named", "1.0", TEAM, "",
		"IOResources", NULL},
	    authorized = {EXTENSIONS "EveryAuthorized.kext", "com.example.every.authorized", "1.0",
		TEAM, "", "IOResources", NULL};
	struct kext kext = scenario_record(root, model, &staged);

	keep_staging_put(root, &kext);
	files_remove_tree(root, "/Library/Filesystems/everyfs.fs/Contents/Extensions/14");
	expect_at(model, "staged", kext.id,
	    "/Library/StagedExtensions/Library/Filesystems/everyfs.fs/Contents/Extensions/14/"
	    "everyfs.kext",
	    "4.7.0");
	kext = scenario_record(root, model, &stashed);
	keep_stash_put(root, model, &kext);
	add_to(model, "stray", &kext);
	files_remove_tree(root, stashed.path);
	expect_at(model, "stashed", kext.id, keep_stash_path(&kext).text, "1.0");
	kext = scenario_record(root, model, &named);
	*kext.cdhash = 0;
	add_to(model, "instruction", &kext);
	files_remove_tree(root, named.path);
	expect_in(model, "kcgen", kext.id, kext.path,
	    KEEP_AUXKC "/com.apple.kcgen.instructions.plist", NULL);
	kext = scenario_record(root, model, &authorized);
	add_to(model, "authorized", &kext);
	files_remove_tree(root, authorized.path);
	expect_in(model, "uakl", kext.id, NULL, KEEP_AUXKC "/com.apple.kcgen.uakl.plist", NULL);
}

/* Apple silicon: the boot folder before the active one, and another system. */
static void
put_other_boots(const char *root, struct model *model)
{
	static const struct scenario_kext relic = {EXTENSIONS "EveryRelic.kext",
					      "com.example.every.relic", "0.5", TEAM, "",
					      "IOResources", NULL},
					  other = {EXTENSIONS "OtherDriver.kext",
					      "com.example.other.driver", "7.0", "EXAMPLE006", "",
					      "IOResources", NULL};
	char nsih[100], fresh[100];

	if (!model_is(model, "chip", "apple"))
		return;
	snprintf(nsih, sizeof(nsih), "%s", model_get(model, "nsih", ""));
	model_nsih(model, fresh);
	model_put(model, "nsih", fresh);
	scenario_put_other_boot(root, model, &relic, false);
	model_put(model, "nsih", nsih);
	keep_base_write(root, model); /* names the active folder again */
	scenario_put_other_system(root, model, &other);
}

static void
put_policy(const char *root, struct model *model)
{
	scenario_put_policy(root, model, "Every Inc.");
	scenario_policy_more(root,
	    "INSERT INTO kext_policy VALUES (NULL, 'com.example.every.memory', 1, "
	    "'Legacy Developer: Every', 1);"
	    "INSERT INTO kext_policy VALUES ('', 'com.example.every.driver', 1, 'Every', 5);"
	    "INSERT INTO kext_policy VALUES ('EXAMPLE005', "
	    "'org.example.driver.EveryHID.v060800', 1, 'Every HID', 8);"
	    "INSERT INTO kext_load_history_v3 VALUES "
	    "('/private/tmp/every-probe/EveryProbe.kext', NULL, 'com.example.every.probe', 'x', "
	    "'2023-11-14 22:13:20', '2023-11-15 06:00:00', 16, NULL);"
	    "INSERT INTO kext_policy_mdm VALUES ('" TEAM "', 'com.example.every.driver', 1, "
	    "'0B1C4E58-7A54-4E5B-9A54-6C2F3C1F6B11');"
	    "INSERT INTO kext_policy_mdm VALUES ('" TEAM "', 'com.example.every.managed', 1, "
	    "'0B1C4E58-7A54-4E5B-9A54-6C2F3C1F6B11');"
	    "INSERT INTO settings VALUES ('every', 'none');");
	expect_in(model, "policy", "com.example.every.memory", NULL, POLICY, NULL);
	expect_in(model, "policy", "org.example.driver.EveryHID.v060800", NULL, POLICY, NULL);
	expect_in(model, "load-history", "com.example.every.probe",
	    "/private/tmp/every-probe/EveryProbe.kext", POLICY, NULL);
	expect_in(model, "policy-mdm", "com.example.every.driver", NULL, POLICY, NULL);
	expect_in(model, "policy-mdm", "com.example.every.managed", NULL, POLICY, NULL);
}

static struct plist *
alert_of(const char *id, const char *version)
{
	struct plist *alert = plist_dict();

	plist_set(alert, "com.apple.message.bundleID", plist_string(id));
	plist_set(alert, "com.apple.message.hash",
	    plist_string("4567bcd500cf46ec773fc895902cfc33ebbaab00"));
	plist_set(alert, "com.apple.message.kextname", plist_string("Every"));
	return plist_set(alert, "com.apple.message.version", plist_string(version));
}

static void
put_memories(const char *root, struct model *model)
{
	struct plist *alerts = plist_array(), *ids = plist_dict();

	plist_push(alerts, alert_of("com.example.every.driver", "1.9"));
	plist_push(alerts, alert_of("com.example.every.alerted", "1.0"));
	scenario_put_plist(root, ALERTS, plist_set(plist_dict(), "Alerts sent", alerts));
	expect_in(model, "alert", "com.example.every.driver", NULL, ALERTS, "1.9");
	expect_in(model, "alert", "com.example.every.alerted", NULL, ALERTS, "1.0");
	plist_set(ids, TEAM, plist_push(plist_array(), plist_string("com.example.every.driver")));
	scenario_put_plist(root, MANAGED,
	    plist_set(plist_set(plist_dict(), "AllowUserOverrides", plist_bool(true)),
		"AllowedKernelExtensions", ids));
	expect_in(model, "policy-mdm", "com.example.every.driver", NULL, MANAGED, NULL);
}

void
scenario_every_keep(const char *root, struct model *model)
{
	put_linked(root, model);
	put_linked_apples(root, model);
	put_policy(root, model);
	put_memories(root, model);
	put_other_boots(root, model);
	put_lone(root, model);
}

/* A kext of the collection that this boot took, which the one on disk lost since. */
void
scenario_every_finish(const char *root, struct model *model)
{
	static const struct scenario_kext ghost = {EXTENSIONS "EveryGhost.kext",
	    "com.example.every.ghost", "1.0", TEAM, "", "IOResources", NULL};
	struct kext kext = scenario_record(root, model, &ghost);

	files_remove_tree(root, ghost.path);
	add_to(model, "boot", &kext);
	model_add(model, "loaded", kext.id);
	expect_at(model, "loaded", kext.id, NULL, kext.version);
	/* The kernel's own, which every Mac shows. */
	static const char *const kpi[] = {"com.apple.kpi.bsd", "com.apple.kpi.dsep",
	    "com.apple.kpi.iokit", "com.apple.kpi.libkern", "com.apple.kpi.mach"};
	char darwin[16];

	version_darwin(model_get(model, "macos", ""), darwin);
	expect_apples(true);
	for (size_t i = 0; i < sizeof(kpi) / sizeof(*kpi); i++)
		expect_at(model, "loaded", kpi[i], NULL, darwin);
	expect_apples(false);
}
