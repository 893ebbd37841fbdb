/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What macOS writes of itself: SystemVersion.plist and InstallHistory.plist.
 */
#include <stdio.h>
#include <string.h>

#include "tests/macsim/keep.h"
#include "tests/macsim/write_plist.h"

#define HISTORY "/Library/Receipts/InstallHistory.plist"

void
keep_version_write(const char *root, const struct model *model)
{
	struct plist *top = plist_dict();
	struct bytes xml = {0};

	plist_set(top, "ProductBuildVersion", plist_string(model_get(model, "build", "")));
	plist_set(top, "ProductName", plist_string("macOS"));
	plist_set(top, "ProductUserVisibleVersion", plist_string(model_get(model, "macos", "")));
	plist_set(top, "ProductVersion", plist_string(model_get(model, "macos", "")));
	plist_write_xml(top, &xml);
	files_write(
	    root, "/System/Library/CoreServices/SystemVersion.plist", xml.data, xml.len, 0644);
	plist_free(top);
	bytes_done(&xml);
}

/* Entries of OS updates name no packages (osquery issue 6766). */
void
keep_history_add(const char *root, const char *name, const char *version, const char *process,
    const char *package, time_t when)
{
	struct bytes old = {0}, one = {0}, out = {0};
	struct plist *entry = plist_dict();
	char *end;

	plist_set(entry, "date", plist_date(when));
	plist_set(entry, "displayName", plist_string(name));
	plist_set(entry, "displayVersion", plist_string(version));
	if (package)
		plist_set(
		    entry, "packageIdentifiers", plist_push(plist_array(), plist_string(package)));
	plist_set(entry, "processName", plist_string(process));
	plist_write_xml(entry, &one);
	if (!files_read(root, HISTORY, &old) ||
	    !(end = strstr((char *)old.data, "</array>\n</plist>"))) {
		struct plist *empty = plist_array();

		bytes_done(&old);
		plist_write_xml(empty, &old);
		plist_free(empty);
		end = strstr((char *)old.data, "<array/>");
		*end = 0;
		bytes_text(&out, (char *)old.data);
		bytes_text(&out, "<array>\n");
	} else {
		*end = 0;
		bytes_text(&out, (char *)old.data);
	}
	char *dict = strstr((char *)one.data, "<dict>"),
	     *stop = strstr((char *)one.data, "</plist>");
	bytes_add(&out, dict, (size_t)(stop - dict));
	bytes_text(&out, "</array>\n</plist>\n");
	files_write(root, HISTORY, out.data, out.len, 0644);
	plist_free(entry);
	bytes_done(&old);
	bytes_done(&one);
	bytes_done(&out);
}
