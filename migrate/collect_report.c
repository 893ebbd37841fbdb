/* SPDX-License-Identifier: BSD-2-Clause */
/* The two pages of an archive: for whoever opens it, and for Apple. */
#include <string.h>

#include "migrate/collect.h"
#include "migrate/version.h"
#include "kmutil-helpers/banned.h"

#define EXAMPLES 3 /* kexts that stand on Apple's page */

static const char *
or_unknown(const char *text)
{
	return text != NULL ? text : "unknown";
}

static void
put_kext(struct buf *out, const struct subject *subject)
{
	const struct trace *trace;
	size_t i;

	buf_text(out, "  ");
	buf_name(out, subject->now.key);
	buf_printf(out, "\n    standing: %s\n",
	    subject->now.standing == STANDING_NONE ? "only remembered"
						   : standing_name(subject->now.standing));
	for (i = 0; i < subject->kext->trace_count; i++) {
		trace = subject->kext->traces[i];
		if (source_get(trace->source)->role != TRACE_CARRIER)
			continue;
		buf_printf(out, "    %-8s ", source_get(trace->source)->name);
		buf_name(out, trace->container != NULL ? trace->container
			      : trace->path != NULL    ? trace->path
						       : "(in the kernel)");
		buf_printf(out, "%s\n", trace->loadable == NO ? " (refused: no bundle)" : "");
	}
}

/* Whether macOS keeps the kext although its bundle is not on the disk. */
static bool
is_left_behind(const struct subject *subject)
{
	const struct case_facts *facts = &subject->evidence.facts;

	return subject->kext != NULL && subject->now.standing != STANDING_APPLE && !facts->bundle &&
	       facts->has_carrier;
}

void
collect_report_page(struct buf *out, struct session *session, const struct selection *selection,
    const struct history *history)
{
	size_t i, told = 0;

	buf_printf(out,
	    "A removed kernel extension stays with macOS, and comes back with an update\n\n"
	    "macOS %s (%s), %s\n\nSummary\n"
	    "The bundle of a third-party kext was removed from /Library/Extensions. macOS keeps it "
	    "in the\nauxiliary kernel collection, its build instructions or its stash, and lists "
	    "it again after an OS\nupdate. While it is there, the driver extension that replaces "
	    "it "
	    "may not start.\n\nSteps to reproduce\n"
	    "1. Install a third-party kext in /Library/Extensions, approve it, restart.\n"
	    "2. Remove its bundle. From macOS 14 on: kmutil rebuild, approve. Restart.\n"
	    "3. kmutil inspect: the kext is not listed.\n"
	    "4. Install an update of macOS.\n5. kmutil inspect again.\n\n"
	    "Expected: the kext is not listed, and nothing below\n"
	    "/private/var/db/KernelExtensionManagement names it.\n"
	    "Seen: as below. The numbered steps were not all taken under our eyes on this Mac; "
	    "what was\nseen on it, and when, is the history.\n\nKexts without a bundle that are "
	    "kept here\n",
	    or_unknown(session->host.product_version), or_unknown(session->host.build),
	    session->host.chip == HOST_CHIP_APPLE   ? "Apple silicon"
	    : session->host.chip == HOST_CHIP_INTEL ? "Intel"
						    : "a chip that was not told");
	for (i = 0; i < selection->count && told < EXAMPLES; i++) {
		if (!is_left_behind(selection->subjects[i]))
			continue;
		put_kext(out, selection->subjects[i]);
		told++;
	}
	buf_text(out, told > 0 ? "" : "  none now\n");
	buf_text(out, "\nHistory\n");
	for (i = 0; i < history->lane_count; i++)
		history_text_picture(out, session->arena, &history->lanes[i]);
	buf_text(out, history->lane_count > 0 ? "" : "  none was kept\n");
	buf_text(out,
	    "\nEvidence in this archive\n"
	    "tools/kmutil-inspect.txt  what macOS lists\n"
	    "tools/log.txt             what kernelmanagerd said\n"
	    "root/                     collections (without code), instructions, receipts\n"
	    "scan.json                 all of it, joined\n");
}

void
collect_readme(struct buf *out, const struct collection *collection, const struct session *session)
{
	const struct problem_list *problems = &session->scan.problems;
	size_t i;

	buf_printf(out,
	    "A support archive of kextirpate %s, %s\n\n"
	    "report-for-apple.txt  a page for Feedback Assistant\n"
	    "scan.json             kextirpate scan --json on the Mac\n"
	    "scan-root.json        the same without what only a running Mac can tell\n"
	    "explain.txt           why each kext is there\n"
	    "history.html          which macOS had which kext where\n"
	    "state/ledger.db       the ledger\n"
	    "tools/                what Apple's tools said\n"
	    "root/                 what the scan read: kextirpate scan --root root answers as "
	    "scan-root.json\n\n"
	    "Of executables and collections root/ has the parts that were read, and holes for the "
	    "rest:\nno code. Unpack it with GNU tar, the tar of macOS, or Python.\n\n"
	    "%zu words that tell a person or a Mac were known here (users, the computer's names, "
	    "serial\nnumber, hardware UUID); %zu places held one and have a pseudonym of the same "
	    "length now: in\ntext, property lists of both kinds, databases and names of files, as "
	    "UTF-8 and UTF-16. A name\nthat is also a common word is replaced in the paths of "
	    "homes "
	    "only. Volume and boot UUIDs, Team\nIDs and serial numbers of other devices are not "
	    "replaced. An index of a database over a replaced\nname may be out of order: REINDEX.\n"
	    "One file has at most %llu MiB of parts, the archive %llu MiB, a tool's output %zu "
	    "MiB, "
	    "the log\nsix hours.\n",
	    KEXTIRPATE_VERSION, session->now, collection->names.count, collection->replaced,
	    (unsigned long long)(COLLECT_FILE_BYTES >> 20),
	    (unsigned long long)(COLLECT_ALL_BYTES >> 20), COLLECT_TOOL_BYTES >> 20);
	buf_text(out, "\nLeft out\n");
	buf_text(out, collection->left_out.len > 0 ? collection->left_out.bytes : "nothing\n");
	buf_text(out, "\nWhat could not be read, or was noticed\n");
	for (i = 0; i < problems->count; i++) {
		buf_name(out, problems->items[i].path != NULL ? problems->items[i].path
							      : problems->items[i].source);
		buf_text(out, ": ");
		buf_name(out, problems->items[i].message);
		buf_text(out, "\n");
	}
	buf_text(out, problems->count > 0 ? "" : "nothing\n");
}
