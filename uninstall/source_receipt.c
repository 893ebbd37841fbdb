/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kexts that receipts list. A receipt is a memory: that it lists a kext which is
 * no longer on disk is usual (docs/facts.md#receipts).
 */
#include <errno.h>
#include <string.h>

#include "uninstall/receipt.h"
#include "uninstall/source.h"
#include "kmutil-helpers/banned.h"

struct receipt_scan {
	struct scan *scan;
	const struct receipt *receipt;
};

/* A kext is listed by its folder; what lies in it needs no look of its own,
 * except for a kext in its PlugIns. */
static int
add_if_kext(const char *path, const struct bom_entry *entry, void *payload)
{
	struct receipt_scan *each = payload;
	struct trace *trace;

	if (entry->type != BOM_DIRECTORY || !path_has_suffix(path, ".kext"))
		return 0;
	trace = scan_add(each->scan, SOURCE_RECEIPT);
	trace->path = arena_strdup(each->scan->arena, path);
	trace->container = each->receipt->plist_path ? each->receipt->plist_path
						     : each->receipt->bom_path;
	trace->version = each->receipt->version;
	if (each->receipt->prefix == NULL)
		trace->note = "the receipt's property list does not say where it was installed";
	return 0;
}

static void
receipt_read(struct scan *scan)
{
	struct receipt *receipts;
	struct receipt_scan each = {.scan = scan};
	struct fault fault;
	size_t count, i;
	int error = receipt_list(scan->root, scan->arena, &receipts, &count);

	if (error != 0)
		scan_problem(scan, SOURCE_RECEIPT, RECEIPTS, error);
	for (i = 0; i < count; i++) {
		each.receipt = &receipts[i];
		if (receipts[i].plist_fault.code != 0)
			scan_fault(scan, SOURCE_RECEIPT, receipts[i].plist_path,
			    receipts[i].plist_fault);
		if (receipts[i].bom_path == NULL)
			continue;
		if (receipt_each_path(scan->root, &receipts[i], add_if_kext, &each, &fault) != 0)
			scan_fault(scan, SOURCE_RECEIPT, receipts[i].bom_path, fault);
	}
}

const struct source source_receipt = {
    .name = "receipt",
    .role = TRACE_MEMORY,
    .keeper = KEEPER_ROOT,
    .unknown = "what the package installed is unknown",
    .read = receipt_read,
};
