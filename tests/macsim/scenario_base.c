/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every Mac has: folders, accounts, base collections, Apple-shipped kexts.
 */
#include <string.h>
#include <unistd.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/scenario.h"

static const char *const folders[] = {
    "/Applications",
    "/Library/Application Support",
    "/Library/Extensions",
    "/Library/Filesystems",
    "/Library/LaunchAgents",
    "/Library/LaunchDaemons",
    "/Library/Logs",
    "/Library/Managed Preferences",
    "/Library/Preferences",
    "/Library/Receipts",
    "/Library/StagedExtensions",
    "/Library/SystemExtensions",
    "/Library/KernelCollections",
    "/Library/Apple/System/Library/Extensions",
    "/Library/DriverExtensions",
    "/Library/GPUBundles",
    "/System/Library/CoreServices",
    "/System/Library/Extensions",
    "/System/Library/Kernels",
    "/System/Library/KernelCollections",
    "/System/Volumes/Data",
    "/System/Volumes/Preboot",
    "/System/Volumes/iSCPreboot",
    "/System/Volumes/VM",
    "/Users/Shared",
    "/Users/user",
    "/Volumes",
    "/bin",
    "/dev",
    "/opt",
    "/private/etc",
    "/private/tmp",
    "/private/var/db/receipts",
    "/private/var/db/KernelExtensionManagement/Staging",
    "/private/var/db/KernelExtensionManagement/AuxKC/CurrentAuxKC/StashedExtensions",
    "/private/var/db/SystemPolicyConfiguration",
    "/private/var/folders",
    "/private/var/log",
    "/private/var/root",
    "/private/var/run",
    "/private/var/tmp",
    "/sbin",
    "/usr/bin",
    "/usr/libexec",
    "/usr/local/bin",
    "/usr/local/share",
    "/usr/sbin",
    "/usr/share",
};

static const struct scenario_kext apples[] = {
    {"/Library/Extensions/HighPointRR.kext", "com.highpoint-tech.kext.HighPointRR", "4.22.1",
	"DX6G69M9N2", "", "IOPCIDevice", "0x06401103"},
    {"/Library/Extensions/SoftRAID.kext", "com.softraid.driver.SoftRAID", "6.3.1", "M6S9Y3U6W6", "",
	"IOBlockStorageDevice", NULL}, /* its team is made up */
};

void
scenario_apples(const char *root, struct model *model)
{
	for (size_t i = 0; i < sizeof(apples) / sizeof(*apples); i++)
		if (!files_exists(root, apples[i].path))
			scenario_put_kext(root, model, &apples[i]);
}

static void
put_accounts(const char *root)
{
	scenario_put_text(root, "/private/etc/passwd",
	    "nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false\n"
	    "root:*:0:0:System Administrator:/var/root:/bin/sh\n"
	    "daemon:*:1:1:System Services:/var/root:/usr/bin/false\n"
	    "user:*:501:20:User:/Users/user:/bin/sh\n");
	scenario_put_text(root, "/private/etc/group",
	    "nobody:*:-2:\nwheel:*:0:root\ndaemon:*:1:root\nstaff:*:20:root\nadmin:*:80:root,"
	    "user\n");
}

void
scenario_base(const char *root, struct model *model)
{
	char text[100];

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		files_mkdir(root, folders[i], 0755);
	files_write(root, "/Library/Application Support/com.apple.TCC/TCC.db", "", 0, 0644);
	files_mkdir(root, "/private/tmp", 01777);
	files_mkdir(root, "/private/var/tmp", 01777);
	files_mkdir(root, "/private/var/root", 0700);
	/* Not on a Mac that was started without root's rights. */
	(void)!lchown(files_format("%s/Users/user", root).text, 501, 20);
	files_link(root, "/var", "private/var");
	files_link(root, "/tmp", "private/tmp");
	files_link(root, "/etc", "private/etc");
	put_accounts(root);
	model_uuid(model, text);
	model_put(model, "volume-group", text);
	model_nsih(model, text);
	model_put(model, "nsih", text);
	if (model_is(model, "chip", "apple")) {
		struct files_path policy = files_format("/System/Volumes/iSCPreboot/%s/LocalPolicy",
		    model_get(model, "volume-group", ""));

		files_mkdir(root, policy.text, 0755);
	}
	keep_mounts_write(root, model);
	keep_base_write(root, model);
	keep_version_write(root, model);
	keep_history_add(
	    root, "macOS 13.0", "13.0", "softwareupdated", NULL, SCENARIO_INSTALLED - 9000000);
	scenario_apples(root, model);
}
