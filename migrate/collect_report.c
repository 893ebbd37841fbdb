/* SPDX-License-Identifier: BSD-2-Clause */
/* The two pages of an archive: for whoever opens it, and for Apple. */
#include <string.h>

#include "migrate/collect.h"
#include "migrate/report_columns.h"
#include "migrate/version.h"
#include "kmutil-helpers/banned.h"

#define EXAMPLES 3 /* kexts that stand on Apple's page */
#define COLUMN 6
#define MOMENTS 24 /* looks of each, the last ones */

static const char *
or_unknown(const char *text)
{
	return text != NULL ? text : "unknown";
}

/* One file that still names the kext, and what it says of it. */
static void
put_trace(struct buf *out, const struct trace *trace)
{
	buf_printf(out, "    %-8s ", source_get(trace->source)->name);
	buf_name(out, trace->container != NULL ? trace->container
		      : trace->path != NULL    ? trace->path
					       : "(in the kernel)");
	if (trace->version != NULL) {
		buf_text(out, ", version ");
		buf_name(out, trace->version);
	}
	if (trace->uuid != NULL) {
		buf_text(out, ", UUID ");
		buf_name(out, trace->uuid);
	}
	buf_printf(out, "%s\n", trace->loadable == NO ? " (its bundle is missing)" : "");
}

static void
put_kext(struct buf *out, const struct subject *subject)
{
	size_t i;

	buf_text(out, "  ");
	buf_name(out, subject->now.key);
	buf_text(out, ": not on disk, and named by\n");
	for (i = 0; i < subject->kext->trace_count; i++)
		if (source_get(subject->kext->traces[i]->source)->role == TRACE_CARRIER)
			put_trace(out, subject->kext->traces[i]);
}

/* Whether macOS keeps the kext although its bundle is not on the disk. */
static bool
is_left_behind(const struct subject *subject)
{
	const struct case_facts *facts = &subject->evidence.facts;

	return subject->kext != NULL && subject->now.standing != STANDING_APPLE && !facts->bundle &&
	       facts->has_carrier;
}

/* Whether an update of macOS brought a kext back that had been away. */
static bool
came_with_update(const struct history_lane *lane)
{
	size_t i;

	for (i = 0; i < lane->count; i++)
		if (lane->moments[i].came_back && lane->moments[i].event == EVENT_UPDATE)
			return true;
	return false;
}

static void
put_lane(struct buf *out, struct arena *arena, const struct history_lane *lane)
{
	static const char *const marks[] = {
	    [MARK_NONE] = "-", [MARK_KEPT] = "kept", [MARK_LIVE] = "yes"};
	size_t first = lane->count > MOMENTS ? lane->count - MOMENTS : 0, i;
	const struct history_moment *moment;
	struct buf macos = {0};
	int row;

	for (i = 0; i < lane->key_count; i++) {
		buf_text(out, "  ");
		buf_name(out, lane->keys[i]);
		buf_text(out, "\n");
	}
	buf_printf(out, "  %-10s  %-18s %-18s %-6s %-6s %-6s %s\n", "seen on", "macOS", "before it",
	    "disk", "collec", "instr.", "kernel");
	for (i = first; i < lane->count; i++) {
		moment = &lane->moments[i];
		macos.len = 0;
		buf_name(&macos, history_macos(moment->seen));
		buf_text(&macos, " (");
		buf_name(&macos, or_unknown(moment->seen->build));
		buf_text(&macos, ")");
		buf_printf(out, "  %.10s  %-18s %-18s", moment->seen->at, macos.bytes,
		    moment->event == EVENT_UPDATE ? "OS update"
						  : history_event_words(arena, moment));
		for (row = 0; row < HISTORY_ROWS; row++)
			if (row != ROW_STAGED)
				buf_printf(out, " %-*s", row == ROW_LOADED ? 0 : COLUMN,
				    marks[history_mark_of(moment->seen, (enum history_place)row)]);
		buf_text(out, moment->came_back ? "  <- back\n" : "\n");
	}
	columns_wrap(out, history_sentence(arena, lane), 0, 79);
	buf_text(out, "\n");
	buf_done(&macos);
}

