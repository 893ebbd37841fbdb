/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kext bundle on disk says of itself: Info.plist (XML) and executable.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/write_macho.h"
#include "tests/macsim/write_plist.h"

bool
keep_bundle_read(const char *root, const char *path, struct kext *out)
{
	struct files_path info = files_format("%s/Contents/Info.plist", path);
	struct bytes xml = {0}, image = {0};
	char executable[128] = "";
	struct macho_facts facts;
	bool good = files_read(root, info.text, &xml);

	memset(out, 0, sizeof(*out));
	snprintf(out->path, sizeof(out->path), "%s", path);
	good = good && plist_find_text((const char *)xml.data, "CFBundleIdentifier", out->id,
	    sizeof(out->id));
	if (good) {
		const char *text = (const char *)xml.data;

		(void)plist_find_text(text, "CFBundleVersion", out->version, sizeof(out->version));
		(void)plist_find_text(text, "IOMatchCategory", out->category,
		    sizeof(out->category));
		(void)plist_find_text(text, "CFBundleExecutable", executable, sizeof(executable));
	}
	if (good && *executable) {
		struct files_path code = files_format("%s/Contents/MacOS/%s", path, executable);

		if (files_read(root, code.text, &image) && macho_read(&image, &facts)) {
			memcpy(out->uuid, facts.uuid, sizeof(out->uuid));
			memcpy(out->cdhash, facts.cdhash, sizeof(out->cdhash));
			memcpy(out->team, facts.team, sizeof(out->team));
		} else {
			good = false;
		}
	}
	bytes_done(&xml);
	bytes_done(&image);
	return good;
}

bool
keep_bundle_is_apples(const char *id)
{
	static const char *const shipped[] = {"com.highpoint-tech.kext.HighPointIOP",
	    "com.highpoint-tech.kext.HighPointRR", "com.softraid.driver.SoftRAID"};

	for (size_t i = 0; i < sizeof(shipped) / sizeof(*shipped); i++)
		if (!strcmp(shipped[i], id))
			return true;
	return !strncmp(id, "com.apple.", 10);
}

void
keep_bundle_arrive(const char *root)
{
	static const char info[] =
	    "<plist version=\"1.0\"><dict><key>CFBundleIdentifier</key>"
	    "<string>com.example.arrival</string><key>CFBundlePackageType</key>"
	    "<string>KEXT</string><key>CFBundleVersion</key><string>1.0</string></dict></plist>";

	files_write(root, "/Library/Extensions/Arrival.kext/Contents/Info.plist", info,
	    sizeof(info) - 1, 0644);
}
