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
add_kext(const char *path, const struct bom_entry *entry, void *payload)
{
	struct receipt_scan *each = payload;
	struct trace *trace;

	if (entry->type != BOM_DIRECTORY)
		return 0;
	trace = scan_add(each->scan, SOURCE_RECEIPT);
	trace->path = scan_path(each->scan, path);
	trace->container =
	    each->receipt->plist_path ? each->receipt->plist_path : each->receipt->bom_path;
	trace->version = each->receipt->version;
	if (each->receipt->prefix == NULL)
		trace->note = "the receipt's property list does not say where it was installed";
	return 0;
}

/* A receipt without a list of files lists nothing: no problem, and no trace. */
static void
read_one(struct receipt_scan *each, struct bom_buffers *buffers)
{
	const struct receipt *receipt = each->receipt;
	struct fault fault;

	if (receipt->plist_fault.code != 0)
		scan_fault(each->scan, SOURCE_RECEIPT, receipt->plist_path, receipt->plist_fault);
	if (receipt->bom_path != NULL && receipt_each_path(each->scan->root, receipt, ".kext",
					     buffers, add_kext, each, &fault) != 0)
		scan_fault(each->scan, SOURCE_RECEIPT, receipt->bom_path, fault);
}

static void
receipt_read(struct scan *scan)
{
	struct bom_buffers *buffers = bom_buffers_new();
	struct receipt *receipts;
	struct receipt_scan each = {.scan = scan};
	size_t count, i;
	int error = receipt_list(scan->root, scan->arena, &receipts, &count);

	if (error != 0)
		scan_problem(scan, SOURCE_RECEIPT, RECEIPTS, error);
	for (i = 0; i < count; i++) {
		each.receipt = &receipts[i];
		read_one(&each, buffers);
	}
	bom_buffers_free(buffers);
}

const struct source source_receipt = {
    .name = "receipt",
    .role = TRACE_MEMORY,
    .keeper = KEEPER_ROOT,
    .unknown = "what the package installed is unknown",
    .read = receipt_read,
};