static void
put_configuration(struct buf *out, const struct session *session)
{
	const struct host *host = &session->host;

	buf_printf(out, "\nConfiguration\n  macOS %s (%s), %s\n  System Integrity Protection: %s\n",
	    or_unknown(host->product_version), or_unknown(host->build),
	    host->chip == HOST_CHIP_APPLE   ? "Apple silicon"
	    : host->chip == HOST_CHIP_INTEL ? "Intel"
					    : "a chip that was not told",
	    or_unknown(host->sip));
	if (host->chip == HOST_CHIP_APPLE)
		buf_printf(out, "  security mode: %s; third-party kexts: %s\n",
		    or_unknown(host->security_mode),
		    host->third_party_kexts == HOST_YES  ? "allowed"
		    : host->third_party_kexts == HOST_NO ? "not allowed"
							 : "not told");
}

static const char steps[] =
    "Steps to reproduce\n"
    "With any third-party kext, here EXAMPLE.kext of id com.example.id:\n"
    "1. Install it in /Library/Extensions, approve it, restart: kmutil showloaded lists it.\n"
    "2. sudo rm -r /Library/Extensions/EXAMPLE.kext\n"
    "3. macOS 14 and later: sudo kmutil rebuild, and approve. Restart.\n"
    "4. sudo kmutil inspect | grep com.example.id: no line.\n"
    "5. sudo grep -r com.example.id /private/var/db/KernelExtensionManagement\n"
    "6. Install the next update of macOS, and repeat 4 and 5.\n\n"
    "Expected: nothing is found in 4, 5 and 6: a kext that is not on the disk is dropped from\n"
    "collection, stash and build instructions together, and an update does not link it in.\n";

static const char evidence[] =
    "Evidence in this archive\n"
    "  tools/kmutil-inspect.txt  what macOS lists\n"
    "  tools/log.txt             what kernelmanagerd said\n"
    "  root/                     collections (without code), stash, instructions, receipts\n"
    "  scan.json                 all of it, joined; history.html: over time\n";

/* What Apple would have to act on, as far as this Mac has shown it. */
static void
put_actual(struct buf *out, struct session *session, const struct selection *selection,
    const struct history *history)
{
	size_t i, told = 0;

	buf_text(out, "\nSeen now on this Mac\n");
	for (i = 0; i < selection->count && told < EXAMPLES; i++)
		if (is_left_behind(selection->subjects[i])) {
			put_kext(out, selection->subjects[i]);
			told++;
		}
	buf_text(out, told > 0 ? "" : "  no kext without a bundle is kept\n");
	buf_text(out, "\nSeen on this Mac over time (instr.: build instructions or stash)\n");
	for (i = 0; i < history->lane_count; i++)
		put_lane(out, session->arena, &history->lanes[i]);
	buf_text(out, history->lane_count > 0 ? "" : "  no history was kept\n\n");
}

void
collect_report_page(struct buf *out, struct session *session, const struct selection *selection,
    const struct history *history)
{
	bool back = false, left = false;
	size_t i;

	for (i = 0; i < history->lane_count; i++)
		back |= came_with_update(&history->lanes[i]);
	for (i = 0; i < selection->count; i++)
		left |= is_left_behind(selection->subjects[i]);
	buf_printf(out, "%s\n\nArea: kernel extensions (kernelmanagerd, kmutil)\n",
	    back   ? "A kext that was removed is linked into the collection again by an OS update"
	    : left ? "A kext that was removed from the disk is kept by kernelmanagerd"
		   : "Nothing to report: no removed kext is kept on this Mac, and none came back");
	put_configuration(out, session);
	if (back || left)
		buf_text(out, "\nSummary\n"
			      "The bundle of a third-party kext is gone from the disk. macOS keeps "
			      "the kext in "
			      "the auxiliary\nkernel collection, its build instructions or its "
			      "stash. While it "
			      "is listed, the driver extension\nthat replaces it may not start.\n");
	if (back)
		buf_text(out,
		    "On this Mac an update of macOS has brought it back: the lines marked \"back\" "
		    "below.\n");
	put_actual(out, session, selection, history);
	if (!back && !left)
		return;
	buf_text(out, steps);
	buf_text(out, "Not known: the steps were not all taken under our eyes on this Mac; what "
		      "was is above, "
		      "with its date.\n\n");
	buf_text(out, evidence);
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
	    "%stools/                what Apple's tools said\n"
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
	    KEXTIRPATE_VERSION, session->now,
	    session->ledger.db != NULL
		? "state/ledger.db       the ledger: kextirpate history --state \"$PWD/state\"\n"
		: "",
	    collection->names.count, collection->replaced,
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
