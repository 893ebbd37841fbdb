/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * collect: one support archive. Looks twice: at the running Mac, and at the same as at
 * a copy; what the second look opened becomes a tree that --root can read. Writes
 * nothing but FILE, and tells there what it might not read.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "kmutil-helpers/die.h"
#include "kmutil-helpers/new_file.h"
#include "migrate/collect.h"
#include "migrate/command.h"
#include "migrate/explain.h"
#include "migrate/removal.h"
#include "migrate/scan_text.h"
#include "kmutil-helpers/banned.h"

#define STORIES 24 /* kexts that are explained */

void
collect_add(struct collection *collection, const char *name, struct buf *bytes)
{
	char *whole = arena_printf(collection->arena, COLLECT_TOP "/%s", name);

	buf_add(bytes, "", 0);
	collection->replaced += pseudonym_apply(&collection->names, bytes->bytes, bytes->len);
	collection->replaced += pseudonym_apply(&collection->names, whole, strlen(whole));
	tar_write_file(&collection->tar, whole, bytes->bytes, bytes->len);
	bytes->len = 0;
}

static void
add_scan(struct collection *collection, struct session *session, const struct selection *selection,
    const struct dexts *dexts, const char *name)
{
	struct report report;

	report_begin(&report, session, "scan");
	scan_json(&report, selection, dexts);
	report_close(&report, scan_exit(session, selection));
	collect_add(collection, name, &report.out);
	buf_done(&report.out);
}

static void
add_stories(struct collection *collection, struct session *session,
    const struct selection *selection, const struct dexts *dexts)
{
	struct removal removal;
	struct explain_input input;
	struct story story;
	struct buf out = {0};
	size_t i;

	for (i = 0; i < selection->count && i < STORIES; i++) {
		removal = (struct removal){.session = session, .command = "explain"};
		removal.selection = (struct selection){
		    .subjects = &selection->subjects[i],
		    .count = 1,
		};
		removal_plan(&removal);
		input = (struct explain_input){
		    .subjects = &selection->subjects[i],
		    .count = 1,
		    .target = selection->subjects[i]->now.key,
		    .plan = &removal.plan,
		    .dexts = dexts,
		    .session = session,
		};
		story = (struct story){0};
		explain_story(session->arena, &input, &story);
		buf_text(&out, "== ");
		buf_name(&out, input.target);
		buf_text(&out, "\n");
		explain_print(&out, &story, true);
		buf_text(&out, "\n");
	}
	collect_add(collection, "explain.txt", &out);
	buf_done(&out);
}

static void
add_history(
    struct collection *collection, struct session *session, const struct selection *selection)
{
	struct history history = {0};
	struct buf out = {0};

	if (history_read(session, &history) != 0)
		buf_text(&collection->left_out, "the history: the ledger could not be read\n");
	history_make_lanes(session->arena, &history);
	history_html(&out, session->arena, &history, session->now);
	collect_add(collection, "history.html", &out);
	collect_report_page(&out, session, selection, &history);
	collect_add(collection, "report-for-apple.txt", &out);
	buf_done(&out);
}

/* The look as at a copy, noted, and the tree of what it read. */
static void
add_copy(struct collection *collection, const struct options *options)
{
	struct options as_copy = *options;
	struct session copy;
	struct selection selection;
	struct dexts dexts;
	struct trail trail;

	as_copy.root = "/";
	as_copy.state = NULL;
	session_begin_noted(&copy, &as_copy, SESSION_SCAN, &trail);
	targets_select(&copy, false, &selection);
	dexts_read(&copy, &dexts);
	trail_end();
	add_scan(collection, &copy, &selection, &dexts, "scan-root.json");
	collect_tree(collection, &copy, &trail);
	session_end(&copy);
}

static void
fill(struct collection *collection, struct session *session, const struct options *options)
{
	struct selection selection;
	struct dexts dexts;
	struct buf readme = {0};

	targets_select(session, false, &selection);
	dexts_read(session, &dexts);
	collect_find_names(collection, session);
	add_scan(collection, session, &selection, &dexts, "scan.json");
	add_stories(collection, session, &selection, &dexts);
	add_history(collection, session, &selection);
	collect_ledger(collection, session);
	collect_tools(collection);
	add_copy(collection, options);
	collect_readme(&readme, collection, session);
	collect_add(collection, "README.txt", &readme);
	buf_done(&readme);
}

static int
collect_command(const struct options *options)
{
	struct options how = *options;
	const char *path = options->targets[0];
	struct collection collection = {0};
	struct session session;
	struct report report;
	struct new_file file;
	int error;

	how.targets = NULL;
	how.target_count = 0;
	how.json = true;
	session_begin(&session, &how, SESSION_SCAN | SESSION_HOST_POLICY);
	collection.arena = collection.names.arena = session.arena;
	error = new_file_begin(&file, session.arena, path, false);
	if (error == 0) {
		collection.tar = (struct tar_write){.fd = file.fd, .time = (int64_t)time(NULL)};
		fill(&collection, &session, &how);
		error = new_file_end(&file, tar_write_done(&collection.tar));
	}
	if (error == -EEXIST)
		die(EXIT_CANNOT_CREATE,
		    "%s: is there already, and was left as it is; name another file", path);
	if (error != 0)
		die(EXIT_CANNOT_CREATE, "%s: %s; nothing was written", path, fault_sentence(error));
	session.options = options;
	report_begin(&report, &session, "collect");
	if (report.is_json) {
		json_path(&report.json, "file", path);
		json_integer(&report.json, "bytes", (int64_t)collection.tar.bytes);
		json_integer(&report.json, "replaced", (int64_t)collection.replaced);
	} else if (!options->quiet) {
		buf_name(&report.out, path);
		buf_printf(&report.out, ": %llu KiB; look through it before you send it on\n",
		    (unsigned long long)collection.tar.bytes >> 10);
	}
	buf_done(&collection.left_out);
	error = report_end(&report, 0);
	session_end(&session);
	return error;
}

const struct command cmd_collect = {
    .name = "collect",
    .synopsis = "collect [OPTIONS] FILE",
    .summary = "write one archive for whoever helps you",
    .groups = 0,
    .min_targets = 1,
    .max_targets = 1,
    .run = collect_command,
};
